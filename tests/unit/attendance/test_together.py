"""Writes that come at the same time go together, each with its own end."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from attendance_service.store.together import Together
from common.errors import ConnectionLost, invalid

PATIENCE = 5.0
Item = tuple[str, int]  # the owner, and something to tell items apart


class Road:
    """A write that takes as long as the test wants, and remembers who went with whom."""

    def __init__(self) -> None:
        self.crews: list[list[Item]] = []
        self.arrived = threading.Semaphore(0)
        self.free = threading.Semaphore(0)
        self.faults: list[Exception | None] = []

    def __call__(self, items: Sequence[Item]) -> Mapping[object, str]:
        self.crews.append(list(items))
        self.arrived.release()
        assert self.free.acquire(timeout=PATIENCE)
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        return {owner: f"{owner}{number}" for owner, number in items if owner != "left out"}


class Crossing:
    """A `Together` over a `Road`, with the threads that use it."""

    def __init__(self, pool: ThreadPoolExecutor, most: int = 64) -> None:
        self.road = Road()
        self.together = Together[Item, str](self.road, lambda item: item[0], most=most)
        self._pool = pool

    def bring(self, *items: Item) -> list[Future[str | None]]:
        """Each item by a thread of its own; all of them stand in line when this returns."""
        futures = []
        for item in items:
            before = len(self.together._line)
            futures.append(self._pool.submit(self.together, item))
            _until(lambda before=before: len(self.together._line) > before)
        return futures

    def set_out(self, item: Item) -> Future[str | None]:
        """The first item, whose write is on its way when this returns."""
        future = self._pool.submit(self.together, item)
        assert self.road.arrived.acquire(timeout=PATIENCE)
        return future

    def let_through(self, times: int = 1) -> None:
        """So many writes may end."""
        self.road.free.release(times)


def _until(true: Callable[[], bool]) -> None:
    done = threading.Event()
    for _ in range(int(PATIENCE * 1000)):
        if true():
            return
        done.wait(0.001)
    raise AssertionError("nobody came to stand in line")


@pytest.fixture
def pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(12)


def result(future: Future[str | None]) -> str | None:
    return future.result(timeout=PATIENCE)


def test_who_finds_the_way_free_goes_at_once_and_alone(pool: ThreadPoolExecutor) -> None:
    crossing = Crossing(pool)
    crossing.let_through(2)
    assert crossing.together(("a", 1)) == "a1"
    assert crossing.together(("b", 2)) == "b2"
    assert crossing.road.crews == [[("a", 1)], [("b", 2)]]


def test_who_comes_meanwhile_goes_together(pool: ThreadPoolExecutor) -> None:
    crossing = Crossing(pool)
    first = crossing.set_out(("a", 1))
    others = crossing.bring(("b", 2), ("c", 3), ("d", 4))
    crossing.let_through(2)
    assert [result(each) for each in [first, *others]] == ["a1", "b2", "c3", "d4"]
    assert crossing.road.crews == [[("a", 1)], [("b", 2), ("c", 3), ("d", 4)]]


def test_two_of_the_same_owner_go_one_after_the_other(pool: ThreadPoolExecutor) -> None:
    crossing = Crossing(pool)
    first = crossing.set_out(("a", 1))
    others = crossing.bring(("b", 2), ("b", 3), ("c", 4))
    crossing.let_through(3)
    assert [result(each) for each in [first, *others]] == ["a1", "b2", "b3", "c4"]
    assert crossing.road.crews[1:] == [[("b", 2), ("c", 4)], [("b", 3)]]


def test_no_more_than_the_most_go_together(pool: ThreadPoolExecutor) -> None:
    crossing = Crossing(pool, most=2)
    first = crossing.set_out(("a", 1))
    others = crossing.bring(("b", 2), ("c", 3), ("d", 4))
    crossing.let_through(3)
    assert [result(each) for each in [first, *others]] == ["a1", "b2", "c3", "d4"]
    assert [len(crew) for crew in crossing.road.crews] == [1, 2, 1]


def test_who_is_left_out_learns_it_and_nobody_else(pool: ThreadPoolExecutor) -> None:
    crossing = Crossing(pool)
    first = crossing.set_out(("a", 1))
    others = crossing.bring(("b", 2), ("left out", 3))
    crossing.let_through(2)
    assert [result(each) for each in [first, *others]] == ["a1", "b2", None]


@pytest.mark.parametrize("fault", [invalid("One of them."), RuntimeError("a defect")])
def test_the_fault_of_one_leaves_everybody_to_go_alone(
    pool: ThreadPoolExecutor, fault: Exception
) -> None:
    crossing = Crossing(pool)
    crossing.road.faults = [None, fault]
    first = crossing.set_out(("a", 1))
    others = crossing.bring(("b", 2), ("c", 3))
    crossing.let_through(2)
    assert [result(each) for each in [first, *others]] == ["a1", None, None]
    crossing.let_through()
    assert crossing.together(("d", 4)) == "d4"


def test_a_database_that_does_not_answer_is_told_to_all_who_wait(pool: ThreadPoolExecutor) -> None:
    crossing = Crossing(pool)
    crossing.road.faults = [ConnectionLost()]
    first = crossing.set_out(("a", 1))
    others = crossing.bring(("b", 2), ("b", 3))
    crossing.let_through()
    for each in [first, *others]:
        with pytest.raises(ConnectionLost):
            result(each)
    assert crossing.road.crews == [[("a", 1)]]
    crossing.let_through()
    assert crossing.together(("d", 4)) == "d4"


class Thing:
    """Something whose end can be watched."""


def test_what_was_written_is_freed_at_once() -> None:
    """Without a round of the collector, which comes rarely in a serving process."""
    together = Together[Thing, str](lambda things: {things[0]: "written"}, lambda thing: thing)
    thing = Thing()
    alive = weakref.ref(thing)
    gc.disable()
    try:
        assert together(thing) == "written"
        del thing
        assert alive() is None
    finally:
        gc.enable()
