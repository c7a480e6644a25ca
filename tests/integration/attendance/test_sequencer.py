"""Numbering after the commit: gapless, in each person's order, by one leader at a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGCONT, SIGSTOP

import psycopg2
import pytest

from attendance_service.sequencer import FENCE, HintSender, HintSocket, Sequencer
from common.sql import fenced_connection
from local.ports import free_port
from tests.support.attendance_processes import processes
from tests.support.cluster import PostgresServer, TestDatabase
from tests.support.people import Town

WRITE = (
    "INSERT INTO attendance.event (kind, record_id, employee_id, action, at, status)"
    " VALUES ('made', %s, %s, 'in', now(), 'accepted')"
)


@pytest.fixture
def numbered(fresh_database: TestDatabase) -> Iterator[Town]:
    town = Town(fresh_database)
    yield town
    town.close()


def write(town: Town, count: int, who: int = 1) -> None:
    for number in range(count):
        town.sql(WRITE, number, who)


def head(town: Town) -> int:
    return int(town.sql("SELECT seq FROM attendance.feed_head")[0][0])


def until(condition: Callable[[], bool], within: float) -> float:
    """Wait for ``condition``; how long it took, in seconds."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < within
        time.sleep(0.02)
    return time.monotonic() - began


def check_numbers(town: Town, count: int) -> None:
    """Every event has one number, without a gap, and a person's numbers follow the ids."""
    rows = town.sql("SELECT feed_seq, employee_id, record_id FROM attendance.event ORDER BY id")
    assert sorted(row[0] for row in rows) == list(range(1, count + 1))
    people: dict[int, list[tuple[int, int]]] = {}
    for seq, who, n in rows:
        people.setdefault(who, []).append((seq, n))
    for pairs in people.values():
        assert pairs == sorted(pairs)
        assert [n for _, n in pairs] == list(range(len(pairs)))
    assert head(town) == count


@pytest.fixture
def sequencing(numbered: Town) -> Iterator[Sequencer]:
    """A sequencer on a thread of this process."""
    hint, stop = HintSocket(("127.0.0.1", 0)), threading.Event()
    where = numbered.database.dsn("sequencer")
    sequencer = Sequencer(lambda: fenced_connection(where, FENCE, "sequencer"), hint, stop)
    thread = threading.Thread(target=sequencer.run)
    thread.start()
    assert sequencer.leading.wait(10)
    yield sequencer
    stop.set()
    thread.join()
    hint.close()


def test_sixteen_writers_at_once_leave_no_gap(numbered: Town, sequencing: Sequencer) -> None:
    def writer(who: int) -> None:
        town = Town(numbered.database)
        write(town, 25, who)
        town.close()

    threads = [threading.Thread(target=writer, args=(who,)) for who in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until(lambda: head(numbered) == 400, 10)
    check_numbers(numbered, 400)


def test_a_transaction_that_commits_late_is_numbered_late_and_not_lost(
    numbered: Town, sequencing: Sequencer
) -> None:
    slow = psycopg2.connect(numbered.database.dsn())
    with slow.cursor() as cursor:
        cursor.execute(WRITE, (0, 7))
    write(numbered, 3, who=8)
    assert until(lambda: head(numbered) == 3, 5) < 5  # the open transaction holds nobody up
    slow.commit()
    slow.close()
    until(lambda: head(numbered) == 4, 5)
    assert numbered.sql("SELECT feed_seq FROM attendance.event WHERE employee_id = 7") == [(4,)]
    check_numbers(numbered, 4)


def test_an_open_transaction_in_another_database_changes_nothing(
    numbered: Town, sequencing: Sequencer, postgres: PostgresServer
) -> None:
    other = postgres.empty_database()
    elsewhere = psycopg2.connect(other.dsn())
    with elsewhere.cursor() as cursor:
        cursor.execute("CREATE TABLE held (n int)")
    write(numbered, 5)
    until(lambda: head(numbered) == 5, 5)
    elsewhere.close()
    postgres.drop(other)


def test_more_than_a_batch_is_numbered_in_order(numbered: Town, sequencing: Sequencer) -> None:
    numbered.sql(
        "INSERT INTO attendance.event (kind, record_id, employee_id, action, at, status)"
        " SELECT 'made', n, 1, 'in', now(), 'accepted' FROM generate_series(0, 4999) n"
    )
    until(lambda: head(numbered) == 5000, 10)
    check_numbers(numbered, 5000)


def test_a_lost_session_is_replaced(numbered: Town, sequencing: Sequencer) -> None:
    write(numbered, 1)
    until(lambda: head(numbered) == 1, 5)
    numbered.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE usename = 'hazir_sequencer' AND datname = current_database()"
    )
    write(numbered, 1, who=2)
    until(lambda: head(numbered) == 2, 5)


def test_the_sequencer_announces_what_it_numbered(numbered: Town, sequencing: Sequencer) -> None:
    listener = psycopg2.connect(numbered.database.dsn("attendance"))
    listener.autocommit = True
    with listener.cursor() as cursor:
        cursor.execute("LISTEN hazir_feed")
    write(numbered, 1)

    def told() -> bool:
        listener.poll()
        return bool(listener.notifies)

    until(told, 5)
    assert listener.notifies[0].payload == "1"
    listener.close()


def test_its_role_can_number_and_nothing_else(numbered: Town) -> None:
    connection = psycopg2.connect(numbered.database.dsn("sequencer"))
    connection.autocommit = True
    for statement in (
        "DELETE FROM attendance.event",
        "UPDATE attendance.event SET employee_id = 1",
        "SELECT 1 FROM attendance.punch_state",
        "SELECT 1 FROM attendance.record",
        "INSERT INTO attendance.feed_head DEFAULT VALUES",
    ):
        with connection.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(statement)
    connection.close()


def test_the_services_role_can_rewrite_neither_feed_nor_audit(numbered: Town) -> None:
    connection = psycopg2.connect(numbered.database.dsn("attendance"))
    connection.autocommit = True
    for statement in (
        "UPDATE attendance.event SET status = 'voided'",
        "DELETE FROM attendance.event",
        "TRUNCATE attendance.event",
        "UPDATE attendance.audit SET reason = ''",
        "DELETE FROM attendance.audit",
        "UPDATE attendance.record SET at = now()",
        "DELETE FROM attendance.record",
        "UPDATE attendance.feed_head SET seq = 0",
        "UPDATE attendance.policy SET mode = 'toggle'",
    ):
        with connection.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(statement)
    connection.close()


def test_a_hint_wakes_and_its_absence_only_delays() -> None:
    address = ("127.0.0.1", free_port())
    hint = HintSocket(address)
    hint.wait(0.01)
    sender = HintSender(address)
    for _ in range(5):
        sender()
    began = time.monotonic()
    hint.wait(5)
    assert time.monotonic() - began < 2
    hint.wait(0.01)  # all five were taken at once; nothing is left to wake it
    sender.close()
    sender()
    hint.wait(5)
    assert time.monotonic() - began < 4
    sender.close()
    hint.close()


def test_the_port_of_the_hint_goes_with_the_lead() -> None:
    address = ("127.0.0.1", free_port())
    old, new = HintSocket(address), HintSocket(address)
    sender = HintSender(address)
    old.wait(0.01)
    began = time.monotonic()
    sender()
    new.wait(0.2)  # the port is taken: only the poll is left
    assert time.monotonic() - began >= 0.2
    old.close()
    time.sleep(0.6)
    new.wait(0.01)
    sender()
    began = time.monotonic()
    new.wait(5)
    assert time.monotonic() - began < 2
    for each in (new, sender):
        each.close()


def test_a_killed_leader_and_then_a_frozen_one_are_replaced(
    numbered: Town, server_folder: Path
) -> None:
    with processes(numbered, server_folder / "leaders") as running:
        leader = running.start("sequencer")
        write(numbered, 3)
        until(lambda: head(numbered) == 3, 5)
        second = running.start("sequencer", SEQUENCER_HINT=f"127.0.0.1:{free_port()}")
        third = running.start("sequencer", SEQUENCER_HINT=f"127.0.0.1:{free_port()}")
        leader.kill()
        write(numbered, 3, who=2)
        assert until(lambda: head(numbered) == 6, 8) < 8
        frozen, other = (second, third) if "sequencer leads" in second.output() else (third, second)
        assert "sequencer leads" not in other.output()
        frozen.signal(SIGSTOP)
        write(numbered, 3, who=3)
        took = until(lambda: head(numbered) == 9, 12)
        assert took < 10
        frozen.signal(SIGCONT)
        write(numbered, 50, who=4)
        until(lambda: head(numbered) == 59, 5)
        until(lambda: "sequencer lost its session" in frozen.output(), 5)
        write(numbered, 5, who=5)
        until(lambda: head(numbered) == 64, 5)
        check_numbers(numbered, 64)
