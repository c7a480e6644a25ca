"""The feed's upstream as the reporter meets it: FeedService over a list, and a token endpoint.

It keeps the contract written in ``proto/attendance.proto``: the first batch comes at once and
names epoch and head; then events in gapless order, and an empty batch at least once a second; a
cursor of another epoch or before what is kept ends the call with ``resync``; a wrong token with
UNAUTHENTICATED. Faults are switched on one at a time by the tests that need them.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import grpc
import grpc.aio

from common.cursors import CursorSealer
from common.errors import DomainError
from common.pb import attendance_pb2_grpc
from common.pb.attendance_pb2 import FeedBatch, FeedEvent, FollowRequest

SERVICE_TOKEN = "the-reporter's-own-token"
HEARTBEAT = 0.4


class FeedServer(attendance_pb2_grpc.FeedServiceServicer):
    """A feed in memory; every method runs on the loop that started it."""

    def __init__(self, cursor_key: bytes, *, epoch: str | None = None, starts_at: int = 0) -> None:
        self._key = cursor_key
        self.epoch = epoch or str(uuid4())
        self.first = starts_at + 1
        self.events: list[FeedEvent] = []
        self.accepted = {SERVICE_TOKEN}
        self.silent = False
        self.skip: set[int] = set()
        self.hide_tail = False
        self.streams = 0
        self.port = 0
        self.down = False
        self._moved = asyncio.Condition()
        self._server: grpc.aio.Server | None = None

    @property
    def head(self) -> int:
        """The newest sequence."""
        return self.first + len(self.events) - 1

    async def start(self) -> None:
        """Serve on a loopback port, the same one after a `stop`."""
        self._server = grpc.aio.server()
        attendance_pb2_grpc.add_FeedServiceServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        await self._server.start()

    async def stop(self) -> None:
        """End every stream and stop serving."""
        if self._server:
            await self._server.stop(0)
            self._server = None

    async def add(self, employee_id: int, **fields: Any) -> FeedEvent:
        """Append one event; the feed announces it."""
        sequence = self.head + 1
        values: dict[str, Any] = {
            "kind": "made",
            "event_id": str(uuid4()),
            "id": sequence,
            "action": "in",
            "timestamp": "2026-11-21T08:00:00.000000Z",
            "status": "accepted",
        }
        event = FeedEvent(sequence=sequence, employee_id=employee_id, **(values | fields))
        self.events.append(event)
        async with self._moved:
            self._moved.notify_all()
        return event

    def restore(self) -> None:
        """Become another feed, as after a restored backup."""
        self.epoch = str(uuid4())
        self.events.clear()
        self.first = 1

    def forget(self, count: int) -> None:
        """Prune the oldest ``count`` events."""
        del self.events[:count]
        self.first += count

    async def Follow(self, request: FollowRequest, context: Any) -> AsyncIterator[FeedBatch]:
        """The call of the contract."""
        self.streams += 1
        if request.jwt not in self.accepted:
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "Sign in to continue.")
        position, epoch = await self._position(request.after, context), self.epoch
        yield FeedBatch(epoch=epoch, head=self.head)
        while True:
            if self.down:
                await context.abort(grpc.StatusCode.UNAVAILABLE, "away")
            if self.epoch != epoch:
                await self._gone(context)
            if self.silent:
                await asyncio.sleep(0.05)
                continue
            events = self._after(position)
            if events:
                position = events[-1].sequence
                yield FeedBatch(epoch=epoch, head=self.head, events=self._without_skipped(events))
            else:
                await self._wait()
                if not self._after(position) and self.epoch == epoch and not self.silent:
                    yield FeedBatch(epoch=epoch, head=self.head)

    async def _position(self, after: str, context: Any) -> int:
        if not after:
            return self.head
        try:
            position = CursorSealer(self._key, self.epoch).open(after)
        except DomainError:
            await self._gone(context)
            raise
        if position + 1 < self.first:
            await context.abort(
                grpc.StatusCode.OUT_OF_RANGE, "pruned", trailing_metadata=(("code", "resync"),)
            )
        return position

    def _after(self, position: int) -> list[FeedEvent]:
        if self.hide_tail:
            return []
        return self.events[max(0, position + 1 - self.first) :][:500]

    def _without_skipped(self, events: list[FeedEvent]) -> list[FeedEvent]:
        """``events`` with the gap that a test asked for; once: what is read again is whole."""
        kept = [event for event in events if event.sequence not in self.skip]
        self.skip -= {event.sequence for event in events}
        return kept

    async def _gone(self, context: Any) -> None:
        await context.abort(
            grpc.StatusCode.FAILED_PRECONDITION, "resync", trailing_metadata=(("code", "resync"),)
        )

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(HEARTBEAT):
                async with self._moved:
                    await self._moved.wait()
        except TimeoutError:
            return


@asynccontextmanager
async def running_feed(cursor_key: bytes, **options: Any) -> AsyncIterator[FeedServer]:
    """A feed served until the block ends."""
    feed = FeedServer(cursor_key, **options)
    await feed.start()
    try:
        yield feed
    finally:
        await feed.stop()


@contextmanager
def running_token_endpoint(secret: str) -> Iterator[str]:
    """auth_service's client-credentials form, for the reporter's account only; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            form = {
                name: value[0] for name, value in parse_qs(self.rfile.read(length).decode()).items()
            }
            right = self.path == "/api/v1/auth/token" and form == {
                "grant_type": "client_credentials",
                "client_id": "service:reporter",
                "client_secret": secret,
            }
            body = {"access_token": SERVICE_TOKEN, "token_type": "bearer", "expires_in": 600}
            text = json.dumps(body if right else {"error": "no"}).encode()
            self.send_response(200 if right else 401)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
