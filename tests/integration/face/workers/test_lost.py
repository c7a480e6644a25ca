"""Workers that die or hang with a job in hand: it is decided once all the same."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import httpx

from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient
from tests.support.face_cast import A2, Cast
from tests.support.face_jobs import job, pid_of_hand, submit
from tests.support.jobs import Receiver, until, workers
from tests.support.people import Town
from tests.support.poisoned_worker import SLOW

POISONED = "tests.support.poisoned_worker"


def test_a_worker_that_is_killed_leaves_its_job_to_another(
    face: FaceClient,
    town: Town,
    cast: Cast,
    receiver: Receiver,
    database: TestDatabase,
    tmp_path: Path,
) -> None:
    with workers(
        database, tmp_path, 2, module=POISONED, WEBHOOK_PRIVATE_TARGETS=receiver.url
    ) as pair:
        number = submit(face, town, cast, receiver.url, "slow", A2 + SLOW)
        until(lambda: any(pid_of_hand(one.pid) for one in pair))
        until(lambda: job(face, town, cast, number)["state"] == "running")
        (victim,) = [one for one in pair if pid_of_hand(one.pid)]
        hand = pid_of_hand(victim.pid)
        victim.signal(signal.SIGKILL)
        victim.wait()
        until(lambda: not Path(f"/proc/{hand}").exists(), 15)
        town.sql("UPDATE face.job SET lease_until = now()")  # or this test would wait for it
        until(lambda: receiver.taken, 60)
        shown = job(face, town, cast, number)
        assert (shown["state"], shown["attempts"], len(shown["deliveries"])) == ("done", 2, 1)
        assert len(receiver.told("slow")) == 1
        victim.start()


def test_a_worker_that_hangs_past_its_lease_is_not_heard_afterwards(
    face: FaceClient,
    town: Town,
    cast: Cast,
    receiver: Receiver,
    database: TestDatabase,
    tmp_path: Path,
) -> None:
    with workers(
        database, tmp_path, 2, module=POISONED, WEBHOOK_PRIVATE_TARGETS=receiver.url
    ) as pair:
        number = submit(face, town, cast, receiver.url, "frozen", A2 + SLOW)
        until(lambda: job(face, town, cast, number)["state"] == "running")
        until(lambda: any(pid_of_hand(one.pid) for one in pair))
        (frozen,) = [one for one in pair if pid_of_hand(one.pid)]
        frozen.signal(signal.SIGSTOP)
        town.sql("UPDATE face.job SET lease_until = now()")
        until(lambda: receiver.taken, 60)
        frozen.signal(signal.SIGCONT)
        until(lambda: "too_late" in _metrics(frozen), 20)
        shown = job(face, town, cast, number)
        assert (shown["state"], shown["attempts"], len(shown["deliveries"])) == ("done", 2, 1)
        assert len(receiver.told("frozen")) == 1
        # It goes on with what comes next.
        submit(face, town, cast, receiver.url, "next", A2)
        until(lambda: receiver.told("next"))


def _metrics(worker: Any) -> str:
    port = worker._environment["FACE_WORKER_PORT"]
    return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
