"""Workers as processes, and a receiver of webhooks that takes, fails, hangs and redirects."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from common import webhooks
from common.config import ROOT
from face_service.domain.targets import targets
from local import keys
from local.ports import free_port
from tests.support.cluster import TestDatabase
from tests.support.face import models
from tests.support.process import Process


@dataclass
class Receiver:
    """Takes webhooks on a loopback port. ``answers`` are the next statuses, then ``status``."""

    status: int = 200
    answers: list[int] = field(default_factory=list)
    location: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    tries: list[str] = field(default_factory=list)
    forged: int = 0
    url: str = ""
    signing: tuple[bytes, ...] = ()
    going: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.going.set()

    def told(self, verification_id: str) -> list[dict[str, Any]]:
        """What came about one verification and was taken."""
        return [one for one in self.taken if one["verification_id"] == verification_id]

    def _next(self) -> int:
        return self.answers.pop(0) if self.answers else self.status


@contextmanager
def receiving(secrets: Path) -> Iterator[Receiver]:
    """A receiver until the block ends; it checks every signature."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.tries.append(self.headers["webhook-id"])
            receiver.going.wait(60)
            given = {name: self.headers[name] or "" for name in webhooks.NAMES}
            try:
                webhooks.verified(receiver.signing, given, body, now=time.time())
            except webhooks.BadSignature:
                receiver.forged += 1
            status = receiver._next()
            if status == 200:
                receiver.taken.append(json.loads(body))
            try:
                self.send_response(status)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:
                pass  # whoever asked has given up

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    master = webhooks.keys(keys.read(secrets, "webhook_others"))
    receiver.signing = webhooks.derived(master, targets(receiver.url, private=True)[0].origin)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.going.set()
        server.shutdown()
        server.server_close()


def worker_environment(database: TestDatabase, folder: Path, **more: str) -> dict[str, str]:
    """The variables of a worker that loses no time."""
    return (
        dict(os.environ)
        | database.environment()
        | {
            "BIND_HOSTS": "127.0.0.1",
            "HAZIR_DATA": str(folder),
            "MODEL_DIR": str(models()),
            "FACE_WORKER_PORT": str(free_port()),
            "FACE_WORKER_HEARTBEAT": "1",
            "FACE_JOB_BACKOFF": "0,0",
            "WEBHOOK_BACKOFF": "0,1,1",
            "LOG_LEVEL": "info",
            "ATTENDANCE_URL": "http://127.0.0.1:9",
        }
        | more
    )


def a_worker(env: dict[str, str], log: Path, module: str = "face_service.worker") -> Process:
    """A worker process, to be started."""
    base = f"http://127.0.0.1:{env['FACE_WORKER_PORT']}"

    def answers() -> bool:
        try:
            return httpx.get(f"{base}/health/ready", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    return Process(
        lambda: [sys.executable, "-m", module], answers, log=log, environment=env, cwd=ROOT
    )


@contextmanager
def workers(
    database: TestDatabase,
    folder: Path,
    count: int = 1,
    module: str = "face_service.worker",
    **more: str,
) -> Iterator[Sequence[Process]]:
    """So many workers until the block ends."""
    made = []
    for number in range(count):
        env = worker_environment(database, folder, **more)
        made.append(a_worker(env, folder / f"worker_{number}.log", module))
    started: list[Process] = []
    try:
        for one in made:
            one.start()
            started.append(one)
        yield made
    finally:
        for one in started:
            one.stop()


def until(holds: Callable[[], object], within: float = 40.0) -> None:
    """Wait until ``holds``."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
