"""The supervisor, with small stand-ins for the processes of the product."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from local.place import Place, read_json
from local.screen import Screen
from local.service import Service, layers
from local.supervisor import Supervisor
from tests.support.stand_ins import good, program

Body = Callable[[Supervisor], None]


class Bench:
    """A supervisor over stand-ins, and what it said."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(folder)
        for path in (self.place.logs, self.place.run):
            path.mkdir()
        self.trace = folder / "trace"
        self.trace.touch()
        self.said = io.StringIO()
        self.ready_after: list[float] = []

    def run(self, services: list[Service], *, until: Callable[[], bool], within: float = 15) -> int:
        """Run ``services`` until ``until`` holds; then stop. The exit status."""

        async def drive() -> int:
            self.supervisor = Supervisor(
                services,
                place=self.place,
                folder=self.place.data,
                environment={"PATH": os.environ["PATH"]},
                screen=Screen(self.said),
                when_ready=self.ready_after.append,
                deadline=1.0,
                first_pause=0.05,
            )
            running = asyncio.create_task(self.supervisor.run())
            deadline = time.monotonic() + within
            while not running.done() and not until():
                assert time.monotonic() < deadline, self.said.getvalue()
                await asyncio.sleep(0.01)
            self.supervisor.request_stop()
            return await running

        return asyncio.run(drive())

    def processes(self) -> dict[str, dict[str, object]]:
        """What ``make status`` would read."""
        found = read_json(self.place.state_file).get("processes", {})
        assert isinstance(found, dict)
        return found


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def _service(name: str, command: list[str], after: tuple[str, ...] = ()) -> Service:
    return Service(name=name, command=lambda: command, announce=f"at {name}", after=after)


def test_starts_in_order_says_so_and_stops_in_reverse(bench: Bench) -> None:
    trace = str(bench.trace)
    services = [
        _service("last", good(trace), after=("middle",)),
        _service("middle", good(trace), after=("first",)),
        _service("first", good(trace)),
    ]
    assert bench.run(services, until=lambda: bool(bench.ready_after)) == 0
    assert bench.trace.read_text().split("\n")[:-1] == [
        "start first",
        "start middle",
        "start last",
        "stop last",
        "stop middle",
        "stop first",
    ]
    lines = bench.said.getvalue().splitlines()
    assert [line.split()[0] for line in lines] == ["first", "middle", "last"]
    assert all(line.rstrip().endswith("s") and "ready in" in line for line in lines)
    assert "\033" not in bench.said.getvalue()
    assert bench.processes() == {}


def test_a_dead_service_is_started_again_and_said_so(bench: Bench) -> None:
    killed: list[int] = []

    def died_and_came_back() -> bool:
        one = bench.processes().get("mortal", {})
        pid = one.get("pid")
        if bench.ready_after and not killed and isinstance(pid, int):
            killed.append(pid)
            os.kill(pid, signal.SIGKILL)
        return bool(killed) and one.get("restarts") == 1 and one.get("ready") is True

    bench.run([_service("mortal", good())], until=died_and_came_back)
    assert "ended (signal 9); starting again in 0.05 s" in bench.said.getvalue()


def test_a_service_that_keeps_failing_is_tried_ever_more_slowly(bench: Bench) -> None:
    failing = program("print('the port is taken'); sys.exit(69)")
    bench.run(
        [_service("broken", failing)],
        until=lambda: bench.said.getvalue().count("starting again") >= 4,
    )
    said = bench.said.getvalue()
    pauses = [line.split(" in ")[1] for line in said.splitlines() if "starting again" in line]
    assert pauses[:4] == ["0.05 s", "0.1 s", "0.2 s", "0.4 s"]
    assert "ended (exit code 69)" in said
    assert "| the port is taken" in said


def test_a_failed_task_stops_everything_with_its_reason(bench: Bench) -> None:
    services = [
        _service("first", good(str(bench.trace))),
        Service(
            name="migrate",
            command=lambda: program("print('no such column'); sys.exit(3)"),
            task=True,
            after=("first",),
        ),
        _service("never", good(str(bench.trace)), after=("migrate",)),
    ]
    assert bench.run(services, until=lambda: False) == 1
    said = bench.said.getvalue()
    assert "failed (exit code 3)" in said
    assert "no such column" in said
    assert bench.trace.read_text() == "start first\nstop first\n"


def test_one_that_does_not_stop_is_ended_with_what_it_started(bench: Bench) -> None:
    grandchild = bench.place.data / "grandchild"
    deaf = program(f"""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        open({str(grandchild)!r}, "w").write(str(worker.pid))
        notify("READY=1")
        time.sleep(60)
    """)
    began = time.monotonic()
    bench.run([_service("deaf", deaf)], until=lambda: bool(bench.ready_after))
    assert time.monotonic() - began < 10
    assert "did not stop in time and was ended" in bench.said.getvalue()
    _wait_gone([int(grandchild.read_text())])


def test_asking_twice_stops_at_once(bench: Bench) -> None:
    deaf = program("""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        notify("READY=1")
        time.sleep(60)
    """)

    def asked_before() -> bool:
        if bench.ready_after:
            bench.supervisor.request_stop()
        return bool(bench.ready_after)

    began = time.monotonic()
    bench.run([_service("deaf", deaf)], until=asked_before)
    assert time.monotonic() - began < 1.0 + bench.ready_after[0]


def test_a_probe_a_preparation_and_an_afterword(bench: Bench) -> None:
    done: list[str] = []
    service = Service(
        name="server",
        command=lambda: program("open('up', 'w').close(); time.sleep(60)"),
        probe=(bench.place.data / "up").exists,
        prepare=lambda: done.append("prepared"),
        once_ready=lambda: done.append("ready"),
        announce="somewhere",
    )
    bench.run([service], until=lambda: bool(bench.ready_after))
    assert done == ["prepared", "ready"]


def test_errors_in_a_log_are_shown_and_chatter_is_not(bench: Bench) -> None:
    talking = program("""
        print('{"event": "all is well", "level": "info"}')
        notify("READY=1")
        time.sleep(0.2)
        print('{"event": "cannot read", "level": "error", "error": "no disk"}', flush=True)
        time.sleep(60)
    """)
    bench.run([_service("talker", talking)], until=lambda: "no disk" in bench.said.getvalue())
    assert "cannot read: no disk" in bench.said.getvalue()
    assert "all is well" not in bench.said.getvalue()


def test_what_a_process_says_of_itself_is_kept_for_status(bench: Bench) -> None:
    leading = program("""
        notify("STATUS=leading")
        notify("READY=1")
        time.sleep(60)
    """)
    bench.run(
        [_service("sequencer", leading)],
        until=lambda: bench.processes().get("sequencer", {}).get("status") == "leading",
    )
    assert bench.ready_after


def test_a_circle_is_refused() -> None:
    one, two = _service("one", [], after=("two",)), _service("two", [], after=("one",))
    with pytest.raises(ValueError, match="one, two"):
        layers([one, two])


def test_kill_9_of_the_supervisor_leaves_nobody_behind(tmp_path: Path) -> None:
    """A supervisor in a process of its own is killed; the kernel tells its children."""
    script = tmp_path / "supervise.py"
    pids = tmp_path / "pids"
    script.write_text(
        f"""
import asyncio, pathlib, sys
from local.account import tethered
from local.place import Place
from local.screen import Screen
from local.service import Service
from local.supervisor import Supervisor
from tests.support.stand_ins import program

place = Place(pathlib.Path({str(tmp_path)!r}))
place.logs.mkdir(); place.run.mkdir()
note = "open({str(pids)!r}, 'a').write(str(os.getpid()) + chr(10))"
body = note + "; notify('READY=1'); time.sleep(99)"
services = [
    Service(name=n, command=lambda: tethered(program(body)), announce=n) for n in ("one", "two")
]
asyncio.run(Supervisor(services, place=place, folder=place.data, environment={{}},
                       screen=Screen(), when_ready=lambda _: print("READY", flush=True)).run())
"""
    )
    running = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert running.stdout is not None
    with running.stdout:
        assert any(b"READY" in line for line in running.stdout)
        running.kill()
        running.wait()
    started = [int(line) for line in pids.read_text().split()]
    assert len(started) == 2
    _wait_gone(started)


def _wait_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 5
    while any(_running(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _running(pid: int) -> bool:
    """Whether ``pid`` is at work: a dead one that nobody has buried yet is not."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] not in {"Z", "X"}
