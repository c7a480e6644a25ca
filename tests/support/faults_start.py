"""Making a faulty system: which processes there are, and how they find each other.

PostgreSQL with fsync on, Redis, auth_service, two groups of REST workers, gRPC, two sequencers (one
leads, the other waits) and two reporters, each behind a proxy of its own towards gRPC.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from common import migrate
from common.config import ROOT
from local import keys
from local.account import tethered, unprivileged
from local.ports import is_free
from local.postgres import Cluster, packaged_binaries
from local.valkey import Valkey, packaged_binary
from tests.support.attendance import environment_for
from tests.support.cluster import TestDatabase
from tests.support.faults_member import Member
from tests.support.faults_proxy import proxy_to
from tests.support.faults_system import FaultySystem
from tests.support.folders import open_folder
from tests.support.notified import Notified


def _python(system: FaultySystem, name: str, module: str, *words: str, **env: str) -> Member:
    notified = Notified(system.folder / f"{name}.sock")
    environment = {
        **os.environ,
        **environment_for(system.database),
        "PYTHONPATH": str(ROOT),
        "HAZIR_DATA": str(system.folder / name),
        "HAZIR_ENV_FILE": "/dev/null",
        "NOTIFY_SOCKET": str(notified.path),
        "FAULT_POINTS": str(system.points),
        "REDIS_URL": system.valkey.url(),
        "LOG_LEVEL": "warning",
        "MALLOC_ARENA_MAX": "2",
        "AUTH_PORT": str(system.ports["auth"]),
        "AUTH_URL": f"http://127.0.0.1:{system.ports['auth']}",
        "GRPC_PORT": str(system.ports["rpc"]),
        "SEQUENCER_HINT": f"127.0.0.1:{system.ports['seq-a']}",
        "ATTENDANCE_WORKERS": "2",
        "RPC_NUMBERS": "0",
        **env,
    }
    argv = [sys.executable, "-m", "tests.support.faults_points", name, module, *words]
    made = Member(
        name,
        lambda: tethered(argv),
        notified,
        log=system.folder / f"{name}.log",
        environment=environment,
    )
    system.members[name] = made
    return made


def _servers(system: FaultySystem) -> None:
    for name, command, answers, stop in (
        ("postgres", system.cluster.command, system.cluster.answers, signal.SIGINT),
        ("redis", system.valkey.command, system.valkey.answers, signal.SIGTERM),
    ):
        log = system.folder / f"{name}.log"
        system.members[name] = Member(name, command, answers, log=log, stop_signal=stop)


def _product(system: FaultySystem) -> None:
    ports = system.ports
    _python(system, "auth", "auth_service")
    for name in ("rest-a", "rest-b"):
        port = str(ports[name])
        _python(system, name, "attendance_service", "rest", ATTENDANCE_PORT=port)
    _python(system, "rpc", "attendance_service", "rpc")
    for name in ("seq-a", "seq-b"):
        # Two on one machine cannot share the port of the hint; the one without it polls.
        hint = f"127.0.0.1:{ports[name]}"
        _python(system, name, "attendance_service", "sequencer", SEQUENCER_HINT=hint)
    for name in ("rep-a", "rep-b"):
        upstream = f"127.0.0.1:{system.proxies[name].port}"
        port = str(ports[name])
        _python(system, name, "reporter_service", REPORTER_PORT=port, ATTENDANCE_GRPC=upstream)


PRODUCT = ("auth", "rest-a", "rest-b", "rpc", "seq-a", "seq-b", "rep-a", "rep-b")


@asynccontextmanager
async def faulty_system(
    populate: Callable[[TestDatabase], None], names: tuple[str, ...] = PRODUCT
) -> AsyncIterator[FaultySystem]:
    """A system whose database ``populate`` has filled, until the block ends."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(open_folder())
        system = _made(folder)
        for name in ("rep-a", "rep-b"):
            proxy = proxy_to(system.ports["rpc"])
            system.proxies[name] = await stack.enter_async_context(proxy)
        _servers(system)
        _product(system)
        stack.push_async_callback(_stop, system)
        watch = asyncio.create_task(system.watch())
        stack.push_async_callback(_cancelled, watch)
        await system.start("postgres", "redis")
        await asyncio.to_thread(_migrate, system)
        await asyncio.to_thread(populate, system.database)
        await system.start(*names)
        yield system


def _migrate(system: FaultySystem) -> None:
    secrets = system.database.secrets_dir
    system.cluster.ensure_database(system.database.name)
    passwords = {role: keys.read(secrets, f"db_{role}") for role in migrate.ROLES}
    migrate.up(system.cluster.url(system.database.name), passwords)


def _port() -> int:
    """A free port below those that the kernel gives to outgoing connections.

    A member that was killed must find its port free again.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        if is_free(port, ("127.0.0.1",)):
            return port


def _made(folder: Path) -> FaultySystem:
    secrets = folder / "secrets"
    keys.ensure(secrets)
    account = unprivileged()
    cluster = Cluster(
        folder=folder / "postgres",
        binaries=packaged_binaries(),
        port=_port(),
        password=keys.read(secrets, "db_owner"),
        account=account,
        settings={},
    )
    cluster.initialise()
    valkey = Valkey(
        folder=folder / "valkey",
        binary=packaged_binary(),
        port=_port(),
        password=keys.password(),
        account=account,
    )
    valkey.prepare()
    database = TestDatabase(host="127.0.0.1", port=cluster.port, name="faults", secrets_dir=secrets)
    system = FaultySystem(folder, database, cluster, valkey)
    system.points.mkdir()
    system.ports |= {name: _port() for name in PRODUCT}
    return system


async def _stop(system: FaultySystem) -> None:
    servers = ("postgres", "redis")
    product = [member for name, member in system.members.items() if name not in servers]
    # All at once, then what they stand on.
    ends = await asyncio.gather(*(member.stop() for member in product), return_exceptions=True)
    ends += await asyncio.gather(
        *(system.members[name].stop() for name in servers), return_exceptions=True
    )
    for end in ends:
        if isinstance(end, BaseException):
            raise end


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
