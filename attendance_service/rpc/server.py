"""The gRPC server: reflection and health on, errors by the table, a drain at the end."""

from __future__ import annotations

import asyncio
import functools
import signal
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import uvloop
from grpc import aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from attendance_service.rpc.access import Access
from attendance_service.rpc.feed import FeedServicer
from attendance_service.rpc.records import AttendanceServicer
from attendance_service.rpc.tail import FeedTail
from attendance_service.service.batch import BatchCheckIn
from attendance_service.service.check_in import CheckIn
from attendance_service.service.records import RecordService
from attendance_service.settings import Settings
from attendance_service.store.feed import FeedStore
from attendance_service.upkeep import Upkeep
from common import logs, memory
from common.cursors import CursorSealer
from common.db import Database
from common.grpckit import KEEPALIVE, ErrorInterceptor
from common.httpkit.limits import RateLimit
from common.notify import notify
from common.org import OrgView, identifier
from common.pb import attendance_pb2 as pb
from common.pb import attendance_pb2_grpc as pb_grpc

KIB, MIB = 1 << 10, 1 << 20
THREADS = 4
_DRAIN = 5.0
NAMES = [service.full_name for service in pb.DESCRIPTOR.services_by_name.values()]


class Parts(Protocol):
    """What this process works with; `attendance_service.app.Services` fits."""

    @property
    def settings(self) -> Settings:
        """The configuration."""
        ...

    @property
    def db(self) -> Database:
        """The service's own door to PostgreSQL."""
        ...

    @property
    def org(self) -> OrgView:
        """What is known of people."""
        ...

    @property
    def feed(self) -> FeedStore:
        """The numbered events."""
        ...

    @property
    def check_in(self) -> CheckIn:
        """The use case of one punch."""
        ...

    @property
    def batch(self) -> BatchCheckIn:
        """The use case of many."""
        ...

    @property
    def records(self) -> RecordService:
        """The reading use cases."""
        ...

    @property
    def upkeep(self) -> Upkeep:
        """What has to be done beside answering."""
        ...


class Numbering(Protocol):
    """A sequencer inside this process; `attendance_service.sequencer.SequencerThread` fits."""

    @property
    def leads(self) -> bool:
        """Whether this one numbers now."""
        ...

    def start(self) -> None:
        """Try to lead."""
        ...

    def stop(self) -> None:
        """Let another one lead."""
        ...


#: Makes a sequencer that tells the events it has numbered.
MakeNumbering = Callable[[Callable[[Sequence[Any]], object]], Numbering]


def run(
    make_parts: Callable[[], Parts], env: Mapping[str, str], numbering: MakeNumbering | None = None
) -> int:
    """Serve until told to stop; the process's exit status. With ``numbering`` it also numbers."""
    return uvloop.run(_serve(make_parts(), env, numbering))


async def _serve(parts: Parts, env: Mapping[str, str], make: MakeNumbering | None) -> int:
    tail = FeedTail(parts.feed, parts.db.connect, asyncio.get_running_loop())
    numbering = make(tail.told) if make else None
    if numbering:
        numbering.start()
        tail.start(lambda: numbering.leads)
    else:
        tail.start()
    parts.upkeep.start()
    server = build(parts, tail)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await server.start()
    memory.settle()
    notify("READY=1", env)
    await stop.wait()
    if numbering:
        await asyncio.to_thread(numbering.stop)
    tail.stop()
    await server.stop(_DRAIN)
    parts.upkeep.stop()
    parts.org.stop()
    return 0


def build(parts: Parts, tail: FeedTail) -> aio.Server:
    """The server with its services, bound and not yet started."""
    settings = parts.settings
    server = aio.server(
        interceptors=[ErrorInterceptor()],
        options=[
            *KEEPALIVE,
            ("grpc.max_receive_message_length", 8 * MIB),
            # gRPC's own soft limit refuses by lot what is over 8 KiB: a token in metadata would get
            # one answer now and another then.
            ("grpc.max_metadata_size", 16 * KIB),
            ("grpc.absolute_max_metadata_size", 16 * KIB),
            ("grpc.max_concurrent_streams", 200),
            ("grpc.so_reuseport", 0),
        ],
    )
    access = Access(
        identifier(parts.org, settings.token_issuer),
        parts.org,
        RateLimit(settings.requests_per_second),
    )
    key = settings.cursor_key.key()

    @functools.lru_cache(maxsize=4)
    def sealer(epoch: str) -> CursorSealer:
        return CursorSealer(key, epoch)

    executor = ThreadPoolExecutor(THREADS, thread_name_prefix="rpc")
    attendance = AttendanceServicer(
        access, parts.check_in, parts.batch, parts.records, tail, sealer, executor
    )
    pb_grpc.add_AttendanceServiceServicer_to_server(attendance, server)  # type: ignore[no-untyped-call]
    feed = FeedServicer(access, tail, sealer)
    pb_grpc.add_FeedServiceServicer_to_server(feed, server)  # type: ignore[no-untyped-call]
    _add_health(server)
    reflection.enable_server_reflection(
        [*NAMES, health.SERVICE_NAME, reflection.SERVICE_NAME], server
    )
    for host in settings.bind_hosts:
        _bind(server, host, settings.grpc_port)
    return server


def _add_health(server: aio.Server) -> None:
    servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    serving = health_pb2.HealthCheckResponse.SERVING
    for name in ("", *NAMES):
        asyncio.get_running_loop().create_task(servicer.set(name, serving))


def _bind(server: aio.Server, host: str, port: int) -> None:
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        server.add_insecure_port(address)
    except RuntimeError:
        # A machine without IPv6 still serves its IPv4 loopback.
        if ":" not in host:
            raise
        logs.log().warning("cannot listen", address=address)
