"""Cursors: a client that comes back gets what it missed, and only what it may see."""

from __future__ import annotations

import asyncio

from common.identity import Role
from tests.support.cluster import TestDatabase
from tests.support.feed_server import running_feed
from tests.support.people import Town
from tests.support.reporter import looped, reporting, reporting_alone


@looped
async def test_a_client_resumes_after_its_cursor(database: TestDatabase, town: Town) -> None:
    person, other = town.person(), town.person()
    async with reporting_alone(database, town, REPORTER_EVENTS_KEPT="50") as reporter:
        client = await reporter.greeted(town.token(person))
        start = client.frames[-1]["cursor"]
        for number in range(5000):
            await reporter.feed.add(person if number % 2 else other)
        expected = [e.event_id for e in reporter.feed.events if e.employee_id == person]
        records = await client.records(2500, 30)
        assert [frame["event_id"] for frame in records] == expected
        # From far before what is kept in memory, from within it, and from the head.
        for missed in (0, 1, 2480, 2499):
            after = records[missed - 1]["cursor"] if missed else start
            resumed = await reporter.client(town.token(person), after=after)
            hello = await resumed.until("hello")
            assert hello["cursor"] == after
            got = await resumed.records(2500 - missed, 30)
            assert [frame["event_id"] for frame in got] == expected[missed:]
            await resumed.until("state", state="live")
            await resumed.quiet(0.1)
            await resumed.socket.close()


@looped
async def test_replay_authorises_again(database: TestDatabase, town: Town) -> None:
    site = town.site("Replay")
    team = town.team(site, "a")
    manager = town.person(Role.MANAGER, manages=[team])
    member = town.person(teams=[team])
    async with reporting_alone(database, town) as reporter:
        client = await reporter.greeted(town.token(manager), scope="all")
        start = client.frames[-1]["cursor"]
        await reporter.feed.add(member)
        await client.records(1)
        town.sql("DELETE FROM auth.team_manager WHERE employee_id = %s", manager)
        town.announce("person", manager)
        await asyncio.sleep(1.5)
        await reporter.feed.add(member)
        await client.quiet(0.3)  # the ex-manager sees nothing new on the open socket …
        again = await reporter.client(town.token(manager), scope="all", after=start)
        await again.until("hello")
        await again.quiet(0.3)  # … and not even the old event on a new one


@looped
async def test_heartbeats_say_how_far_the_feed_was_scanned(
    database: TestDatabase, town: Town
) -> None:
    person, other = town.person(), town.person()
    async with reporting_alone(database, town) as reporter:
        client = await reporter.greeted(town.token(person))
        for _ in range(3):
            await reporter.feed.add(other)
        beat = await client.until("heartbeat", 7)
        assert beat["server_time"].endswith("Z")
        event = await reporter.feed.add(person)
        resumed = await reporter.greeted(town.token(person), after=beat["cursor"])
        assert (await resumed.records(1))[0]["event_id"] == event.event_id
        # A cursor shows no count: as long for the first event as for the millionth.
        assert {len(f["cursor"]) for f in client.frames if "cursor" in f} == {32}


@looped
async def test_seed_defect_D7_an_event_is_not_lost_while_the_reporter_is_down(
    database: TestDatabase, town: Town
) -> None:
    person = town.person()
    key = reporter_key(database)
    async with running_feed(key) as feed:
        async with reporting(database, town, feed) as reporter:
            client = await reporter.greeted(town.token(person))
            first = await feed.add(person)
            cursor = (await client.records(1))[0]["cursor"]
        missed = [await feed.add(person) for _ in range(3)]
        assert client.frames[-1]["event_id"] == first.event_id
        async with reporting(database, town, feed) as reporter:
            resumed = await reporter.client(town.token(person), after=cursor)
            await resumed.until("hello")
            got = [frame["event_id"] for frame in await resumed.records(3)]
            assert got == [event.event_id for event in missed]


def reporter_key(database: TestDatabase) -> bytes:
    from common.config import read_secret

    return read_secret("cursor_key", database.environment()).key()
