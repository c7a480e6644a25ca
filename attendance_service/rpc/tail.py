"""The growing end of the feed in this process: read once from the database, given to many streams.

What is numbered in this process is told here at once. For the rest a thread listens for the
sequencer's announcement, with a poll behind it, and hands what it read to the event loop;
everything else happens on the loop, so nothing here needs a lock.
"""

from __future__ import annotations

import asyncio
import select
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from time import monotonic
from typing import Any

import psycopg2

from attendance_service.domain.standstill import Standstill
from attendance_service.rpc.pages import Pages
from attendance_service.store.feed import CHANNEL, Event, FeedStore, Head
from common import logs
from common.cursors import resync
from common.errors import DomainError, unavailable

_POLL = 0.25
_PAGE = 1000
_KEPT = 10_000
_FRESH = 2.0
TICK = 1.0


class FeedTail:
    """The last events by their sequence, and whoever waits for the next one."""

    def __init__(
        self, feed: FeedStore, connect: Callable[[], Any], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._feed = feed
        self._pages = Pages(feed.after)
        self._connect = connect
        self._loop = loop
        self._events: list[Event] = []
        self._waiting: set[asyncio.Event] = set()
        self._stop = threading.Event()
        self._scanned_at = -_FRESH * 2
        self._stands_still = False
        self._head = Head("", 0, 0)
        self._numbered_here: Callable[[], bool] = lambda: False
        self._thread = threading.Thread(target=self._run, name="feed tail", daemon=True)

    def told(self, rows: Sequence[Any]) -> None:
        """From any thread: these rows, with an `Event`'s columns, were just numbered here."""
        events = [Event.numbered(row) for row in rows]
        self._loop.call_soon_threadsafe(self._take_next, events, monotonic())

    def start(self, numbered_here: Callable[[], bool] | None = None) -> None:
        """Read the head and begin to follow.

        ``numbered_here`` says whether this process numbers the events now: it then tells them.
        """
        if numbered_here:
            self._numbered_here = numbered_here
        self._head = self._feed.head()
        self._thread.start()

    def stop(self) -> None:
        """End the thread and every stream."""
        self._stop.set()
        for wake in self._waiting:
            wake.set()
        self._thread.join(timeout=2)

    @property
    def head(self) -> Head:
        """How far the feed has been read."""
        return self._head

    @property
    def fresh(self) -> bool:
        """Whether the feed was looked at within two seconds, and somebody numbers what waits."""
        return monotonic() - self._scanned_at <= _FRESH and not self._stands_still

    async def follow(self, after: int) -> AsyncIterator[Sequence[Event]]:
        """The events after the sequence ``after``, without gaps, as they come.

        Yields an empty batch about every second while there is nothing or the database is too busy
        to say. Raises ``resync`` when the feed was restored and ``unavailable`` when this process
        ends.
        """
        epoch = self._head.epoch
        position = after
        wake = asyncio.Event()
        self._waiting.add(wake)
        try:
            while True:
                wake.clear()
                if self._stop.is_set():
                    raise unavailable("The service restarts; go on from your cursor.")
                batch = await self._next(position)
                if epoch != self._head.epoch:
                    raise resync()
                if batch:
                    _check_contiguous(position, batch)
                    position = batch[-1].feed_seq
                    yield batch
                    continue
                if position < self._head.seq:
                    yield ()  # not to be read now: whoever follows looks at its caller's rights
                try:
                    async with asyncio.timeout(TICK):
                        await wake.wait()
                except TimeoutError:
                    yield ()
        finally:
            self._waiting.discard(wake)

    async def _next(self, position: int) -> Sequence[Event]:
        if position >= self._head.seq:
            return ()
        first = self._events[0].feed_seq if self._events else self._head.seq + 1
        if position + 1 >= first:
            start = position + 1 - first
            return self._events[start : start + _PAGE]
        return await self._pages.after(position, _PAGE)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                connection = self._connect()
            except psycopg2.Error:
                self._stop.wait(0.3)
                continue
            try:
                self._listen(connection)
            except (psycopg2.Error, DomainError) as fault:
                logs.log().warning("feed tail lost its session", reason=type(fault).__name__)
                self._stop.wait(0.2)
            finally:
                connection.close()

    def _listen(self, connection: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        head = self._feed.head()
        if head.epoch != self._head.epoch:
            self._loop.call_soon_threadsafe(self._restored, head)
            return
        position = self._head.seq
        looked_at, line = -TICK, Standstill()
        while not self._stop.is_set():
            began = monotonic()
            position = max(position, self._head.seq)
            batch = self._feed.after(position, _PAGE)
            if batch:
                _check_contiguous(position, batch)
                position = batch[-1].feed_seq
            self._loop.call_soon_threadsafe(self._take, batch, began)
            if began - looked_at >= TICK:
                looked_at = began
                self._stands_still = line.seen(self._feed.waiting(), began)
            if len(batch) == _PAGE:
                continue
            if self._numbered_here():
                self._stop.wait(_POLL)
            else:
                select.select([connection], [], [], _POLL)
            connection.poll()
            connection.notifies.clear()

    def _take_next(self, events: Sequence[Event], began: float) -> None:
        """On the loop: what follows the head at once; anything else is read by the thread."""
        if events[0].feed_seq == self._head.seq + 1:
            self._take(events, began)

    def _take(self, batch: Sequence[Event], began: float) -> None:
        """On the loop: keep the batch and wake the streams."""
        self._scanned_at = began
        # What was told may be read too, and after a lost session the same is read once more.
        batch = [event for event in batch if event.feed_seq > self._head.seq]
        if not batch:
            return
        self._events.extend(batch)
        self._head = self._head._replace(seq=batch[-1].feed_seq)
        if len(self._events) > 2 * _KEPT:
            del self._events[:-_KEPT]
        for wake in self._waiting:
            wake.set()

    def _restored(self, head: Head) -> None:
        """On the loop: the feed is another one; every stream has to begin anew."""
        self._events.clear()
        self._head = head
        for wake in self._waiting:
            wake.set()


def _check_contiguous(position: int, batch: Sequence[Event]) -> None:
    """A gap would be an event lost: better to stop than to go on."""
    if batch[0].feed_seq != position + 1 or batch[-1].feed_seq != position + len(batch):
        raise resync()
