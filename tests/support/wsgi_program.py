"""The server in processes of its own, and what becomes of them."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import psutil

from common.config import ROOT

PROGRAM = """
import os, resource, sys, time
from common.wsgi import Limits, serve

resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

def say(*words):
    # One write a line: without a buffer, print() writes word by word, and processes mix.
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())

def make_app():
    if os.path.exists(sys.argv[3]):
        raise RuntimeError("cannot be made")
    say("made", os.getpid())
    def app(environ, start):
        time.sleep(float(environ["QUERY_STRING"] or 0))
        start("200 OK", [("Content-Type", "text/plain")])
        return [str(os.getpid()).encode()]
    return app

serve(
    make_app,
    binds=[("127.0.0.1", int(sys.argv[1])), ("::1", int(sys.argv[1]))],
    workers=int(sys.argv[2]),
    threads=2,
    limits=Limits(drain_seconds=float(sys.argv[4])),
    log=lambda event, **fields: say(event, fields),
    ready=lambda: say("ready", os.getpid()),
    stopping=lambda: say("stopping", os.getpid()),
    preload=sys.argv[5] == "preload",
)
say("ended")
"""


class Program:
    """The server in a process of its own."""

    def __init__(
        self, folder: Path, workers: int, *, drain: float = 10, preload: bool = False
    ) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.fault = folder / "fault"
        self.output = folder / "output"
        arguments = [str(self.port), str(workers), str(self.fault), str(drain)]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, *arguments, "preload" if preload else ""],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def lines(self, word: str) -> list[str]:
        return [line for line in self.output.read_text().splitlines() if line.startswith(word)]

    def wait_for(self, word: str, count: int = 1) -> list[str]:
        deadline = time.monotonic() + 20
        while len(found := self.lines(word)) < count:
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.02)
        return found

    def ask(self, host: str = "127.0.0.1") -> int:
        """The process that answers on a new connection."""
        client = http.client.HTTPConnection(host, self.port, timeout=20)
        try:
            client.request("GET", "/")
            return int(client.getresponse().read())
        finally:
            client.close()

    def workers(self) -> set[int]:
        return {child.pid for child in psutil.Process(self.process.pid).children()}

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(20)


def gone(pids: set[int], within: float = 20) -> bool:
    deadline = time.monotonic() + within
    while any(psutil.pid_exists(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def until_stopped(pid: int, within: float = 20) -> None:
    """The kernel stops one thread after another: the last ones may still take a connection."""
    deadline = time.monotonic() + within
    while {_state(task) for task in Path(f"/proc/{pid}/task").iterdir()} != {"T"}:
        assert time.monotonic() < deadline, "still running"
        time.sleep(0.01)


def _state(task: Path) -> str:
    return (task / "stat").read_text().rpartition(")")[2].split()[0]


def kept_open(program: Program, count: int) -> tuple[Counter[int], ExitStack]:
    """Which processes answer on so many connections that stay open."""
    stack = ExitStack()
    answers: Counter[int] = Counter()
    for _ in range(count):
        client = http.client.HTTPConnection("127.0.0.1", program.port, timeout=20)
        stack.callback(client.close)
        client.connect()
        client.request("GET", "/")
        answers[int(client.getresponse().read())] += 1
    return answers, stack
