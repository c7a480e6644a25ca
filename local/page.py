"""The page's own server: the static files of ``client/`` under a strict policy.

``python -m local.page`` serves until told to stop. Beside the files it answers ``/config.js``
(where the services are) and ``/health`` (how each of them is).
"""

from __future__ import annotations

import signal
import socket
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from common.config import ROOT, ConfigError, environment, load
from common.notify import notify
from local.files import Answer, Files
from local.overview import Overview
from local.settings import LocalSettings

_PERMISSIONS = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"
_IDLE = 65.0  # seconds a browser may keep an unused connection


def policy(settings: LocalSettings) -> str:
    """The Content-Security-Policy: nothing but our own files, our services and our pictures."""
    ports = settings.auth_port, settings.attendance_port, settings.face_port
    hosts = ("127.0.0.1", "localhost")
    calls = [f"http://{host}:{port}" for host in hosts for port in ports]
    feeds = [f"ws://{host}:{settings.reporter_port}" for host in hosts]
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "manifest-src": "'self'",
        "media-src": "blob:",
        "img-src": "'self' blob: data:",
        "connect-src": " ".join(["'self'", *calls, *feeds]),
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def configuration(settings: LocalSettings) -> str:
    """``/config.js``: the services' addresses on whatever host the page was opened with."""
    return (
        'const at = (port) => location.protocol + "//" + location.hostname + ":" + port;\n'
        f"window.HAZIR = {{ auth: at({settings.auth_port}),"
        f" attendance: at({settings.attendance_port}),"
        f' face: at({settings.face_port}), feed: at({settings.reporter_port}) + "/ws" }};\n'
    )


class Page(BaseHTTPRequestHandler):
    """One connection; answers only GET and HEAD."""

    protocol_version = "HTTP/1.1"
    server_version = "Hazir"
    sys_version = ""
    timeout = _IDLE
    files: Files
    overview: Overview
    headers_for_all: tuple[tuple[str, str], ...]

    def do_GET(self) -> None:
        """A file, the configuration or the overview."""
        path = urlsplit(self.path).path
        accepts = self.headers.get("Accept-Encoding", "")
        known = self.headers.get("If-None-Match", "")
        host, _, port = self.headers.get("Host", "").rpartition(":")
        if host == "[::1]":
            # A policy cannot name an IPv6 address, so the page would reach no service from there.
            where = f"http://localhost:{port}{path}"
            self._send(Answer(302, (("Location", where),), b""))
        elif path == "/health":
            self._send(self.overview.answer())
        else:
            self._send(self.files.answer(path, gzip="gzip" in accepts, known=known))

    def do_HEAD(self) -> None:
        """The same without the body."""
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing: what was asked for is nobody's business."""

    def _send(self, answer: Answer) -> None:
        headers = [*self.headers_for_all, *answer.headers, ("Date", self.date_time_string())]
        if answer.status != 304:
            headers.append(("Content-Length", str(len(answer.body))))
        phrase = HTTPStatus(answer.status).phrase
        lines = [f"HTTP/1.1 {answer.status} {phrase}", *(f"{n}: {v}" for n, v in headers)]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        # In one segment: head and body apart would wait for each other's acknowledgement.
        self.wfile.write(head if self.command == "HEAD" else head + answer.body)


class PageServer(ThreadingHTTPServer):
    """Listens on one address; every connection has a thread of its own."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, handler: type[Page]) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), handler)

    def server_bind(self) -> None:
        """Bind without asking a name server what we are called."""
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that went away in the middle is no event."""


def handler(settings: LocalSettings) -> type[Page]:
    """The request handler of one installation."""
    files = Files(ROOT / "client", {"/config.js": configuration(settings).encode()})
    common = (
        ("Content-Security-Policy", policy(settings)),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Permissions-Policy", _PERMISSIONS),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Vary", "Accept-Encoding"),
    )
    overview = Overview(settings.health_urls())
    return type(
        "InstalledPage", (Page,), {"files": files, "overview": overview, "headers_for_all": common}
    )


def main() -> int:
    """Serve on every bind address this machine has; the exit status."""
    env = environment()
    try:
        settings = load(LocalSettings, env)
    except ConfigError as fault:
        print(fault, file=sys.stderr)
        return 78
    servers = []
    for host in settings.bind_hosts:
        try:
            servers.append(PageServer(host, settings.client_port, handler(settings)))
        except OSError as fault:
            if ":" not in host:
                print(f"cannot listen on {host}:{settings.client_port}: {fault}", file=sys.stderr)
                return 69
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    notify("READY=1", env)
    stopped.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
