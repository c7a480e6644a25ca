"""Pages of the feed: few at a time, and a busy database is asked again."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest

from attendance_service.rpc import pages
from attendance_service.rpc.pages import Pages
from attendance_service.rpc.tail import FeedTail
from attendance_service.store.feed import Event, Head
from common.errors import DomainError, forbidden, unavailable

PAGE = [Event(1, "e", "made", 1, 1, "in", "2026-11-21T08:00:00.000000Z", "accepted", None)]


class Busy:
    """Refuses a number of times, then gives the page."""

    def __init__(self, times: int, fault: DomainError) -> None:
        self.left = times
        self.fault = fault

    def read(self, after: int, limit: int) -> Sequence[Event]:
        """As the store does."""
        assert (after, limit) == (7, 1000)
        if self.left:
            self.left -= 1
            raise self.fault
        return PAGE


def read_until_it_comes(shared: Pages, attempts: int) -> list[int]:
    """The sizes of what each attempt gave."""

    async def attempt() -> list[int]:
        return [len(await shared.after(7, 1000)) for _ in range(attempts)]

    return asyncio.run(attempt())


def test_a_busy_database_may_be_asked_again() -> None:
    store = Busy(3, unavailable("busy"))
    assert read_until_it_comes(Pages(store.read), 5) == [0, 0, 0, 1, 1]


def test_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(pages, "monotonic", lambda: now)
    shared = Pages(Busy(99, unavailable("busy")).read)
    assert read_until_it_comes(shared, 2) == [0, 0]
    now = 109.0
    assert read_until_it_comes(shared, 1) == [0]
    now = 111.0
    with pytest.raises(DomainError, match="busy"):
        read_until_it_comes(shared, 1)


def test_patience_begins_anew_with_each_page(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(pages, "monotonic", lambda: now)
    store = Busy(1, unavailable("busy"))
    shared = Pages(store.read)
    assert read_until_it_comes(shared, 2) == [0, 1]
    now, store.left = 200.0, 1
    assert read_until_it_comes(shared, 2) == [0, 1]


def test_what_waiting_does_not_help_is_said_at_once() -> None:
    with pytest.raises(DomainError) as fault:
        read_until_it_comes(Pages(Busy(1, forbidden()).read), 1)
    assert fault.value.code == "forbidden"


def test_ten_streams_take_two_connections_at_most() -> None:
    lock, inside, most = threading.Lock(), 0, 0

    def read(after: int, limit: int) -> Sequence[Event]:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.01)
        with lock:
            inside -= 1
        return PAGE

    async def ten() -> list[Sequence[Event]]:
        shared = Pages(read)
        return await asyncio.gather(*(shared.after(n, 1000) for n in range(10)))

    assert asyncio.run(ten()) == [PAGE] * 10
    assert most == 2


def test_nobody_queues_for_longer_than_rights_may_go_unchecked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages, "_QUEUES_FOR", 0.05)
    done = threading.Event()

    def read(after: int, limit: int) -> Sequence[Event]:
        done.wait(10)
        return PAGE

    async def three() -> list[int]:
        shared = Pages(read)
        two = [asyncio.create_task(shared.after(n, 1000)) for n in range(2)]
        await asyncio.sleep(0)
        third = await shared.after(2, 1000)
        done.set()
        first, second = await asyncio.gather(*two)
        return [len(third), len(first), len(second), len(await shared.after(2, 1000))]

    assert asyncio.run(three()) == [0, 1, 1, 1]


def test_a_stream_that_cannot_read_on_lets_its_rights_be_checked_at_once() -> None:
    class Feed:
        """Its head is at 5, and it cannot be read."""

        def after(self, after: int, limit: int) -> Sequence[Event]:
            raise unavailable("busy")

    async def first_batch() -> Sequence[Event]:
        feed: Any = Feed()
        tail = FeedTail(feed, lambda: None, asyncio.get_running_loop())
        tail._restored(Head("epoch", 5, 0))
        async with asyncio.timeout(0.5):
            return await anext(tail.follow(0))

    assert asyncio.run(first_batch()) == ()
