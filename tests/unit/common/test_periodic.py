"""Work that is done now and again."""

from __future__ import annotations

import threading

from common.errors import unavailable
from common.periodic import Periodic


def test_it_goes_on_whatever_goes_wrong() -> None:
    done = threading.Semaphore(0)
    faults = iter([unavailable("down"), RuntimeError("bad")])

    def work() -> None:
        done.release()
        for fault in faults:
            raise fault

    periodic = Periodic("test", 0.01, work)
    periodic.start()
    for _ in range(4):
        assert done.acquire(timeout=10)
    periodic.stop()
    while done.acquire(timeout=0):
        pass
    assert not done.acquire(timeout=0.1)


def test_the_first_time_is_not_at_once_and_stopping_needs_no_start() -> None:
    called = threading.Event()
    periodic = Periodic("test", 3600, called.set)
    periodic.stop()
    periodic = Periodic("test", 3600, called.set)
    periodic.start()
    periodic.stop()
    assert not called.is_set()
