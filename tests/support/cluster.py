"""A PostgreSQL of the tests' own: real, on a private loopback port, in a temporary folder."""

from __future__ import annotations

import itertools
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from common import migrate, sql
from local import keys
from local.account import unprivileged
from local.ports import free_port
from local.postgres import OWNER, THROW_AWAY, Cluster, packaged_binaries
from tests.support.process import Process

TEMPLATE = "hazir_template"
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestDatabase:
    """A database of one test module, with the product's schemas and roles in it."""

    __test__ = False  # not a collection of tests, whatever its name says

    host: str
    port: int
    name: str
    secrets_dir: Path

    @property
    def database_host(self) -> str:
        """As the settings have it."""
        return self.host

    @property
    def database_port(self) -> int:
        """As the settings have it."""
        return self.port

    @property
    def database_name(self) -> str:
        """As the settings have it."""
        return self.name

    def dsn(self, role: str = "owner") -> str:
        """A connection string for ``owner``, ``auth``, ``attendance``, ``sequencer`` …"""
        return sql.dsn(self, f"hazir_{role}", keys.read(self.secrets_dir, f"db_{role}"))

    def url(self) -> str:
        """The owner's address, as ``DATABASE_URL`` has it."""
        password = keys.read(self.secrets_dir, "db_owner")
        return f"postgresql://{OWNER}:{password}@{self.host}:{self.port}/{self.name}"

    def environment(self) -> dict[str, str]:
        """The variables by which a service finds this database and its secrets."""
        return {
            "DATABASE_HOST": self.host,
            "DATABASE_PORT": str(self.port),
            "DATABASE_NAME": self.name,
            "SECRETS_DIR": str(self.secrets_dir),
        }


class PostgresServer:
    """A running cluster; tests that stop or kill it make one of their own (`running_cluster`)."""

    def __init__(self, cluster: Cluster, process: Process, secrets_dir: Path) -> None:
        self.cluster = cluster
        self.process = process
        self.secrets_dir = secrets_dir
        self._migrated: set[str] = set()

    @property
    def port(self) -> int:
        """Its port on 127.0.0.1."""
        return self.cluster.port

    def empty_database(self) -> TestDatabase:
        """A new database with nothing in it."""
        return self._database("template1")

    def migrated_database(self) -> TestDatabase:
        """A new database with every schema and role, copied from one that was migrated once."""
        if TEMPLATE not in self._migrated:
            self.cluster.ensure_database(TEMPLATE)
            passwords = {role: keys.read(self.secrets_dir, f"db_{role}") for role in migrate.ROLES}
            migrate.up(self.cluster.url(TEMPLATE), passwords)
            self._migrated.add(TEMPLATE)
        return self._database(TEMPLATE)

    def drop(self, database: TestDatabase) -> None:
        """Remove ``database`` and whoever is connected to it."""
        connection = psycopg2.connect(self.cluster.url("postgres"))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{database.name}" WITH (FORCE)')
        finally:
            connection.close()

    def _database(self, template: str) -> TestDatabase:
        name = f"test_{next(_numbers)}"
        self.cluster.ensure_database(name, template)
        return TestDatabase(
            host="127.0.0.1", port=self.port, name=name, secrets_dir=self.secrets_dir
        )


@contextmanager
def running_cluster(
    folder: Path, secrets_dir: Path, settings: Mapping[str, str] = THROW_AWAY
) -> Iterator[PostgresServer]:
    """A new cluster under ``folder``, served until the block ends.

    ``folder`` must be reachable by an unprivileged account when the tests run as root. The settings
    drop fsync, which only a crash of the whole machine would notice.
    """
    cluster = Cluster(
        folder=folder / "postgres",
        binaries=packaged_binaries(),
        port=free_port(),
        password=keys.read(secrets_dir, "db_owner"),
        account=unprivileged(),
        settings=settings,
    )
    cluster.initialise()
    process = Process(
        cluster.command,
        cluster.answers,
        log=folder / "postgres.log",
        stop_signal=signal.SIGINT,
    )
    process.start()
    try:
        yield PostgresServer(cluster, process, secrets_dir)
    finally:
        process.stop()
