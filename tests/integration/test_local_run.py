"""``make run`` as its user sees it: one start, a crash, a second start, a clean end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from common.config import ROOT
from local.place import Place, read_json
from local.status import children_of, descendants
from tests.support.face import models
from tests.support.folders import open_folder
from tests.support.process import Process
from tests.support.system import free_ports

pytestmark = pytest.mark.long

_NAMES = ("AUTH", "ATTENDANCE", "GRPC", "REPORTER", "FACE", "CLIENT")


class Installation:
    """A checkout's one-command run, on ports and with data of its own."""

    def __init__(self, folder: Path) -> None:
        numbers = free_ports(len(_NAMES) + 1)
        self.folder = folder
        self.place = Place(folder / "data")
        self.ports = dict(zip(_NAMES, numbers, strict=False))
        self.environment = {
            **os.environ,
            **{f"{name}_PORT": str(port) for name, port in self.ports.items()},
            "SEQUENCER_HINT": f"127.0.0.1:{numbers[-1]}",
            "HAZIR_DATA": str(self.place.data),
            "MODEL_DIR": str(models()),
            "DEMO": "1",
        }
        self.runs = 0

    def start(self) -> Process:
        """Start it and return when all is ready."""
        self.runs += 1
        process = Process(
            lambda: [sys.executable, "-m", "local", "run"],
            lambda: "All ready in" in process.output(),
            log=self.folder / f"run-{self.runs}.txt",
            stop_signal=signal.SIGINT,
            environment=self.environment,
            cwd=ROOT,
        )
        process.start(within=120)
        return process

    def refused(self, **more: str) -> str:
        """What a start that must be refused says."""
        done = subprocess.run(
            [sys.executable, "-m", "local", "run"],
            cwd=ROOT,
            env=self.environment | more,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode == 1
        return done.stdout.strip()

    def login(self, username: str, password: str) -> int:
        """The status of a sign-in."""
        url = f"http://127.0.0.1:{self.ports['AUTH']}/login"
        return httpx.post(
            url, json={"username": username, "password": password}, timeout=20
        ).status_code

    def everybody(self) -> list[int]:
        """Every process of the run."""
        return descendants(read_json(self.place.state_file)["pid"], children_of())[1:]


@pytest.fixture
def installation() -> Iterator[Installation]:
    with open_folder() as folder:
        yield Installation(folder)


def _wait_gone(pids: list[int], within: float = 15.0) -> None:
    deadline = time.monotonic() + within
    while left := [pid for pid in pids if _running(pid)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def _running(pid: int) -> bool:
    """Whether ``pid`` is at work: a dead one that nobody has buried yet is not."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] not in {"Z", "X"}


def _user(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def test_start_crash_second_start_and_a_clean_end(installation: Installation) -> None:
    process = installation.start()
    try:
        _look_around(installation, process)
        everybody = installation.everybody()
        assert len(everybody) >= 9
        process.signal(signal.SIGKILL)  # the supervisor alone; the kernel must tell the others
        process.wait()
        _wait_gone(everybody)
        process = installation.start()
        _look_again(installation, process)
        everybody = installation.everybody()
        process.signal(signal.SIGINT)
        assert process.wait() == 0
        assert process.output().rstrip().endswith("Stopped.")
        assert [pid for pid in everybody if _running(pid)] == []
    finally:
        process.stop()


def _look_around(installation: Installation, process: Process) -> None:
    said = process.output()
    page = f"http://127.0.0.1:{installation.ports['CLIENT']}/index.html"
    for words in (page, "demo_staff_1", "password: password", str(installation.place.logs)):
        assert words in said
    for name in ("postgres", "redis", "page", "auth", "attendance", "rpc", "reporter", "face"):
        assert [line for line in said.splitlines() if line.startswith(f"{name} ")], name
    assert httpx.get(page).status_code == 200
    assert installation.login("demo_admin", "password") == 200
    assert installation.login("demo_admin", "guess") == 401
    again = installation.refused()
    assert f"is already running (pid {process.pid})" in again
    assert "\n" not in again
    database = read_json(installation.place.state_file)["processes"]["postgres"]["pid"]
    assert _user(database) != 0
    _administer(installation)
    made = httpx.post(
        f"http://127.0.0.1:{installation.ports['AUTH']}/register",
        json={"username": "keeper", "password": "kept for later"},
        timeout=20,
    )
    assert made.status_code == 201


def _administer(installation: Installation) -> None:
    def verb(name: str, **more: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "local", name],
            cwd=ROOT,
            env=installation.environment | more,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    verb("admin", ADMIN_USERNAME="first", ADMIN_PASSWORD="first of many")
    assert installation.login("first", "first of many") == 200
    exports = verb("database")
    asked = f"{exports}\npsql -Atc 'SELECT current_user'"
    done = subprocess.run(["sh", "-c", asked], capture_output=True, text=True, timeout=30)
    assert done.stdout.strip() == "hazir_owner", done.stderr
    assert verb("status").count(" ready ") == 9
    assert "0 photos of 0 people" in verb("re-embed")


def _look_again(installation: Installation, process: Process) -> None:
    assert installation.login("keeper", "kept for later") == 200
    assert installation.login("demo_admin", "password") == 200
    state = read_json(installation.place.state_file)
    assert {one["restarts"] for one in state["processes"].values()} == {0}, process.output()


def test_a_busy_port_is_named_with_its_holder(installation: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", installation.ports["FACE"]))
        taken.listen()
        said = installation.refused()
    assert f"port {installation.ports['FACE']} (face) is in use by" in said
    assert f"(pid {os.getpid()})" in said
    assert "\n" not in said


def test_a_wrong_configuration_is_one_sentence(installation: Installation) -> None:
    said = installation.refused(DEMO="perhaps", CLIENT_PORT="0")
    assert "DEMO" in said
    assert "CLIENT_PORT" in said
    assert "\n" not in said


def test_production_refuses_demo_people(installation: Installation) -> None:
    assert "refused in production" in installation.refused(APP_ENV="production", DEMO="1")
