"""Workers that die or hang with a job in hand: it is decided once all the same."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import httpx

from tests.support.face_cast import A2
from tests.support.face_jobs import POISONED, Line, pid_of_hand
from tests.support.jobs import until
from tests.support.poisoned_worker import SLOW


def test_a_worker_that_is_killed_leaves_its_job_to_another(line: Line) -> None:
    with line.workers(2, module=POISONED) as pair:
        number = line.submit("slow", A2 + SLOW)
        until(lambda: any(pid_of_hand(one.pid) for one in pair))
        until(lambda: line.job(number)["state"] == "running")
        (victim,) = [one for one in pair if pid_of_hand(one.pid)]
        hand = pid_of_hand(victim.pid)
        victim.signal(signal.SIGKILL)
        victim.wait()
        until(lambda: not Path(f"/proc/{hand}").exists(), 15)
        # Or this test would wait for it.
        line.town.sql("UPDATE face.job SET lease_until = now()")
        until(lambda: line.receiver.taken, 60)
        shown = line.job(number)
        assert (shown["state"], shown["attempts"], len(shown["deliveries"])) == ("done", 2, 1)
        assert len(line.receiver.told("slow")) == 1
        victim.start()


def test_a_worker_that_hangs_past_its_lease_is_not_heard_afterwards(line: Line) -> None:
    with line.workers(2, module=POISONED) as pair:
        number = line.submit("frozen", A2 + SLOW)
        until(lambda: line.job(number)["state"] == "running")
        until(lambda: any(pid_of_hand(one.pid) for one in pair))
        (frozen,) = [one for one in pair if pid_of_hand(one.pid)]
        frozen.signal(signal.SIGSTOP)
        line.town.sql("UPDATE face.job SET lease_until = now()")
        until(lambda: line.receiver.taken, 60)
        frozen.signal(signal.SIGCONT)
        until(lambda: "too_late" in _metrics(frozen), 20)
        shown = line.job(number)
        assert (shown["state"], shown["attempts"], len(shown["deliveries"])) == ("done", 2, 1)
        assert len(line.receiver.told("frozen")) == 1
        # It goes on with what comes next.
        line.submit("next", A2)
        until(lambda: line.receiver.told("next"))


def _metrics(worker: Any) -> str:
    port = worker._environment["FACE_WORKER_PORT"]
    return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
