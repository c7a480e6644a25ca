"""An audit with rows in it, chained by a sequencer of the tests, and ways to tamper with it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2

from attendance_service.chaining import Chaining
from attendance_service.sequencer import FENCE
from common.audit.chain import CHAINS, Head, Note
from common.audit.verify import Outcome, verify
from common.sql import fenced_connection
from tests.support.cluster import TestDatabase
from tests.support.people import Town

_DECISION = (
    "INSERT INTO {}.audit (actor, action, object, before, after, reason, request_id)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s)"
)


def decide(town: Town, chain: str, count: int = 1, *, at: str = "place:{}") -> None:
    """Write ``count`` decisions as a service would."""
    for number in range(count):
        town.sql(
            _DECISION.format(chain),
            *(7, "place.change", at.format(number), '{"name": "Kapı"}', '{"n": 1.50}'),
            *("moved", f"request{number}"),
        )


def head_of(town: Town, chain: str) -> Head:
    """The head kept beside the rows."""
    ((number, digest),) = town.sql(f"SELECT number, hash FROM {chain}.audit_head")
    return Head(number, bytes(digest))


def waiting(town: Town) -> int:
    """How many decisions have no number yet, in all chains."""
    counts = [
        town.sql(f"SELECT count(*) FROM {chain}.audit WHERE number IS NULL")[0][0]
        for chain in CHAINS
    ]
    return int(sum(counts))


def checked(database: TestDatabase, *notes: Note) -> Outcome:
    """What the check says, with the rights that it has in an installation."""
    connection = fenced_connection(database.dsn("sequencer"), FENCE, "check")
    try:
        return verify(connection, notes)
    finally:
        connection.close()


def faults(town: Town, *notes: Note) -> list[str]:
    """Everything that the check finds wrong."""
    found = checked(town.database, *notes)
    lost = ["lost"] * len(found.lost)
    assert found.good is not bool([*lost, *(f for r in found.reports for f in r.faults)])
    return [f"{r.chain}: {fault}" for r in found.reports for fault in r.faults] + lost


def tamper(database: TestDatabase, *statements: str) -> None:
    """Do what only a superuser who takes the guards away can do."""
    connection = psycopg2.connect(database.dsn())
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            for statement in statements:
                cursor.execute(statement)
    finally:
        connection.close()


@contextmanager
def chaining(database: TestDatabase, **options: Any) -> Iterator[Chaining]:
    """A chaining leader on a thread of this process, until the block ends."""
    stop, where = threading.Event(), database.dsn("sequencer")
    options.setdefault("every", 0.05)
    made = Chaining(lambda: fenced_connection(where, FENCE, "chaining"), stop, **options)
    thread = threading.Thread(target=made.run)
    thread.start()
    try:
        assert made.leading.wait(10)
        yield made
    finally:
        stop.set()
        thread.join()
