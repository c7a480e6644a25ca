"""The door to PostgreSQL: transactions, errors in our words, and a pool that heals."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from common.db import ConstraintViolated, Database
from common.errors import ConnectionLost, DomainError, Kind
from common.sql import Queries
from tests.support.cluster import PostgresServer, TestDatabase, running_cluster
from tests.support.folders import open_folder


@pytest.fixture(scope="module")
def db(database: TestDatabase) -> Iterator[Database]:
    made = Database(database.dsn(), size=3, statement_ms=500)
    made.execute(
        "CREATE TABLE public.thing (id int PRIMARY KEY, note text CONSTRAINT short"
        " CHECK (length(note) < 10))"
    )
    yield made
    made.close()


@pytest.fixture(autouse=True)
def emptied(db: Database) -> None:
    db.execute("TRUNCATE public.thing")


ADD = "INSERT INTO public.thing VALUES (%(id)s, %(note)s)"
COUNT = "SELECT count(*) AS n FROM public.thing"


def refusal(db: Database, sql: str, **values: object) -> DomainError:
    with pytest.raises(DomainError) as fault:
        db.one(sql, **values)
    return fault.value


def test_statements_commit_by_themselves(db: Database) -> None:
    assert db.execute(ADD, id=1, note="a") == 1
    assert db.one("SELECT note FROM public.thing WHERE id = %(id)s", id=1).note == "a"
    assert db.one("SELECT note FROM public.thing WHERE id = %(id)s", id=2) is None
    assert db.one("DELETE FROM public.thing") is None
    assert [row.n for row in db.all("SELECT generate_series(1, 3) AS n")] == [1, 2, 3]


def test_values_are_bound_and_never_read_as_sql(db: Database) -> None:
    hostile = "'; DROP TABLE public.thing; --"
    assert db.one("SELECT %(text)s AS text", text=hostile).text == hostile
    assert db.one(COUNT).n == 0


def test_a_transaction_is_whole(db: Database) -> None:
    with db.transaction() as tx:
        assert tx.execute(ADD, id=1, note="a") == 1
        assert tx.one(COUNT).n == 1
        assert [row.id for row in tx.all("SELECT id FROM public.thing")] == [1]
        assert db.one(COUNT).n == 0
    assert db.one(COUNT).n == 1
    with pytest.raises(KeyError), db.transaction() as tx:
        tx.execute(ADD, id=2, note="b")
        raise KeyError
    assert db.one(COUNT).n == 1
    # The connection went back clean: what follows commits by itself again.
    db.execute(ADD, id=3, note="c")
    assert db.one(COUNT).n == 2


def test_a_constraint_is_named(db: Database) -> None:
    db.execute(ADD, id=1, note="a")
    for values, name in (
        ({"id": 1, "note": "a"}, "thing_pkey"),
        ({"id": 2, "note": "x" * 20}, "short"),
    ):
        with pytest.raises(ConstraintViolated) as fault:
            db.execute(ADD, **values)
        assert fault.value.constraint == name
        with pytest.raises(ConstraintViolated), db.transaction() as tx:
            tx.execute(ADD, **values)
    assert db.one(COUNT).n == 1


def test_a_slow_statement_is_cut(db: Database) -> None:
    began = time.monotonic()
    assert refusal(db, "SELECT pg_sleep(5)").kind is Kind.UNAVAILABLE
    assert time.monotonic() - began < 3
    assert db.one("SELECT 1 AS n").n == 1


def test_a_value_that_does_not_fit(db: Database) -> None:
    fault = refusal(db, "SELECT %(n)s::int AS n", n=2**40)
    assert (fault.kind, fault.code) == (Kind.INVALID, "invalid_request")
    assert "integer" not in fault.message


def test_a_deadlock_is_busy_and_nothing_more(database: TestDatabase, db: Database) -> None:
    db.execute(ADD, id=1, note="a")
    db.execute(ADD, id=2, note="b")
    patient = Database(database.dsn(), size=2, statement_ms=20_000)
    gate = threading.Barrier(2)

    def cross(first: int, second: int) -> str:
        touch = "UPDATE public.thing SET note = 'x' WHERE id = %(id)s"
        try:
            with patient.transaction() as tx:
                tx.execute("SET LOCAL lock_timeout = '20s'")
                tx.execute(touch, id=first)
                gate.wait()
                tx.execute(touch, id=second)
        except DomainError as fault:
            return type(fault).__name__
        return "done"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(cross, (1, 2), (2, 1)))
    # Not ConnectionLost, for which every idle connection would be thrown away.
    assert outcomes == ["DomainError", "done"]
    patient.close()


def test_the_pool_is_bounded(database: TestDatabase) -> None:
    small = Database(database.dsn(), size=1)
    with small.transaction():
        began = time.monotonic()
        assert refusal(small, "SELECT 1").kind is Kind.UNAVAILABLE
        assert 0.9 < time.monotonic() - began < 3
    assert small.one("SELECT 1 AS n").n == 1
    small.close()


def test_killed_connections_cost_one_answer(db: Database) -> None:
    kill = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: db.one("SELECT pg_sleep(0.1)"), range(3)))
    with pytest.raises(ConnectionLost):
        db.one("SELECT pg_terminate_backend(pg_backend_pid())")
    assert db.one("SELECT 1 AS n").n == 1
    with db.transaction() as tx, pytest.raises(ConnectionLost):  # noqa: SIM117
        with db.transaction() as other:
            tx.execute(kill)
            other.one("SELECT 1")
    assert db.one("SELECT 1 AS n").n == 1


def test_seed_defect_D21_one_failure_does_not_poison_the_next(db: Database) -> None:
    """The predecessor's one connection stayed in an aborted transaction."""
    db.execute(ADD, id=1, note="a")
    for _ in range(5):
        with pytest.raises(ConstraintViolated):
            db.execute(ADD, id=1, note="a")
        assert db.one(COUNT).n == 1


def test_every_session_is_bounded_and_durable(db: Database) -> None:
    shown = {
        name: db.one(f"SHOW {name}")[0]
        for name in (
            "statement_timeout",
            "idle_in_transaction_session_timeout",
            "synchronous_commit",
            "timezone",
        )
    }
    assert shown == {
        "statement_timeout": "500ms",
        "idle_in_transaction_session_timeout": "30s",
        "synchronous_commit": "on",
        "timezone": "UTC",
    }


def test_named_statements(tmp_path: Path, db: Database) -> None:
    file = tmp_path / "sample.sql"
    file.write_text(
        "-- :name first\nSELECT 1 AS n;\n\n-- :name twice what it does\n"
        "SELECT $1::int * 2 AS n, $2::text AS t\n"
    )
    queries = Queries(file)
    assert (len(queries), list(queries)) == (2, ["first", "twice"])
    assert queries["first"] == "SELECT 1 AS n"
    statement = queries.prepared("twice")
    assert statement.call == "EXECUTE twice (%s, %s)"
    for number in range(3):
        row = db.run(statement, [number, "x"])
        assert (row.n, row.t) == (number * 2, "x")
    assert [row.n for row in db.rows(statement, [5, "y"])] == [10]
    with db.transaction() as tx:
        assert tx.run(statement, [7, "z"]).n == 14
    assert db.run(queries.prepared("first"), []).n == 1


def test_a_database_that_is_down_is_said_so_in_time_and_heals(secrets_dir: Path) -> None:
    with open_folder() as folder, running_cluster(folder, secrets_dir) as server:
        _down_and_up(server)


def _down_and_up(server: PostgresServer) -> None:
    database = server.empty_database()
    db = Database(database.dsn(), size=2)
    assert db.one("SELECT 1 AS n").n == 1
    server.process.kill()
    for _ in range(3):
        began = time.monotonic()
        with pytest.raises(ConnectionLost) as fault:
            db.one("SELECT 1")
        assert (fault.value.kind, fault.value.retry_after) == (Kind.UNAVAILABLE, 1)
        assert time.monotonic() - began < 2
    server.process.start()
    assert db.one("SELECT 1 AS n").n == 1
    db.close()
