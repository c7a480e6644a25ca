"""Faces compared later under a long run of faults: each record is decided once, by its own face."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.support.cluster import TestDatabase
from tests.support.face_cast import A2, B
from tests.support.jobs import until
from tests.support.later import Later, comparing_later
from tests.support.people import Town

pytestmark = pytest.mark.faults

RECORDS = 150
SEED = int(os.environ.get("SEED") or 1)


class Trouble(threading.Thread):
    """Kills, freezes and stops workers, and shuts the face service's door, until told to end."""

    def __init__(self, later: Later, seed: int) -> None:
        super().__init__(daemon=True)
        self._later = later
        self._random = random.Random(seed)
        self.stopping = threading.Event()
        self.done: list[str] = []

    def run(self) -> None:
        """One fault after the other."""
        while not self.stopping.wait(self._random.uniform(0.3, 1.5)):
            fault = self._random.choice(
                [self._kill, self._freeze, self._drain, self._away, self._cut]
            )
            fault()
            self.done.append(fault.__name__)

    def _kill(self) -> None:
        worker = self._random.choice(list(self._later.workers))
        worker.signal(signal.SIGKILL)
        worker.wait()
        worker.start()

    def _drain(self) -> None:
        worker = self._random.choice(list(self._later.workers))
        worker.signal(signal.SIGTERM)
        worker.wait()
        worker.start()

    def _freeze(self) -> None:
        """Past its lease: that of a job it holds is over when it wakes."""
        worker = self._random.choice(list(self._later.workers))
        worker.signal(signal.SIGSTOP)
        self._later.town.sql("UPDATE face.job SET lease_until = now() WHERE state = 'running'")
        self._later.town.sql("UPDATE face.delivery SET lease_until = now() WHERE state = 'sending'")
        time.sleep(self._random.uniform(1, 3))
        worker.signal(signal.SIGCONT)

    def _cut(self) -> None:
        """Every connection of the face service and of its workers to the database dies."""
        self._later.town.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'hazir_face'"
        )

    def _away(self) -> None:
        self._later.door.open = False
        time.sleep(self._random.uniform(0.5, 3))
        self._later.door.open = True


def test_each_is_decided_once_whatever_dies(database: TestDatabase, tmp_path: Path) -> None:
    town = Town(database)
    with comparing_later(
        town,
        tmp_path,
        module="tests.support.poisoned_worker",
        POISON_SLOW="0.1",
        # A job that was only unlucky must not look like poison here.
        FACE_JOB_BACKOFF="0,0",
    ) as later:
        people = [later.someone() for _ in range(RECORDS)]
        trouble = Trouble(later, SEED)
        trouble.start()
        wanted: dict[int, str] = {}
        for number, who in enumerate(people):
            image = A2 if number % 3 else B
            record = later.punch(who, image, f"f-{number}")
            wanted[record] = "accepted" if number % 3 else "voided"
        until(lambda: not later.waiting, 300)
        trouble.stopping.set()
        trouble.join(20)
        statuses = later.statuses()
        # Who lost three workers in a row waits for a person; nobody has the wrong answer.
        wrong = {r: s for r, s in statuses.items() if s not in {wanted[r], "review"}}
        assert wrong == {}, trouble.done
        for record in wanted:
            assert len(later.events(record)) == 2, trouble.done
        reviewed = sum(status == "review" for status in statuses.values())
        assert reviewed < RECORDS / 5, trouble.done
        assert len(set(trouble.done)) == 5, trouble.done
        results = town.sql(
            "SELECT verification_id, count(*) FILTER (WHERE effect = 'applied')"
            " FROM attendance.verification_result GROUP BY 1"
        )
        assert {applied for _, applied in results} == {1}
        assert town.sql(
            "SELECT count(*) FROM face.job_picture p JOIN face.job j"
            " ON j.id = p.job_id WHERE j.state = 'done'"
        ) == [(0,)]
    town.close()
