"""The growing end of the feed when its session is lost while the loop is busy."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg2
import pytest

from attendance_service.domain.times import parse_time
from attendance_service.rpc.tail import FeedTail
from attendance_service.store.feed import FeedStore
from common.clock import rfc3339
from common.db import Database
from tests.support.cluster import TestDatabase
from tests.support.people import Town
from tests.support.reporter import looped


@pytest.fixture
def town(fresh_database: TestDatabase) -> Iterator[Town]:
    """The owner's hands."""
    made = Town(fresh_database)
    yield made
    made.close()


def happen(town: Town, number: int) -> None:
    """One numbered event, announced."""
    town.sql(
        "INSERT INTO attendance.event (kind, record_id, employee_id, action, at, status, feed_seq)"
        " VALUES ('made', %s, 1, 'in', now(), 'accepted', %s)",
        number,
        number,
    )
    town.sql("UPDATE attendance.feed_head SET seq = %s", number)
    town.sql("NOTIFY hazir_feed")


def cut(town: Town) -> int:
    """End the session that listens; 1 when there was one."""
    rows = town.sql(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE application_name = 'tail' AND query LIKE %s",
        "LISTEN%",
    )
    return int(rows[0][0])


@looped
async def test_what_was_read_twice_is_told_once(fresh_database: TestDatabase, town: Town) -> None:
    """A second reading that overtakes the loop's taking note of the first one adds nothing."""
    db = Database(fresh_database.dsn("attendance"), size=2, name="tail")
    tail = FeedTail(FeedStore(db, bytes(32)), db.connect, asyncio.get_running_loop())
    tail.start()
    try:
        await asyncio.sleep(0.5)
        # The loop is busy from here on: it takes note of nothing that the thread reads.
        happen(town, 1)
        time.sleep(0.4)
        assert cut(town) == 1
        time.sleep(1.2)
        await asyncio.sleep(0.1)
        happen(town, 2)
        told: list[int] = []
        async for events in tail.follow(0):
            told += [event.feed_seq for event in events]
            if 2 in told:
                break
        assert told == [1, 2]
    finally:
        tail.stop()
        db.close()


@looped
async def test_what_is_numbered_here_is_told_without_reading(
    fresh_database: TestDatabase, town: Town
) -> None:
    """What follows the head is told at once; what would leave a gap waits to be read."""
    db = Database(fresh_database.dsn("attendance"), size=2, name="tail")
    tail = FeedTail(FeedStore(db, bytes(32)), db.connect, asyncio.get_running_loop())
    tail.start(lambda: True)
    told: list[int] = []
    times: list[str] = []

    async def follow() -> None:
        async for events in tail.follow(0):
            told.extend(event.feed_seq for event in events)
            times.extend(event.at for event in events)

    following = asyncio.create_task(follow())
    try:
        await asyncio.sleep(0.5)
        tail.told([_row(1), _row(2)])
        tail.told([_row(4)])
        tail.told([_row(2)])
        await asyncio.sleep(0.1)
        assert told == [1, 2]
        for number in (1, 2, 3, 4):
            happen(town, number)
        await asyncio.sleep(0.6)
        assert told == [1, 2, 3, 4]
        # Read or not, the time is in the same words.
        assert [rfc3339(parse_time(at, field="at")) for at in times] == times
    finally:
        following.cancel()
        await asyncio.to_thread(tail.stop)
        db.close()


def _row(number: int) -> tuple[Any, ...]:
    return (number, str(uuid4()), "made", number, 1, "in", datetime.now(UTC), "accepted", None)


@looped
async def test_ten_streams_over_a_fresh_backlog_outlast_a_database_that_is_busy(
    fresh_database: TestDatabase, town: Town
) -> None:
    """They read what was there before the tail began, on fewer connections than they are."""
    town.sql(
        "INSERT INTO attendance.event (kind, record_id, employee_id, action, at, status, feed_seq)"
        " SELECT 'made', n, 1, 'in', now(), 'accepted', n FROM generate_series(1, 3000) AS n"
    )
    town.sql("UPDATE attendance.feed_head SET seq = 3000")
    db = Database(fresh_database.dsn("attendance"), size=2, name="tail")
    tail = FeedTail(FeedStore(db, bytes(32)), db.connect, asyncio.get_running_loop())
    tail.start()

    async def read(after: int) -> list[int]:
        told: list[int] = []
        async for events in tail.follow(after):
            told += [event.feed_seq for event in events]
            if told and told[-1] == 3000:
                break
        return told

    busy = psycopg2.connect(fresh_database.dsn())
    try:
        with busy.cursor() as cursor:
            cursor.execute("LOCK TABLE attendance.event IN ACCESS EXCLUSIVE MODE")
        streams = [asyncio.create_task(read(300 * n)) for n in range(10)]
        await asyncio.sleep(2)  # longer than a statement waits for a lock
        busy.rollback()
        told = await asyncio.gather(*streams)
        assert told == [list(range(300 * n + 1, 3001)) for n in range(10)]
    finally:
        busy.close()
        tail.stop()
        db.close()
