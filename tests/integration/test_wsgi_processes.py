"""The server as processes: start, respawn, drain, and the end of everything."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from common.config import ROOT
from tests.support.wsgi_program import PROGRAM, Program, gone, kept_open, until_stopped


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


def test_each_worker_makes_its_own_app_and_both_addresses_serve(two: Program) -> None:
    made = {int(line.split()[1]) for line in two.lines("made")}
    assert made == two.workers()
    assert {two.ask("127.0.0.1"), two.ask("::1")} <= made
    assert two.lines("ready") == [f"ready {two.process.pid}"]


def test_there_are_descriptors_for_every_connection(two: Program) -> None:
    for pid in two.workers():
        soft, hard = psutil.Process(pid).rlimit(psutil.RLIMIT_NOFILE)
        assert soft == min(2512, hard)


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
