"""face_service's `verify` and auth_service's token endpoint as attendance_service meets them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ACCEPT = (200, {"decision": "accept", "similarity": 0.71234, "threshold": 0.4})
REVIEW = (200, {"decision": "review", "similarity": 0.39, "threshold": 0.4})
REJECT = (200, {"decision": "reject", "similarity": 0.05, "threshold": 0.4})


_JOB = ("verification_id", "webhook_url")


def _field(body: bytes, name: str) -> str:
    """A field of a multipart body."""
    return body.split(f'name="{name}"\r\n\r\n'.encode())[1].split(b"\r\n")[0].decode()


class FacePeer:
    """Takes every job as ``takes`` says, and answers every `verify` with ``answer``.

    Or it hangs, drips or says nonsense, when told to.
    """

    def __init__(self) -> None:
        self.answer: tuple[int, Any] = ACCEPT
        self.raw: bytes | None = None
        self.calls: list[bytes] = []
        self.jobs: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.takes: tuple[int, dict[str, Any]] = (202, {})
        self.tokens = 0
        self.hanging = threading.Event()
        self.hanging.set()
        self.drip = False
        self.stopping = threading.Event()
        self.url = ""

    def hang(self) -> None:
        """Let every call wait until `go`."""
        self.hanging.clear()

    def take(self, body: bytes) -> tuple[int, bytes]:
        """The answer to a job that was handed over."""
        job = {name: _field(body, name) for name in ("employee_id", *_JOB)}
        self.jobs.append(job)
        self.bodies.append(body)
        numbers = [one["verification_id"] for one in self.jobs]
        told = {"id": numbers.index(job["verification_id"]) + 1}
        status, said = self.takes
        return status, json.dumps(said | told | {_JOB[0]: job[_JOB[0]]}).encode()

    def go(self) -> None:
        """Let the waiting calls on."""
        self.hanging.set()


@contextmanager
def running_face_peer() -> Iterator[FacePeer]:
    """A peer on a loopback port until the block ends; its address is both services' address."""
    peer = FacePeer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/api/v1/auth/token":
                peer.tokens += 1
                token = {"access_token": f"token-{peer.tokens}", "expires_in": 600}
                self._say(200, json.dumps(token).encode())
            elif self.path == "/api/v1/faces/verify":
                assert self.headers["Authorization"] == f"Bearer token-{peer.tokens}"
                peer.calls.append(body)
                peer.hanging.wait(20)
                status, said = peer.answer
                text = json.dumps(said).encode() if peer.raw is None else peer.raw
                self._say(status, text, drip=peer.drip)
            elif self.path == "/api/v1/jobs/verify":
                self._say(*peer.take(body))
            else:
                self._say(404, b"{}")

        def _say(self, status: int, text: bytes, *, drip: bool = False) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                for start in range(0, len(text), 1 if drip else len(text)):
                    if drip and peer.stopping.wait(0.2):
                        return
                    self.wfile.write(text[start : start + 1] if drip else text)
            except OSError:
                return  # the caller has hung up

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    peer.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield peer
    finally:
        peer.stopping.set()
        peer.go()
        server.shutdown()
        thread.join()
        server.server_close()
