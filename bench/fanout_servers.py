"""The two servers that ``bench.fanout`` compares, each for a process of its own.

The reporter is the real `Hub`, `Session`, `Socket` and `Server`; what stands for its surroundings
is a feed that hands it events in the same process, and an open door instead of tokens. The other
is the limit: a loop of `transport.write` over raw sockets.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import cast
from uuid import uuid4

import uvloop

from common.clock import SystemClock
from common.config import load
from common.cursors import CursorSealer
from common.identity import Person, Role, Subject
from reporter_service import session
from reporter_service.counts import Counts
from reporter_service.hub import Hub
from reporter_service.pages import Pages
from reporter_service.ring import sealed
from reporter_service.server import Limits, Server
from reporter_service.session import Desk
from reporter_service.settings import Settings
from reporter_service.wire import Record, text_frame

ADMIN = Person(1, "admin", "Admin", frozenset({Role.ADMIN}))
STAFF = Person(2, "staff", "Staff", frozenset({Role.STAFF}))
EVENT = Record("made", str(uuid4()), 10**6, 2, "in", "2026-11-21T08:00:00.000000Z", "accepted", 3)


class Known:
    """Two people, always known."""

    fresh = True

    def person(self, employee_id: int) -> Person | None:
        """One of the two."""
        return {1: ADMIN, 2: STAFF}.get(employee_id)

    def people(self) -> list[Person]:
        """Both."""
        return [ADMIN, STAFF]


def commands(control: Connection, publish: Callable[[], None]) -> None:
    """Publish when told to by the client's process."""

    def told() -> None:
        control.recv()
        publish()

    asyncio.get_running_loop().add_reader(control.fileno(), told)


def settings_for(port: int) -> Settings:
    """The service's settings with its limits out of the way."""
    key = base64.b64encode(bytes(32)).decode()
    env = {
        "REPORTER_PORT": str(port),
        "BIND_HOSTS": "127.0.0.1",
        "REPORTER_SOCKETS": "20000",
        "REPORTER_SOCKETS_PER_PERSON": "20000",
        "LIMIT_PER_ADDRESS": "1000000",
        "HAZIR_SECRET_DB_REPORTER": key,
        "HAZIR_SECRET_SERVICE_REPORTER": key,
        "HAZIR_SECRET_CURSOR_KEY": key,
    }
    return load(Settings, env)


async def reporter(control: Connection, port: int) -> None:
    """The service's own fan-out."""
    # The client only counts: it answers no ping.
    session.PING_EVERY = 1e9
    settings, counts = settings_for(port), Counts()
    loop = asyncio.get_running_loop()
    pool = ThreadPoolExecutor(1)
    hub = Hub(
        org=Known(),
        pool=pool,
        clock=loop.time,
        cursor_key=bytes(32),
        events_kept=10_000,
        counts=counts,
    )
    hub.load(Known().people())
    hub.begin(str(uuid4()), 0, [])

    async def identify(_: str) -> Subject:
        return Subject(ADMIN, "sid", time.time() + 3600)

    limits = Limits(hub, settings)
    desk = Desk(hub, SystemClock(), identify, limits.admit, limits.spend)
    server = Server(settings, desk, Pages({}, counts.text))
    await server.start()

    def publish() -> None:
        assert hub.sealer is not None
        hub.heard()
        hub.publish(sealed(hub.ring.head + 1, EVENT, hub.sealer))

    commands(control, publish)
    control.send("ready")
    await server.tick()


class RawPeer(asyncio.Protocol):
    """Answers the handshake with a fixed text and then only writes."""

    def __init__(self, writes: list[Callable[[bytes], None]]) -> None:
        self._writes = writes
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """The handshake; the client's first message follows it unread."""
        if data.startswith(b"GET") and self._transport:
            self._transport.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + text_frame("hello"))
            self._writes.append(self._transport.write)


async def raw(control: Connection, port: int) -> None:
    """The limit: `transport.write` of one prebuilt frame in a loop, and nothing else."""
    writes: list[Callable[[bytes], None]] = []
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: RawPeer(writes), "127.0.0.1", port, backlog=1024)
    frame = b"\x81\x7e" + (FRAME - 4).to_bytes(2, "big") + b"x" * (FRAME - 4)

    def publish() -> None:
        for write in writes:
            write(frame)

    commands(control, publish)
    control.send("ready")
    await asyncio.Event().wait()


def frame_length() -> int:
    """How many bytes one record is on a socket."""
    return len(sealed(1, EVENT, CursorSealer(bytes(32), str(uuid4()))).frame)


FRAME = frame_length()
SERVERS = {"raw uvloop": raw, "reporter": reporter}


def run_server(name: str, control: Connection, port: int) -> None:
    """The server's process."""
    uvloop.run(SERVERS[name](control, port))
