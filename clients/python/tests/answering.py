"""A real server that answers the client well, badly, slowly, or with nonsense."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from clients.python.hazir_client import Token, Transport


@dataclass
class Server:
    """Answers every call with the next of ``answers``: status, body, headers."""

    answers: list[tuple[int, Any, dict[str, str]]] = field(default_factory=list)
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""
    drip: float = 0.0

    def says(self, body: Any, status: int = 200, **headers: str) -> None:
        """One more answer."""
        self.answers.append((status, body, headers))


@contextmanager
def serving() -> Iterator[Server]:
    """A server on a loopback port, until the block ends."""
    made = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            made.calls.append((f"{self.command} {self.path}", dict(self.headers), body))
            status, said, headers = made.answers.pop(0)
            raw = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            try:
                for start in range(0, len(raw), 1 if made.drip else max(1, len(raw))):
                    self.wfile.write(raw[start : start + 1] if made.drip else raw)
                    time.sleep(made.drip)
            except OSError:
                pass

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


def transport(server: Server, **more: Any) -> Transport:
    """The way to ``server``, with a token."""
    return Transport(server.url, Token("secret-token"), **more)
