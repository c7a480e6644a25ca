"""Schemas and roles: up, down, up again, twice at once, and nobody with more than they need."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import errors

from common import migrate
from common.config import ROOT
from local import keys
from tests.support.cluster import TestDatabase


def passwords(database: TestDatabase) -> dict[str, str]:
    return {role: keys.read(database.secrets_dir, f"db_{role}") for role in migrate.ROLES}


def relations(database: TestDatabase) -> set[tuple[str, str]]:
    with psycopg2.connect(database.dsn()) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_schema IN ('auth', 'org', 'attendance', 'face')"
        )
        return set(cursor.fetchall())


def test_auth_goes_up_down_and_up(empty_database: TestDatabase) -> None:
    url = empty_database.url()
    migrate.prepare_roles(url, passwords(empty_database))
    migrate.upgrade(url, "auth")
    there = relations(empty_database)
    assert {("auth", "person"), ("auth", "attempt"), ("org", "people")} <= there
    migrate.upgrade(url, "auth")
    migrate.downgrade(url, "auth", "base")
    assert relations(empty_database) == {("auth", "alembic_version")}
    migrate.upgrade(url, "auth")
    assert relations(empty_database) == there


def before_audit(service: str) -> str:
    """The revision before the one that made the audit a chain."""
    (script,) = (ROOT / f"{service}_service/migrations/versions").glob("*_audit.py")
    return f"{int(script.name[:4]) - 1:04}"


def test_every_audit_goes_down_and_up_again(fresh_database: TestDatabase) -> None:
    """Also with rows in it that are chained, or not yet."""
    url, write = fresh_database.url(), "INSERT INTO {}.audit (action, object) VALUES ('a', 'b')"
    there = relations(fresh_database)
    for service in migrate.SERVICES:
        assert (service, "audit_head") in there
        for step in (lambda one: None, lambda one: migrate.downgrade(url, one, before_audit(one))):
            step(service)
            role = psycopg2.connect(fresh_database.dsn(service))
            with role, role.cursor() as cursor:
                cursor.execute(write.format(service))
            role.close()
        assert (service, "audit_head") not in relations(fresh_database)
        migrate.upgrade(url, service)
    assert relations(fresh_database) == there


def test_what_an_installation_has_run_is_never_edited() -> None:
    """A change to a migration reaches nobody who ran it before: it takes a migration of its own.

    A new one is added to the list with ``sha256sum``; what stands in the list is never changed.
    """
    lines = Path(__file__).with_name("migrations.sha256").read_text().splitlines()
    kept = dict(reversed(line.split("  ")) for line in lines)
    scripts = [*ROOT.glob("*_service/migrations/versions/*.sql")]
    scripts += (ROOT / "common/audit").glob("protected.*.sql")
    found = {
        script.relative_to(ROOT).as_posix(): sha256(script.read_bytes()).hexdigest()
        for script in scripts
    }
    assert found == kept


def test_two_starts_migrate_once(empty_database: TestDatabase) -> None:
    url = empty_database.url()
    migrate.prepare_roles(url, passwords(empty_database))
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(migrate.prepare_roles, url, passwords(empty_database))
        migrate.prepare_roles(url, passwords(empty_database))
        other.result()
    for _ in range(2):
        migrate.upgrade(url, "auth")
    assert ("auth", "person") in relations(empty_database)


@pytest.mark.parametrize(
    ("role", "sql"),
    [
        ("auth", "UPDATE auth.audit SET reason = 'x'"),
        ("auth", "DELETE FROM auth.audit"),
        ("auth", "TRUNCATE auth.audit"),
        ("auth", "DELETE FROM auth.change"),
        ("auth", "UPDATE auth.change SET kind = 'key'"),
        ("auth", "DROP TABLE auth.person"),
        ("auth", "CREATE TABLE auth.mine (id int)"),
        ("auth", "CREATE TABLE public.mine (id int)"),
        ("reporter", "SELECT * FROM auth.person"),
        ("reporter", "DELETE FROM org.teams"),
        ("attendance", "SELECT password_hash FROM auth.person"),
        ("attendance", "INSERT INTO auth.change VALUES (1, 'key')"),
        ("attendance", "SELECT auth.announce('key', NULL, NULL)"),
        ("face", "SELECT * FROM auth.session"),
    ],
)
def test_roles_have_least_rights(database: TestDatabase, role: str, sql: str) -> None:
    connection = psycopg2.connect(database.dsn(role))
    try:
        with connection.cursor() as cursor, pytest.raises(errors.InsufficientPrivilege):
            cursor.execute(sql)
    finally:
        connection.close()


@pytest.mark.parametrize("role", ["auth", "attendance", "face", "reporter"])
def test_everybody_reads_the_views(database: TestDatabase, role: str) -> None:
    connection = psycopg2.connect(database.dsn(role))
    try:
        with connection.cursor() as cursor:
            for view in ("people", "sites", "teams", "team_members", "changes", "signing_keys"):
                cursor.execute(f"SELECT count(*) FROM org.{view}")
                assert cursor.fetchone() is not None
    finally:
        connection.close()


def test_passwords_stay_out_of_the_views(database: TestDatabase) -> None:
    with psycopg2.connect(database.dsn()) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'org'"
        )
        columns = {name for (name,) in cursor.fetchall()}
    assert {"username", "roles", "team_ids", "manages", "locked"} <= columns
    assert not {name for name in columns if "hash" in name or "secret" in name}


def test_the_command_explains_itself(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("HAZIR_ENV_FILE", "/nonexistent")
    for words in (["up"], ["sideways"], ["up", "kitchen"]):
        assert migrate.main(words) == 64
        assert "DATABASE_URL must be set" in capsys.readouterr().err


def test_the_command_migrates_and_tells(
    empty_database: TestDatabase,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HAZIR_ENV_FILE", "/nonexistent")
    monkeypatch.setenv("DATABASE_URL", empty_database.url())
    monkeypatch.setenv("SECRETS_DIR", str(empty_database.secrets_dir))
    assert migrate.main(["up", "auth"]) == 0
    assert ("auth", "person") in relations(empty_database)
    for verb in ("status", "history"):
        assert migrate.main([verb, "auth"]) == 0
        assert "(head)" in capsys.readouterr().out
    assert migrate.main(["down", "auth", "base"]) == 0
    assert ("auth", "person") not in relations(empty_database)
