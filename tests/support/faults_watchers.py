"""Subscribers that note every event exactly as the wire gives it, and resume from their cursor.

Nobody here removes doubles or sorts: what a server sends twice is noted twice.
"""

from __future__ import annotations

import asyncio
import json
import random
import socket
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from common.pb import attendance_pb2 as pb
from common.pb import attendance_pb2_grpc as pb_grpc
from tests.support.attendance_processes import code_of
from tests.support.faults_doors import QUICK

#: After these a client comes back with its cursor; any other close is a fault.
COME_BACK = {1001, 1006, 1012, 1013, 4008, 4011}
_SILENCE = 12.0


@dataclass
class Seen:
    """One event on the wire."""

    event_id: str
    record_id: int
    who: int
    action: str
    cursor: str
    connection: int


@dataclass
class Watcher:
    """What one subscriber was given; ``after`` is its latest cursor."""

    name: str
    who: int
    token: str
    all: bool = True
    after: str = ""
    seen: list[Seen] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    connections: int = 0
    greeted: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Follow for ever."""
        chance = random.Random(self.name)
        while True:
            self.connections += 1
            try:
                await self._follow()
            except (OSError, EOFError, TimeoutError, InvalidHandshake) as fault:
                self.counts[type(fault).__name__] += 1
            await asyncio.sleep(chance.uniform(0.02, 0.3))

    async def _follow(self) -> None:
        raise NotImplementedError

    def _moved(self, cursor: str) -> None:
        self.after = cursor
        self.greeted.set()

    def _note(self, event_id: str, record_id: int, who: int, action: str, cursor: str) -> None:
        self.seen.append(Seen(event_id, record_id, who, action, cursor, self.connections))
        self._moved(cursor)


@dataclass
class SocketWatcher(Watcher):
    """A WebSocket client at one of several reporters.

    ``bare`` speaks as the oldest clients do, with the token in the address. ``gate``, when given,
    is waited for after every ``burst`` frames: a client that reads slowly. A ``restless`` one
    leaves after so many frames and comes back.
    """

    ports: tuple[int, ...] = ()
    bare: bool = False
    gate: asyncio.Event | None = None
    burst: int = 100
    restless: int = 0
    _chance: random.Random = field(default_factory=lambda: random.Random(1))

    async def _follow(self) -> None:
        port = self._chance.choice(self.ports)
        options: dict[str, Any] = {"compression": None, "ping_interval": None, "proxy": None}
        if self.gate:
            options |= {"sock": await _narrow(port), "max_queue": 4}
        address = f"ws://127.0.0.1:{port}/ws{self._query()}"
        async with connect(address, open_timeout=4, close_timeout=1, **options) as wire:
            try:
                if not self.bare:
                    await wire.send(self._first_words())
                async for frame in self._frames(wire):
                    self._take(frame)
            except WebSocketException:
                self.counts["broken"] += 1
            code = wire.close_code
        self.counts[f"closed {code}"] += 1
        if code is not None and code not in COME_BACK:
            self.wrong.append(f"{self.name}: closed with {code} {wire.close_reason}")

    async def _frames(self, wire: Any) -> AsyncIterator[dict[str, Any]]:
        number = 0
        while True:
            # A bare client gets no heartbeat and cannot tell silence from an end.
            async with asyncio.timeout(None if self.bare else _SILENCE):
                yield json.loads(await wire.recv())
            number += 1
            if self.restless and number >= self.restless:
                return
            if self.gate and number % self.burst == 0:
                await self.gate.wait()

    def _take(self, frame: dict[str, Any]) -> None:
        kind = frame.get("type")
        if kind == "record":
            self._note(
                frame["event_id"],
                frame["id"],
                frame["employee_id"],
                frame["action"],
                frame["cursor"],
            )
        elif self.bare:
            self.wrong.append(f"{self.name}: a bare client was sent {frame}")
        elif kind in ("hello", "heartbeat"):
            self._moved(frame["cursor"])
        elif kind == "state":
            self.counts[f"state {frame['state']}"] += 1

    def _first_words(self) -> str:
        said = {"auth": self.token, "scope": "all" if self.all else "own"}
        return json.dumps(said | ({"after": self.after} if self.after else {}))

    def _query(self) -> str:
        if not self.bare:
            return ""
        scope = "all" if self.all else "own"
        return f"?token={self.token}&scope={scope}&after={self.after}"


async def _narrow(port: int) -> socket.socket:
    """A connection with little room for what its client has not read yet."""
    sock = socket.socket()
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
    except BaseException:
        sock.close()
        raise
    return sock


@dataclass
class StreamWatcher(Watcher):
    """A gRPC client of StreamNew."""

    port: int = 0

    async def _follow(self) -> None:
        address = f"127.0.0.1:{self.port}"
        async with grpc.aio.insecure_channel(address, options=QUICK) as channel:
            stub = pb_grpc.AttendanceServiceStub(channel)  # type: ignore[no-untyped-call]
            request = pb.StreamRequest(jwt=self.token, after=self.after, heartbeats=True)
            if not self.all:
                request.employee_id = self.who
            call = stub.StreamNew(request)
            try:
                await self._read(call)
            except grpc.aio.AioRpcError as fault:
                self._ended(fault)
            finally:
                call.cancel()

    async def _read(self, call: Any) -> None:
        while True:
            async with asyncio.timeout(_SILENCE):
                item = await call.read()
            if item is grpc.aio.EOF:
                raise EOFError
            if item.heartbeat:
                self._moved(item.cursor)
            else:
                self._note(item.event_id, item.id, item.employee_id, item.action, item.cursor)

    def _ended(self, fault: grpc.aio.AioRpcError) -> None:
        code = code_of(fault)
        self.counts[f"ended {fault.code().name} {code}".rstrip()] += 1
        if code and fault.code() is not grpc.StatusCode.UNAVAILABLE:
            self.wrong.append(f"{self.name}: ended with {fault.code().name} {code}")
