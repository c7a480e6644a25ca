"""Whether the database needs migrating, found out without starting what migrates it."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import psycopg2
import psycopg2.sql

from common.migrate import ROLES, SERVICES
from local import keys
from local.place import Place, read_json, write_json
from local.seeding import Seeding


class Migrations:
    """What was migrated last, and with which files, passwords and outcome.

    Loading the migration tool takes longer than starting PostgreSQL, and a second start has nothing
    to migrate. So the state of a good run is remembered, and believed only while the files are
    the same *and* the database itself still says that it is there.
    """

    def __init__(self, root: Path, place: Place, owner_url: str, seeding: Seeding) -> None:
        self._root = root
        self._place = place
        self._owner_url = owner_url
        self._seeding = seeding
        self._file = place.data / "migrated.json"

    def command(self) -> list[str]:
        """What brings the database up to date: nothing, when it is."""
        known = read_json(self._file)
        if known and known == self._now():
            return ["true"]
        self._seeding.forget()
        return [sys.executable, "-m", "common.migrate", "up"]

    def remember(self) -> None:
        """Note what the database holds, now that it is migrated."""
        write_json(self._file, self._now())

    def _now(self) -> dict[str, object]:
        return {"digest": self._digest(), "versions": self._versions()}

    def _digest(self) -> str:
        """Of every migration, the tool, and the roles' passwords (which migrating sets)."""
        sha = hashlib.sha256()
        files = [self._root / "common" / "migrate.py", self._root / "common" / "alembic" / "env.py"]
        for service in SERVICES:
            folder = self._root / f"{service}_service" / "migrations"
            files += sorted(path for path in folder.rglob("*") if path.suffix in {".py", ".sql"})
        for path in files:
            sha.update(str(path.relative_to(self._root)).encode())
            sha.update(path.read_bytes())
        for role in ROLES:
            sha.update(keys.read(self._place.secrets, f"db_{role}").encode())
        return sha.hexdigest()

    def _versions(self) -> dict[str, list[str] | None]:
        connection = psycopg2.connect(self._owner_url, connect_timeout=5)
        try:
            connection.autocommit = True
            return {service: _version(connection, service) for service in SERVICES}
        finally:
            connection.close()


def _version(connection: psycopg2.extensions.connection, service: str) -> list[str] | None:
    table = psycopg2.sql.Identifier(service, "alembic_version")
    with connection.cursor() as cursor:
        try:
            cursor.execute(psycopg2.sql.SQL("SELECT version_num FROM {}").format(table))
        except (psycopg2.errors.UndefinedTable, psycopg2.errors.InvalidSchemaName):
            return None
        return sorted(str(row[0]) for row in cursor.fetchall())
