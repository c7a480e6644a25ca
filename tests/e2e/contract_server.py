"""A test double of the services, for the page's own component tests only.

It is NOT Hazir: it speaks the documented paths, bodies, codes and close codes, keeps everything in
memory, and can be told to fail (`POST /_control`). It proves that the page keeps its side of the
contract. That the services keep theirs is shown by the end-to-end tests against the real system,
which use the same page objects.

Run: ``python contract_server.py``; it prints one JSON line with its addresses and serves until its
standard input closes.
"""

from __future__ import annotations

import json
import mimetypes
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contract_api import find
from contract_call import Call, Problem
from contract_control import WORLD, control
from contract_feed import serve_feed

CLIENT = Path(__file__).resolve().parents[2] / "client"
ADDRESSES: dict[str, str] = {}


class Base(BaseHTTPRequestHandler):
    """Quiet handler with one way to answer."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        """Says nothing: the tests read `requests` instead."""

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class Page(Base):
    """The static files, under the strict policy the real server sets."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path.lstrip("/") or "index.html"
        file = (CLIENT / path).resolve()
        if path == "config.js":
            where = dict.fromkeys(("auth", "attendance", "face"), ADDRESSES["api"])
            text = f"window.HAZIR = {json.dumps(where | {'feed': ADDRESSES['feed']})};"
            self.file(text.encode(), "text/javascript")
        elif CLIENT in file.parents and file.is_file():
            kind = {".mjs": "text/javascript", ".webmanifest": "application/manifest+json"}
            guessed = kind.get(file.suffix) or mimetypes.guess_type(file.name)[0]
            self.file(file.read_bytes(), guessed or "application/octet-stream")
        else:
            self.answer(404, b"not found", {"Content-Type": "text/plain"})

    def file(self, body: bytes, kind: str) -> None:
        feed = ADDRESSES["feed"].removesuffix("/ws")
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
            "manifest-src 'self'; img-src 'self' blob:; base-uri 'none'; "
            "frame-ancestors 'none'; form-action 'self'; "
            f"connect-src 'self' {ADDRESSES['api']} {feed}"
        )
        self.answer(
            200,
            body,
            {
                "Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text") else kind,
                "Content-Security-Policy": policy,
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "no-cache",
            },
        )


class Api(Base):
    """All the services at one address, with the documented CORS headers."""

    def cors(self) -> dict[str, str]:
        return {
            "Access-Control-Allow-Origin": self.headers.get("Origin") or ADDRESSES["page"],
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
            "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
            "Access-Control-Expose-Headers": "Link, Retry-After, X-Request-Id",
            "Vary": "Origin",
        }

    def do_OPTIONS(self) -> None:
        self.answer(204, b"", self.cors())

    def handle_call(self) -> None:
        parts = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if parts.path == "/_control":
            self.reply(200, control(json.loads(raw or b"{}")), {})
            return
        call = Call(
            world=WORLD,
            method=self.command,
            path=parts.path,
            headers=self.headers,
            body=raw,
            query=parts.query,
        )
        key = self.headers.get("Idempotency-Key")
        with WORLD.lock:
            WORLD.requests.append({"method": self.command, "path": parts.path, "key": key})
            fault = take_fault(parts.path)
            try:
                if fault:
                    raise Problem(fault, "unavailable")
                status, body = find(self.command, parts.path)(call)
            except Problem as problem:
                late = {"Retry-After": "40"} if problem.status == 429 else {}
                self.reply(problem.status, problem.body, late, kind="application/problem+json")
                return
        self.reply(status, body, {"Set-Cookie": call.cookie} if call.cookie else {})

    def do_GET(self) -> None:
        self.handle_call()

    def do_POST(self) -> None:
        self.handle_call()

    def do_PUT(self) -> None:
        self.handle_call()

    def do_PATCH(self) -> None:
        self.handle_call()

    def do_DELETE(self) -> None:
        self.handle_call()

    def reply(
        self, status: int, body: Any, headers: dict[str, str], kind: str = "application/json"
    ) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        if isinstance(body, bytes):
            kind = "image/jpeg" if body.startswith(b"\xff\xd8") else "text/csv"
        empty = status == 204
        self.answer(status, b"" if empty else data, self.cors() | headers | {"Content-Type": kind})


def take_fault(path: str) -> Any:
    """The next fault meant for this path, if any."""
    for i, fault in enumerate(WORLD.faults):
        if fault["path"] == path:
            fault["times"] -= 1
            if fault["times"] <= 0:
                del WORLD.faults[i]
            return fault["kind"]
    return None


class Server(ThreadingHTTPServer):
    """A server to which a browser that leaves in the middle is no event."""

    daemon_threads = True
    request_queue_size = 128  # a page asks for all its modules at once

    def handle_error(self, *_: Any) -> None:
        """Says nothing."""


def start(handler: type[Base]) -> str:
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def main() -> None:
    """Starts all three servers and waits for the end of standard input."""
    WORLD.reset()
    ADDRESSES["feed"] = serve_feed(WORLD)
    ADDRESSES["api"] = start(Api)
    ADDRESSES["page"] = start(Page)
    print(json.dumps(ADDRESSES), flush=True)
    while sys.stdin.readline():
        time.sleep(0.05)


if __name__ == "__main__":
    main()
