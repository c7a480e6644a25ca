"""The queue of faces: drained by one worker and by two, and 400 selfies within a minute.

The whole way is real: check-ins at a place that compares later, the hand-over, workers as
processes, signed results back to attendance_service. Services and clients share the machine.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from bench.open_loop import quantile
from local import keys
from tests.support.cluster import TestDatabase, running_cluster
from tests.support.face_cast import A2
from tests.support.folders import open_folder
from tests.support.jobs import until
from tests.support.later import Later, comparing_later
from tests.support.people import Town
from tests.support.portraits import ensure

QUEUED = 200
SELFIES, WITHIN = 400, 60.0
PEOPLE = 40


@contextmanager
def database() -> Iterator[TestDatabase]:
    """A database with fsync, as an installation has it."""
    with open_folder() as folder:
        keys.ensure(folder / "secrets")
        with running_cluster(folder, folder / "secrets", settings={}) as server:
            yield server.migrated_database()


@contextmanager
def scene(count: int) -> Iterator[Later]:
    """An installation with so many workers and people who are enrolled."""
    with database() as made, tempfile.TemporaryDirectory() as folder:
        town = Town(made)
        with comparing_later(town, Path(folder), count=count) as later:
            for _ in range(PEOPLE):
                later.someone()
            # One picture, so that the models are in memory.
            later.punch(later.someone(), A2, "warm")
            until(lambda: not later.waiting)
            yield later
        town.close()


def drained(count: int) -> float:
    """Jobs a second, from the first one taken to the last one decided, with so many workers."""
    with scene(count) as later:
        later.door.open = False
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: later.punch(_turn(later, n), A2, f"q-{n}"), range(QUEUED)))
        # All are in the face service's queue before anything works on it.
        for worker in later.workers:
            worker.stop()
        later.town.sql("UPDATE attendance.verification SET due_at = now()")
        later.door.open = True
        queued = "SELECT count(*) FROM face.job WHERE state = 'queued'"
        until(lambda: later.town.sql(queued)[0][0] == QUEUED, 120)
        for worker in later.workers:
            worker.start()
        until(lambda: later.town.sql(queued)[0][0] < QUEUED)
        began = time.perf_counter()
        until(lambda: not later.waiting, 300)
        seconds = time.perf_counter() - began
    return QUEUED / seconds


def _turn(later: Later, number: int) -> int:
    """Somebody who may punch now: each in their turn, in and out alternately."""
    return later.people[number % len(later.people)]


def minute(count: int) -> tuple[float, float, float]:
    """400 selfies evenly within a minute: p50 and p99 until decided, and the last one's seconds."""
    with scene(count) as later:
        began = time.perf_counter()

        def one(number: int) -> None:
            time.sleep(max(0.0, began + number * WITHIN / SELFIES - time.perf_counter()))
            later.punch(_turn(later, number), A2, f"s-{number}")

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(one, range(SELFIES)))
        arrived = time.perf_counter() - began
        until(lambda: not later.waiting, 300)
        last = time.perf_counter() - began - arrived
        waits = [
            float(row[0])
            for row in later.town.sql(
                "SELECT extract(epoch FROM v.settled_at - v.created_at)"
                " FROM attendance.verification v JOIN attendance.record r ON r.id = v.record_id"
                " WHERE v.settled_at IS NOT NULL AND r.status = 'accepted'"
            )
        ]
        assert len(waits) >= SELFIES, later.statuses()
    waits.sort()
    return quantile(waits, 0.5), quantile(waits, 0.99), last


def main() -> None:
    """Print the lines of the table."""
    ensure()
    for count in (1, 2):
        rate = drained(count)
        print(
            f"| queue of {QUEUED} drained by {count} worker(s) | {rate:.1f} jobs/s | | | | |",
            flush=True,
        )
    for count in (1, 2):
        half, most, last = minute(count)
        print(
            f"| {SELFIES} selfies within a minute, {count} worker(s): check-in to decision |"
            f" p50 {half:.2f} s, p99 {most:.2f} s; the last one {last:.2f} s | | | | |",
            flush=True,
        )


if __name__ == "__main__":
    main()
