"""One record to many sockets, against a raw uvloop fan-out of prebuilt frames.

    python -m bench.fanout [--sockets 1000 5000] [--runs 5]

Both servers run in a process of their own and are read by the same client, in turns: an epoll loop
over raw sockets in this process, which counts bytes (every frame of a publication has one length).
The reporter is the real `Hub`, `Session`, `Socket` and `Server`; what stands for its surroundings
is a feed that hands it events in the same process, and an open door instead of tokens. The next
publication is made when the last one has arrived everywhere. Deliveries a second are the sockets
times the publications over the time from the publication to its last byte.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import multiprocessing
import os
import platform
import select
import socket
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast
from uuid import uuid4

import uvloop

from common.clock import SystemClock
from common.config import load
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
_WARM_UP = 10
_AT_LEAST_SECONDS = 2.0


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


async def reporter(control: Connection, port: int) -> None:
    """The service's own fan-out."""
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
    # The client below only counts: it answers no ping.
    session.PING_EVERY = 1e9
    settings, counts = load(Settings, env), Counts()
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
    from common.cursors import CursorSealer

    return len(sealed(1, EVENT, CursorSealer(bytes(32), str(uuid4()))).frame)


FRAME = frame_length()
SERVERS = {"raw uvloop": raw, "reporter": reporter}


def run_server(name: str, control: Connection, port: int) -> None:
    """The server's process."""
    uvloop.run(SERVERS[name](control, port))


class Clients:
    """Many sockets read by one epoll loop."""

    def __init__(self, port: int, count: int) -> None:
        self._poll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        self._left: dict[int, int] = {}
        hello = json.dumps({"auth": "bench", "scope": "all"}).encode()
        mask = b"\0\0\0\0"
        first = bytes((0x81, 0x80 | len(hello))) + mask + hello
        request = (
            f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n"
        ).encode()
        for _ in range(count):
            peer = socket.create_connection(("127.0.0.1", port))
            peer.sendall(request)
            seen = peer.recv(4096)
            assert seen.startswith(b"HTTP/1.1 101"), seen[:200]
            peer.sendall(first)
            while seen.count(b"\x81") < 1:
                seen += peer.recv(4096)
            peer.setblocking(False)
            self._sockets[peer.fileno()] = peer
            self._poll.register(peer.fileno(), select.EPOLLIN)
        self._settle()

    def _settle(self) -> None:
        """Read whatever greetings are left."""
        while ready := self._poll.poll(0.5):
            for number, _ in ready:
                self._sockets[number].recv(1 << 16)

    def round(self, publish: Callable[[], None]) -> float:
        """Seconds from one publication to its last byte at the last socket."""
        self._left = dict.fromkeys(self._sockets, FRAME)
        waiting, receive = len(self._left), {n: s.recv for n, s in self._sockets.items()}
        left, poll = self._left, self._poll.poll
        began = time.perf_counter()
        publish()
        while waiting:
            for number, _ in poll():
                # A heartbeat may come between: then more than one frame's bytes are read.
                data = receive[number](1 << 16)
                if not data:
                    raise ConnectionError("the server closed a socket")
                left[number] -= len(data)
                if left[number] <= 0:
                    waiting -= 1
                    left[number] = 1 << 60
        return time.perf_counter() - began

    def close(self) -> None:
        """End every connection."""
        for peer in self._sockets.values():
            peer.close()
        self._poll.close()


def processor_seconds(pid: int) -> float:
    """The processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(name: str, count: int) -> tuple[float, float, float, float]:
    """(deliveries a second, median and 99th percentile of the time to the last in ms, server's us).

    The last is the server's processor time for one delivery: unlike the rate, it does not depend
    on what else the machine does.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=run_server, args=(name, there, port))
    process.start()
    try:
        assert here.recv() == "ready"
        clients = Clients(port, count)
        try:
            used = processor_seconds(process.pid or 0)
            times = rounds(clients, lambda: here.send(1))
            used = processor_seconds(process.pid or 0) - used
        finally:
            clients.close()
    finally:
        process.kill()
        process.join()
    ordered = sorted(times)
    rate = count * len(times) / sum(times)
    tail = ordered[int(len(ordered) * 0.99)]
    each = used / (count * (len(times) + _WARM_UP))
    return rate, statistics.median(times) * 1e3, tail * 1e3, each * 1e6


def rounds(clients: Clients, publish: Callable[[], None]) -> list[float]:
    """The times of enough publications."""
    for _ in range(_WARM_UP):
        clients.round(publish)
    times: list[float] = []
    while sum(times) < _AT_LEAST_SECONDS:
        times.append(clients.round(publish))
    return times


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sockets", type=int, nargs="+", default=[1000, 5000])
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"command: python -m bench.fanout {' '.join(sys.argv[1:])}; one frame is {FRAME} bytes")
    multiprocessing.set_start_method("spawn")
    for count in options.sockets:
        found: dict[str, list[tuple[float, ...]]] = {name: [] for name in SERVERS}
        for _ in range(options.runs):
            for name in SERVERS:
                found[name].append(measure(name, count))
        report(count, found)


def report(count: int, found: dict[str, list[tuple[float, ...]]]) -> None:
    """One size's rows: medians over the runs."""
    medians = {
        name: tuple(statistics.median(row[column] for row in rows) for column in range(4))
        for name, rows in found.items()
    }
    for name, (rate, median, tail, each) in medians.items():
        spent = f"{each:.2f} us of processor each"
        last = f"last: {median:.1f} / {tail:.1f} ms"
        print(f"{count:6} sockets  {name:12} {rate:10,.0f}/s  {last}  {spent}")
    ratio = medians["reporter"][0] / medians["raw uvloop"][0]
    print(f"{count:6} sockets  ratio {ratio:.2f} (bar 0.6, aim 0.85)", flush=True)


if __name__ == "__main__":
    main()
