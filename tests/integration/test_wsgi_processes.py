"""The server as processes: start, respawn, drain, and the end of everything."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]

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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def two(folder: Path) -> Iterator[Program]:
    program = Program(folder, 2)
    try:
        program.wait_for("ready")
        yield program
    finally:
        program.end()


def gone(pids: set[int], within: float = 20) -> bool:
    deadline = time.monotonic() + within
    while any(psutil.pid_exists(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_each_worker_makes_its_own_app_and_both_addresses_serve(two: Program) -> None:
    made = {int(line.split()[1]) for line in two.lines("made")}
    assert made == two.workers()
    assert {two.ask("127.0.0.1"), two.ask("::1")} <= made
    assert two.lines("ready") == [f"ready {two.process.pid}"]


def test_there_are_descriptors_for_every_connection(two: Program) -> None:
    for pid in two.workers():
        soft, hard = psutil.Process(pid).rlimit(psutil.RLIMIT_NOFILE)
        assert soft == min(2512, hard)


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


def test_connections_are_spread_over_the_workers(two: Program) -> None:
    answers, stack = kept_open(two, 20)
    with stack:
        assert set(answers) == two.workers()
        assert min(answers.values()) >= 5


def test_nobody_waits_for_a_worker_that_hangs(two: Program) -> None:
    hanging, healthy = sorted(two.workers())
    os.kill(hanging, signal.SIGSTOP)
    try:
        until_stopped(hanging)
        answers, stack = kept_open(two, 20)
        with stack:
            assert answers == {healthy: 20}
    finally:
        os.kill(hanging, signal.SIGCONT)


def test_two_signals_are_one_end(two: Program) -> None:
    for pid in two.workers():
        os.kill(pid, signal.SIGINT)
    two.process.send_signal(signal.SIGINT)
    assert two.process.wait(20) == 0
    assert not two.lines("worker_failed")


def test_a_killed_worker_is_replaced_and_nobody_notices(two: Program) -> None:
    [victim, other] = sorted(two.workers())
    os.kill(victim, signal.SIGKILL)
    assert {two.ask() for _ in range(20)} <= two.workers() | {other}
    two.wait_for("made", 3)
    assert victim not in two.workers()
    assert len(two.workers()) == 2
    assert len(two.wait_for("worker_died")) == 1
    assert len(two.lines("ready")) == 1


def test_a_worker_that_cannot_start_again_is_tried_ever_more_rarely(two: Program) -> None:
    two.fault.touch()
    os.kill(min(two.workers()), signal.SIGKILL)
    pauses = [
        float(line.split("'restart_in_seconds': ")[1].rstrip("}"))
        for line in two.wait_for("worker_died", 3)
    ]
    assert pauses == sorted(set(pauses))
    assert two.ask() in two.workers()
    two.fault.unlink()
    two.wait_for("made", 3)


def test_sigterm_finishes_the_request_at_hand_and_refuses_new_ones(two: Program) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", two.port, timeout=20)) as client:
        client.request("GET", "/?1.5")
        time.sleep(0.5)
        workers = two.workers()
        two.process.terminate()
        two.wait_for("stopping", 2)
        with pytest.raises(ConnectionRefusedError):
            deadline = time.monotonic() + 1
            while time.monotonic() < deadline:
                socket.create_connection(("127.0.0.1", two.port)).close()
        answer = client.getresponse()
        assert int(answer.read()) in workers
        assert answer.getheader("Connection") == "close"
    assert two.process.wait(20) == 0
    assert gone(workers)
    assert two.lines("ended")
    assert not two.lines("worker_")


def test_a_worker_that_does_not_end_is_killed(folder: Path) -> None:
    program = Program(folder, 1, drain=0.5)
    try:
        program.wait_for("ready")
        [worker] = program.workers()
        os.kill(worker, signal.SIGSTOP)
        program.process.send_signal(signal.SIGINT)
        assert program.process.wait(20) == 0
        assert gone({worker})
    finally:
        program.end()


def test_workers_do_not_outlive_their_master(two: Program) -> None:
    workers = two.workers()
    two.process.kill()
    two.process.wait(20)
    assert gone(workers)


def test_an_app_that_cannot_be_made_ends_everything(folder: Path) -> None:
    (folder / "fault").touch()
    program = Program(folder, 2)
    try:
        assert program.process.wait(20) == 1
        assert "StartFailed" in program.output.read_text()
        assert program.lines("worker_failed")
        assert not program.lines("ready")
    finally:
        program.end()


def test_a_busy_port_is_said_in_one_sentence(two: Program, tmp_path: Path) -> None:
    arguments = [str(two.port), "1", str(tmp_path / "none"), "1", ""]
    second = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=ROOT, capture_output=True, timeout=20
    )
    assert second.returncode == 1
    last = second.stderr.decode().splitlines()[-1]
    assert last.endswith(f"CannotListen: port {two.port} on 127.0.0.1 is in use by another program")
    assert two.ask() in two.workers()


def test_preloading_makes_the_app_once(folder: Path) -> None:
    program = Program(folder, 2, preload=True)
    try:
        program.wait_for("ready")
        assert program.lines("made") == [f"made {program.process.pid}"]
        assert program.ask() in program.workers()
    finally:
        program.end()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_no_worker_means_no_fork(folder: Path, number: signal.Signals) -> None:
    program = Program(folder, 0)
    try:
        program.wait_for("ready")
        assert program.ask() == program.process.pid
        assert program.workers() == set()
        program.process.send_signal(number)
        assert program.process.wait(20) == 0
        assert program.lines("stopping")
    finally:
        program.end()
