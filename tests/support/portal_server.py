"""A stand-in for the university's portal: every page that is used, well behaved or not."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

STUDENT, STUDENT_PASSWORD = "0401230042", "a student's words"
TEACHER, TEACHER_PASSWORD = "zeynep.kaya", "a teacher's words"
PLANS = "Plans_Read?ogrenciId=77&donem=2026"
#: 09:00 and 09:50 at UTC+3.
LESSONS = [
    {
        "Title": "Veri Yapıları",
        "Hocalar": "Prof. Dr. Zeynep KAYA",
        "Start": "/Date(1790575200000)/",
        "End": "/Date(1790578200000)/",
    },
    {
        "Title": "Türk Dili",
        "Hocalar": "Öğr. Gör. Can Öz",
        "Start": "/Date(1790488800000)/",
        "End": "/Date(1790491800000)/",
    },
]
_LOGIN, _OBS, _SCHEDULE = "/Account/LogOn", "/OgrenciBilgi/", "/OgrenciBilgi/DersProgrami"
_PHOTO = "/OgrenciBilgi/Foto/Goster"
_MAINTENANCE = "<html><body><h1>Bakım çalışması</h1><p>Birazdan döneceğiz.</p></body></html>"


@dataclass
class Portal:
    """How it behaves, and what it was asked. ``misbehave`` names a page and what it does.

    The pages are ``form``, ``answer`` (to the form), ``profile``, ``schedule``, ``plans`` and
    ``photo``; what they may do: ``maintenance``, ``slow``, ``drip``, ``huge``, ``elsewhere``,
    ``error``, ``changed``, ``other`` (somebody else's), ``loop``.
    """

    url: str = ""
    misbehave: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    elsewhere: str = ""
    photo: bytes = b""
    name: str = "Elif Şahin"
    stop: threading.Event = field(default_factory=threading.Event)

    def settings(self, **more: str) -> dict[str, str]:
        """The variables by which auth_service asks it."""
        return {
            "DIRECTORIES": "local,portal",
            "AKSIS_LOGIN_URL": self.url + _LOGIN,
            "AKSIS_OBS_URL": self.url + _OBS,
            "AKSIS_LESSON_SCHEDULE_URL": self.url + _SCHEDULE,
            **more,
        }

    def behave(self) -> None:
        """Forget what it was asked, and do well from now on."""
        self.misbehave.clear()
        self.asked.clear()
        self.cookies.clear()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    portal: Portal
    sessions: dict[str, str]
    tokens: set[str]

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        pages = {_LOGIN: "form", _OBS: "profile", _SCHEDULE: "schedule", _PHOTO: "photo"}
        self._page(pages.get(path, "home"))

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == _LOGIN:
            self._given = {name: many[0] for name, many in parse_qs(raw.decode()).items()}
            self._page("answer")
        else:
            self._page("plans")

    def _page(self, name: str) -> None:
        self.portal.asked.append(name)
        self.portal.cookies.append(self.headers.get("Cookie", ""))
        wrong = self.portal.misbehave.get(name)
        if wrong in _MISBEHAVIOURS:
            _MISBEHAVIOURS[wrong](self)
        else:
            getattr(self, f"_{name}")(wrong)

    @property
    def _who(self) -> str | None:
        found = SimpleCookie(self.headers.get("Cookie", "")).get("portal")
        return self.sessions.get(found.value) if found else None

    def _form_page(self, box: str = "", token: str | None = None) -> str:
        token = token or secrets.token_hex(8)
        self.tokens.add(token)
        return (
            f"<form method='post'>{box}<input name='UserName'><input name='Password'>"
            f"<input type='hidden' name='__RequestVerificationToken' value='{token}'></form>"
        )

    def _form(self, wrong: str | None) -> None:
        page = "<form><input name='kullanici'></form>" if wrong == "changed" else self._form_page()
        self.say(page)

    def _answer(self, wrong: str | None) -> None:
        given = (self._given["UserName"], self._given["Password"])
        known = self._given.get("__RequestVerificationToken") in self.tokens
        right = {(STUDENT, STUDENT_PASSWORD), (TEACHER, TEACHER_PASSWORD)}
        if not known or given not in right:
            box = "" if wrong == "changed" else "Kullanıcı adı veya şifre hatalı"
            shown = f"<div class='validation-summary-errors'><ul><li>{box}</li></ul></div>"
            self.say(self._form_page(shown if box else "<div class='alert'>Hatalı</div>"))
            return
        sid = secrets.token_hex(8)
        self.sessions[sid] = given[0]
        self.say("", 302, {"Location": "/Home", "Set-Cookie": f"portal={sid}; Path=/; HttpOnly"})

    def _home(self, wrong: str | None) -> None:
        if self._who != TEACHER:
            self.say("<h4>Hoş geldiniz</h4>")
        elif wrong == "changed":
            self.say("<h4>ÖYS AKADEMİSYEN</h4><h5 class='isim'>Zeynep Kaya</h5>")
        else:
            name = "<h5 class='m-t-0 m-b-0'> Zeynep  Kaya </h5>"
            self.say(f"<h4>\n ÖYS AKADEMİSYEN</h4>{name}")

    def _profile(self, wrong: str | None) -> None:
        if self._who != STUDENT:
            self.say("", 302, {"Location": _LOGIN})
            return
        number = "0401239999" if wrong == "other" else STUDENT
        label = "Öğrenci No" if wrong == "changed" else "Numara"
        self.say(
            f"<table><tr><th>Ad Soyad</th><td>{self.portal.name}</td></tr>"
            f"<tr><th>{label}</th>\n<td> {number} </td></tr></table>"
            f"<img id='OgrenciFoto' src='{_PHOTO}?no=77'>"
        )

    def _schedule(self, wrong: str | None) -> None:
        address = PLANS.replace("&", r"\u0026")
        script = "nothing" if wrong == "changed" else f'"read":{{"url":"/x/{address}"}}'
        self.say(f"<script>kendo({{{script}}});</script>")

    def _plans(self, wrong: str | None) -> None:
        right = self.path == f"{_OBS}OgrenimBilgileri/DersProgramiYeni/{PLANS}" and self._who
        lessons: Any = LESSONS if right else []
        self.say(json.dumps({"Data": "gone" if wrong == "changed" else lessons, "Total": 2}))

    def _photo(self, _: str | None) -> None:
        if self._who == STUDENT:
            self.say(self.portal.photo)
        else:
            self.say("", 403)

    def say(
        self, text: str | bytes, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        content = text if isinstance(text, bytes) else text.encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        return


def _slow(handler: _Handler) -> None:
    handler.portal.stop.wait(20)
    handler.close_connection = True


def _drip(handler: _Handler) -> None:
    """Headers that never end, a byte at a time: no timeout of a single read ever runs out."""
    handler.close_connection = True
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not handler.portal.stop.wait(0.1):
            handler.wfile.write(b"x")
    except OSError:
        return


def _huge(handler: _Handler) -> None:
    handler.close_connection = True
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        for _ in range(800):
            handler.wfile.write(b"x" * 65_536)
    except OSError:
        return


_MISBEHAVIOURS = {
    "maintenance": lambda handler: handler.say(_MAINTENANCE),
    "error": lambda handler: handler.say(_MAINTENANCE, 500),
    "slow": _slow,
    "drip": _drip,
    "huge": _huge,
    "elsewhere": lambda handler: handler.say(
        "", 302, {"Location": handler.portal.elsewhere + handler.path}
    ),
    "loop": lambda handler: handler.say("", 302, {"Location": handler.path}),
}


@contextmanager
def running_portal() -> Iterator[Portal]:
    """A portal on a loopback port until the block ends; ``elsewhere`` is a second one."""
    portal = Portal()
    handler = type("Handler", (_Handler,), {"portal": portal, "sessions": {}, "tokens": set()})
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), handler) for _ in range(2)]
    threads = [
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        for server in servers
    ]
    for server, thread in zip(servers, threads, strict=True):
        server.daemon_threads = True
        thread.start()
    portal.url, portal.elsewhere = (f"http://127.0.0.1:{one.server_port}" for one in servers)
    try:
        yield portal
    finally:
        portal.stop.set()
        time.sleep(0.05)
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()
