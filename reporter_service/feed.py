"""Follows attendance_service's feed and gives it to the hub without a gap.

One channel, one stream. Whatever breaks (the stream, the numbering, three seconds of silence), the
stream is dropped and opened anew after the last event that was good. A feed that no longer knows
our place is another feed, and the hub is told so.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from typing import Any, Protocol

import grpc
import grpc.aio

from common import logs
from common.cursors import CursorSealer, resync
from common.errors import DomainError, Kind, unavailable
from common.pb.attendance_pb2 import FeedBatch, FeedEvent, FollowRequest
from common.pb.attendance_pb2_grpc import FeedServiceStub
from common.service_token import ServiceToken
from reporter_service.counts import Counts
from reporter_service.wire import Record

SILENCE = 3.0
_HISTORY_AT_ONCE = 4
_FIRST_RETRY = 0.02
_SLOWEST_RETRY = 2.0
_GONE = {grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.OUT_OF_RANGE}
_OPTIONS = [
    ("grpc.max_receive_message_length", 16 << 20),
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 3_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
]


class Sink(Protocol):
    """Who the events are for."""

    def begin(self, epoch: str, head: int, recent: Iterable[tuple[int, Record]]) -> None:
        """The feed is known: its epoch, its head, and some events just before it."""
        ...

    def heard(self) -> None:
        """The feed gave a sign of life."""
        ...

    async def take(self, sequence: int, record: Record) -> None:
        """The next event, one above the last."""
        ...

    def lose(self) -> None:
        """The feed is another one now; `begin` will follow."""
        ...


class BrokenOrder(Exception):
    """The feed skipped or repeated a number."""


class Feed:
    """The upstream end; `run` keeps following until it is cancelled.

    ``warm`` events before the head are read at the start, so that clients of a restarted process
    resume from memory. The service's token is fetched in ``pool``.
    """

    def __init__(
        self,
        *,
        target: str,
        token: ServiceToken,
        cursor_key: bytes,
        sink: Sink,
        counts: Counts,
        warm: int,
        pool: Executor,
    ) -> None:
        self._target = target
        self._token = token
        self._cursor_key = cursor_key
        self._sink = sink
        self._counts = counts
        self._warm = warm
        self._pool = pool
        self._sealer: CursorSealer | None = None
        self._position = 0
        self._behind = 0
        self._failures = 0
        self._channel: grpc.aio.Channel | None = None
        self._history = asyncio.Semaphore(_HISTORY_AT_ONCE)

    async def run(self) -> None:
        """Follow for ever."""
        while True:
            try:
                if self._sealer is None:
                    await self._find()
                await self._follow()
            except DomainError as fault:
                self._failed(fault)
            except (grpc.aio.AioRpcError, TimeoutError, BrokenOrder, EOFError) as fault:
                self._failed(_ours(fault))
                if isinstance(fault, TimeoutError):
                    await self._renew_channel()
            # Jitter: several reporters do not come back in step.
            longest = min(_SLOWEST_RETRY, _FIRST_RETRY * 2 ** min(self._failures, 10))
            await asyncio.sleep(longest * random.random())  # noqa: S311

    async def close(self) -> None:
        """Close the channel."""
        if self._channel:
            await self._channel.close()
            self._channel = None

    async def history(self, after: int, until: int) -> list[tuple[int, Record]]:
        """The events above ``after`` up to ``until``; raises ``resync`` or ``unavailable``."""
        async with self._history:
            try:
                return await self._read(after, until)
            except (grpc.aio.AioRpcError, TimeoutError, BrokenOrder, EOFError) as fault:
                raise _ours(fault) from fault

    async def _find(self) -> None:
        """Learn the feed's epoch and head, and read what comes shortly before the head."""
        async with self._stream("") as stream:
            first = await _next(stream)
        self._sealer = CursorSealer(self._cursor_key, first.epoch)
        self._position = first.head
        recent: list[tuple[int, Record]] = []
        start = max(0, first.head - self._warm)
        if start < first.head:
            try:
                recent = await self.history(start, first.head)
            except DomainError as fault:
                if fault.kind is not Kind.GONE:
                    self._sealer = None
                    raise
        self._sink.begin(first.epoch, first.head, recent)

    async def _follow(self) -> None:
        """Hand over events until something breaks; a token that expires does, too."""
        assert self._sealer is not None
        self._counts.streams.inc()
        self._behind = 0
        async with self._stream(self._sealer.seal(self._position)) as stream:
            first = True
            while True:
                batch = await _next(stream)
                if batch.epoch != self._sealer.epoch:
                    raise resync()
                for event in batch.events:
                    await self._hand_over(event)
                self._compare(batch, first=first)
                if batch.events or batch.head == self._position:
                    # A head alone, with events below it to come, is no sign of life yet.
                    self._failures = 0
                    self._sink.heard()
                first = False

    async def _hand_over(self, event: FeedEvent) -> None:
        if event.sequence != self._position + 1:
            self._counts.gaps.inc()
            raise BrokenOrder(f"{event.sequence} after {self._position}")
        self._position = event.sequence
        await self._sink.take(event.sequence, record_of(event))

    def _compare(self, batch: FeedBatch, *, first: bool) -> None:
        """A feed that keeps naming another head than the events it gave has lost some."""
        if batch.events or first or batch.head == self._position:
            self._behind = 0
            return
        self._behind += 1
        if self._behind > 1:
            self._counts.gaps.inc()
            raise BrokenOrder(f"head {batch.head} at {self._position}")

    async def _read(self, after: int, until: int) -> list[tuple[int, Record]]:
        sealer = self._sealer
        if sealer is None:
            raise unavailable("The feed is not known yet.")
        found: list[tuple[int, Record]] = []
        async with self._stream(sealer.seal(after)) as stream:
            while after + len(found) < until:
                batch = await _next(stream)
                if batch.epoch != sealer.epoch:
                    raise resync()
                for event in batch.events:
                    if event.sequence != after + len(found) + 1:
                        raise BrokenOrder(f"{event.sequence} after {after + len(found)}")
                    found.append((event.sequence, record_of(event)))
        return found[: until - after]

    @asynccontextmanager
    async def _stream(self, after: str) -> AsyncIterator[Any]:
        if self._channel is None:
            self._channel = grpc.aio.insecure_channel(self._target, options=_OPTIONS)
        loop = asyncio.get_running_loop()
        token = await loop.run_in_executor(self._pool, self._token.get)
        request = FollowRequest(jwt=token, after=after)
        call = FeedServiceStub(self._channel).Follow(request)  # type: ignore[no-untyped-call]
        try:
            yield call
        finally:
            call.cancel()

    async def _renew_channel(self) -> None:
        # A peer that fell silent without a word may never answer on this connection again.
        if self._channel:
            await self._channel.close()
            self._channel = None

    def _failed(self, fault: DomainError) -> None:
        self._failures += 1
        if fault.kind is Kind.GONE and self._sealer:
            self._sealer = None
            self._sink.lose()
        elif fault.kind is Kind.UNAUTHENTICATED:
            # Ordinary once in a token's life; only what repeats is worth a line.
            self._token.forget()
        if fault.kind is not Kind.UNAUTHENTICATED or self._failures > 1:
            logs.log().warning("feed_interrupted", reason=fault.code, detail=fault.message)


def record_of(event: FeedEvent) -> Record:
    """The public side of an event of the feed."""
    return Record(
        kind=event.kind,
        event_id=event.event_id,
        id=event.id,
        employee_id=event.employee_id,
        action=event.action,
        timestamp=event.timestamp,
        status=event.status,
        place_id=event.place_id if event.HasField("place_id") else None,
    )


async def _next(stream: Any) -> FeedBatch:
    async with asyncio.timeout(SILENCE):
        batch = await stream.read()
    if batch is grpc.aio.EOF:
        raise EOFError
    assert isinstance(batch, FeedBatch)
    return batch


def _ours(fault: Exception) -> DomainError:
    """``fault`` in the product's own words; a peer's text is not passed on."""
    if isinstance(fault, grpc.aio.AioRpcError):
        if fault.code() in _GONE:
            return resync()
        if fault.code() is grpc.StatusCode.UNAUTHENTICATED:
            return DomainError(Kind.UNAUTHENTICATED, "unauthenticated", "The token was refused.")
        return unavailable(f"The feed answers {fault.code().name}.")
    if isinstance(fault, TimeoutError):
        return unavailable("The feed is silent.")
    return unavailable("The feed ended." if isinstance(fault, EOFError) else "The feed has a gap.")
