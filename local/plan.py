"""Every process of the local run: what starts it, after what, and how it is shown."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping

from common.config import ROOT
from local.account import tethered
from local.migrations import Migrations
from local.place import Place
from local.seeding import Seeding
from local.servers import Servers, make_cluster
from local.service import Service
from local.settings import LocalSettings

_DATA = ("postgres", "redis")


def environment(
    base: Mapping[str, str], settings: LocalSettings, place: Place, servers: Servers
) -> dict[str, str]:
    """What every process of ours finds in its environment; the owner's database is not in it."""
    given = {name: value for name, value in base.items() if value}
    # Where it is set, every start would compile every module again: some 20 s of work.
    given.pop("PYTHONDONTWRITEBYTECODE", None)
    return {
        **settings.neighbours(),
        **servers.environment,
        **given,
        "DATABASE_URL": "",
        "REDIS_URL": servers.environment["REDIS_URL"],
        "HAZIR_DATA": str(place.data),
        "SECRETS_DIR": str(place.secrets),
        "PYTHONUNBUFFERED": "1",
        # glibc gives every thread a heap of its own; two are enough, and much smaller.
        "MALLOC_ARENA_MAX": base.get("MALLOC_ARENA_MAX", "2"),
    }


def services(settings: LocalSettings, servers: Servers, place: Place) -> list[Service]:
    """The whole system, in the order in which it is shown."""
    data = [*_postgres(servers), *_redis(servers)]
    given = tuple(one.name for one in data)
    return [*data, *_schema(settings, servers, place, given), *_product(settings)]


def _postgres(servers: Servers) -> list[Service]:
    cluster = servers.cluster
    if cluster is None:
        return []
    return [
        Service(
            name="postgres",
            command=cluster.command,
            announce=f"127.0.0.1:{cluster.port}",
            probe=cluster.answers,
            prepare=lambda: make_cluster(cluster),
            once_ready=cluster.ensure_database,
            stop=signal.SIGINT,
        )
    ]


def _redis(servers: Servers) -> list[Service]:
    valkey = servers.valkey
    if valkey is None:
        return []
    return [
        Service(
            name="redis",
            command=valkey.command,
            announce=f"127.0.0.1:{valkey.port}",
            probe=valkey.answers,
            prepare=valkey.prepare,
        )
    ]


def _schema(
    settings: LocalSettings, servers: Servers, place: Place, after: tuple[str, ...]
) -> list[Service]:
    seeding = Seeding(ROOT, place, servers.owner_url)
    migrations = Migrations(ROOT, place, servers.owner_url, seeding)
    migrate = Service(
        name="migrate",
        command=lambda: tethered(migrations.command()),
        environment={"DATABASE_URL": servers.owner_url},
        after=after,
        task=True,
        once_ready=migrations.remember,
    )
    return [migrate, *(_demo(seeding) if settings.demo else [])]


def _demo(seeding: Seeding) -> list[Service]:
    """Demo people, then their places. They are made beside the services, which do not wait."""

    def command(module: str) -> list[str]:
        return tethered([sys.executable, "-m", module, "demo"] if seeding.needed() else ["true"])

    return [
        Service(
            name="demo_people",
            command=lambda: command("auth_service"),
            after=("migrate",),
            task=True,
        ),
        Service(
            name="demo_places",
            command=lambda: command("attendance_service"),
            after=("demo_people",),
            task=True,
            once_ready=seeding.remember,
        ),
    ]


def _product(settings: LocalSettings) -> list[Service]:
    web = "http://127.0.0.1:{}"
    schema = ("migrate",)
    page = web.format(settings.client_port)
    return [
        _python("page", "local.page", announce=page),
        _python("auth", "auth_service", announce=web.format(settings.auth_port), after=schema),
        _python(
            "attendance",
            "attendance_service",
            "rest",
            announce=web.format(settings.attendance_port),
            after=schema,
        ),
        *([] if settings.rpc_numbers else [_sequencer()]),
        _python(
            "rpc",
            "attendance_service",
            "rpc",
            announce=f"127.0.0.1:{settings.grpc_port}",
            after=schema,
        ),
        _python(
            "reporter",
            "reporter_service",
            announce=f"ws://127.0.0.1:{settings.reporter_port}/ws",
            after=schema,
        ),
        _python("face", "face_service", announce=web.format(settings.face_port), after=schema),
        *(_worker(settings, number) for number in range(settings.face_workers)),
    ]


def _worker(settings: LocalSettings, number: int) -> Service:
    """One of the processes that compare later; each tells how it is on a port of its own."""
    name = f"worker_{number + 1}"
    return _python(
        name,
        "face_service.worker",
        announce="compares what was put off",
        after=("migrate",),
        environment={"FACE_WORKER_PORT": str(settings.worker_ports().get(name, 0))},
    )


def _sequencer() -> Service:
    return _python(
        "sequencer",
        "attendance_service",
        "sequencer",
        announce="numbers events",
        after=("migrate",),
    )


def _python(
    name: str,
    module: str,
    *words: str,
    announce: str = "",
    after: tuple[str, ...] = (),
    environment: Mapping[str, str] | None = None,
) -> Service:
    return Service(
        name=name,
        command=lambda: tethered([sys.executable, "-m", module, *words]),
        environment=environment or {},
        announce=announce,
        after=after,
    )
