"""A PostgreSQL that lives and says nothing: frozen, or stuck on its disk."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from time import monotonic

import pytest

from common.db import Database
from common.errors import ConnectionLost
from tests.support.cluster import TestDatabase
from tests.support.process import frozen


@pytest.fixture
def db(database: TestDatabase) -> Iterator[Database]:
    """One connection, on which an answer is overdue after half a second."""
    made = Database(database.dsn("attendance"), size=1, statement_ms=750)
    yield made
    made.close()


def session(db: Database) -> int:
    """The process that serves the pool's connection."""
    row = db.one("SELECT pg_backend_pid() AS pid")
    assert row is not None
    return int(row.pid)


def test_a_statement_without_an_answer_ends_as_a_lost_connection(db: Database) -> None:
    began = monotonic()
    with frozen(session(db)), pytest.raises(ConnectionLost):
        db.one("SELECT 1")
    assert 0.4 < monotonic() - began < 1.5
    assert session(db)


def test_a_commit_without_an_answer_ends_as_a_lost_connection(db: Database) -> None:
    pid = session(db)
    began = monotonic()
    with pytest.raises(ConnectionLost), db.transaction() as transaction:
        transaction.one("SELECT 1")
        os.kill(pid, signal.SIGSTOP)
    os.kill(pid, signal.SIGCONT)
    assert monotonic() - began < 1.5
    assert session(db)


def test_statements_that_are_answered_in_time_keep_their_connection(
    database: TestDatabase,
) -> None:
    db = Database(database.dsn("attendance"), size=1, statement_ms=3000)
    try:
        pid = session(db)
        for _ in range(12):
            db.one("SELECT pg_sleep(0.2)")
        assert session(db) == pid
    finally:
        db.close()
