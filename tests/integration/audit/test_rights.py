"""Who may write what into an audit: the database itself keeps it, whoever asks."""

from __future__ import annotations

import psycopg2
import pytest
from psycopg2 import errors

from common.audit.chain import CHAINS
from tests.support.audit import decide
from tests.support.people import Town

OF_A_SERVICE = [
    "UPDATE {}.audit SET reason = 'x'",
    "UPDATE {}.audit SET number = 1, hash = '\\x00'",
    "DELETE FROM {}.audit",
    "TRUNCATE {}.audit",
    "INSERT INTO {}.audit (action, object, number, hash) VALUES ('a', 'b', 1, '\\x00')",
    "INSERT INTO {}.audit (action, object, at) VALUES ('a', 'b', '2020-01-01Z')",
    "UPDATE {}.audit_head SET number = 0",
    "ALTER TABLE {}.audit DISABLE TRIGGER ALL",
]
OF_THE_SEQUENCER = [
    "UPDATE {}.audit SET reason = 'x' WHERE number IS NULL",
    "UPDATE {}.audit SET number = 99 WHERE number = 3",
    "UPDATE {}.audit SET number = NULL, hash = NULL WHERE number = 3",
    "UPDATE {}.audit SET hash = '\\x00' WHERE number = 3",
    "INSERT INTO {}.audit (action, object) VALUES ('a', 'b')",
    "DELETE FROM {}.audit",
    "TRUNCATE {}.audit",
    "DELETE FROM {}.audit_head",
]
OF_THE_OWNER = [
    "UPDATE {}.audit SET reason = 'x' WHERE number = 3",
    "UPDATE {}.audit SET number = 12, hash = '\\x00', reason = 'x' WHERE number IS NULL",
    "DELETE FROM {}.audit WHERE number = 3",
    "TRUNCATE {}.audit",
    "INSERT INTO {}.audit (action, object, number, hash) VALUES ('a', 'b', 12, '\\x00')",
]


def refused(town: Town, role: str, statements: list[str], chain: str) -> None:
    """Every one of ``statements`` is refused to ``role`` for want of the right."""
    connection = psycopg2.connect(town.database.dsn(role))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                with pytest.raises(errors.InsufficientPrivilege):
                    cursor.execute(statement.format(chain))
    finally:
        connection.close()


def test_a_service_adds_decisions_and_nothing_else(chained: Town) -> None:
    for chain in CHAINS:
        refused(chained, chain, OF_A_SERVICE, chain)
        for other in set(CHAINS) - {chain}:
            refused(chained, chain, ["SELECT 1 FROM {}.audit"], other)


def test_the_sequencer_fills_in_a_number_once(chained: Town) -> None:
    connection = psycopg2.connect(chained.database.dsn("sequencer"))
    connection.autocommit = True
    fill = "UPDATE {}.audit SET number = 11{} WHERE number IS NULL"
    with connection.cursor() as cursor:
        for chain in CHAINS:
            decide(chained, chain)
            refused(chained, "sequencer", OF_THE_SEQUENCER, chain)
            with pytest.raises(errors.CheckViolation):
                cursor.execute(fill.format(chain, ""))
            cursor.execute(fill.format(chain, ", hash = '\\x01'"))
            assert cursor.rowcount == 1
    connection.close()


def test_the_owner_is_stopped_too(chained: Town) -> None:
    for chain in CHAINS:
        decide(chained, chain)
        for statement in OF_THE_OWNER:
            with pytest.raises(errors.InsufficientPrivilege, match="only ever added to"):
                chained.sql(statement.format(chain))


def test_the_reporter_reads_no_audit(chained: Town) -> None:
    for chain in CHAINS:
        refused(chained, "reporter", ["SELECT 1 FROM {}.audit"], chain)
