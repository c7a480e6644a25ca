"""Database roles and schemas: ``python -m common.migrate up|down|status|history [service]``.

Each service has its own schema, its own Alembic history and its own role with least rights; the
roles' passwords come from the secrets. Runs under an advisory lock, so that several starting
instances migrate once. ``DATABASE_URL`` names a role that may create roles and schemas.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.sql
from alembic import command, op
from alembic.config import Config
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from common.config import ROOT, ConfigError, environment, read_secrets

SERVICES = ("auth", "attendance", "face")
ROLES = ("auth", "attendance", "sequencer", "reporter", "face")
_LOCK = 0x48415A49  # "HAZI": the advisory lock all migrating processes share


def run_sql(revision_file: str, name: str) -> None:
    """Run the ``.sql`` file ``name`` that stands beside a revision."""
    run_text(Path(revision_file).with_name(name).read_text(encoding="utf-8"))


def run_text(text: str) -> None:
    """Run the statements in ``text`` as part of a migration."""
    # The driver's own cursor: the text has no parameters, so a percent sign is only itself.
    raw: Any = op.get_bind().connection
    with raw.cursor() as cursor:
        cursor.execute(text)


def prepare_roles(url: str, passwords: Mapping[str, str]) -> None:
    """Create or refresh the services' roles, their schemas and what they may do by default."""
    connection = psycopg2.connect(url, connect_timeout=5)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            for role, password in passwords.items():
                _ensure_role(cursor, f"hazir_{role}", password)
            for schema in (*SERVICES, "org"):
                name = psycopg2.sql.Identifier(schema)
                cursor.execute(psycopg2.sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
            cursor.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    finally:
        connection.close()


def _ensure_role(cursor: Any, role: str, password: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
    verb = "ALTER" if cursor.fetchone() else "CREATE"
    cursor.execute(
        psycopg2.sql.SQL(
            "{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD %s"
        ).format(psycopg2.sql.SQL(verb), psycopg2.sql.Identifier(role)),
        (password,),
    )


def upgrade(url: str, service: str, revision: str = "head") -> None:
    """Bring ``service``'s schema up to ``revision``."""
    with _configured(url, service) as config:
        command.upgrade(config, revision)


def downgrade(url: str, service: str, revision: str) -> None:
    """Take ``service``'s schema down to ``revision`` (``base`` removes everything)."""
    with _configured(url, service) as config:
        command.downgrade(config, revision)


@contextmanager
def _configured(url: str, service: str) -> Iterator[Config]:
    engine = create_engine(
        "postgresql+psycopg2://", creator=lambda: psycopg2.connect(url), poolclass=NullPool
    )
    config = Config(stdout=sys.stdout)
    config.set_main_option("script_location", str(ROOT / "common" / "alembic"))
    versions = ROOT / f"{service}_service" / "migrations" / "versions"
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "newline")
    try:
        with engine.connect() as connection, _locked(connection):
            config.attributes["connection"] = connection
            config.attributes["schema"] = service
            yield config
            connection.commit()
    finally:
        engine.dispose()


@contextmanager
def _locked(connection: Connection) -> Iterator[None]:
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})")
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK})")
        connection.commit()


def up(url: str, passwords: Mapping[str, str], services: tuple[str, ...] = SERVICES) -> None:
    """Roles, schemas and every migration: what a start needs before the first service."""
    prepare_roles(url, passwords)
    for service in services:
        upgrade(url, service)


def main(arguments: list[str]) -> int:
    """The command line."""
    verb = arguments[0] if arguments else "up"
    services = tuple(arguments[1:2]) or SERVICES
    env = environment()
    url = env.get("DATABASE_URL", "")
    if verb not in _VERBS or not set(services) <= set(SERVICES) or not url:
        usage = inspect.cleandoc(__doc__ or "").splitlines()[0]
        sys.stderr.write(f"{usage}\nDATABASE_URL must be set.\n")
        return 64
    if verb == "up":
        try:
            found = read_secrets([f"db_{role}" for role in ROLES], env)
        except ConfigError as fault:
            sys.stderr.write(f"cannot migrate:\n{fault}\n")
            return 78
        up(url, {role: found[f"db_{role}"].reveal() for role in ROLES}, services)
        return 0
    for service in services:
        with _configured(url, service) as config:
            _VERBS[verb](config, *arguments[2:3])
    return 0


_VERBS: Mapping[str, Any] = {
    "up": command.upgrade,
    "down": command.downgrade,
    "status": command.current,
    "history": command.history,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
