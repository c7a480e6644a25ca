"""When the feed or the knowledge of people fails: stale, healed, or begun anew."""

from __future__ import annotations

import asyncio
import time

import psycopg2

from common.config import read_secret
from common.identity import Role
from tests.support.cluster import PostgresServer, TestDatabase
from tests.support.feed_server import running_feed
from tests.support.people import Town
from tests.support.reporter import Client, looped, reporting, reporting_alone


@looped
async def test_a_gap_upstream_never_reaches_a_client(database: TestDatabase, town: Town) -> None:
    person = town.person()
    async with reporting_alone(database, town) as reporter:
        client = await reporter.greeted(town.token(person))
        reporter.feed.skip = {5, 6}
        events = [await reporter.feed.add(person) for _ in range(10)]
        got = [frame["id"] for frame in await client.records(10)]
        assert got == [event.id for event in events]
        assert b"\nhazir_reporter_feed_gaps_total 0.0" not in await reporter.get("/metrics")


@looped
async def test_a_lost_tail_is_noticed_by_the_head(database: TestDatabase, town: Town) -> None:
    person = town.person()
    async with reporting_alone(database, town) as reporter:
        client = await reporter.greeted(town.token(person))
        reporter.feed.hide_tail = True
        await reporter.feed.add(person)
        streams = reporter.feed.streams
        while reporter.feed.streams == streams:
            await asyncio.sleep(0.05)
        reporter.feed.hide_tail = False
        await client.records(1)


@looped
async def test_a_silent_feed_is_stale_and_heals(database: TestDatabase, town: Town) -> None:
    person = town.person()
    async with reporting_alone(database, town) as reporter:
        client = await reporter.greeted(town.token(person))
        start = client.frames[-1]["cursor"]
        reporter.feed.silent = True
        await reporter.feed.add(person)
        await client.until("state", 10, state="stale")
        assert not [frame for frame in client.frames if frame["type"] == "record"]
        late = await reporter.client(town.token(person), after=start)
        assert (await late.until("hello"))["state"] == "stale"
        reporter.feed.silent = False
        await client.records(1, 12)
        await client.until("state", 2, state="live")
        await late.records(1)


@looped
async def test_a_feed_that_ends_is_followed_again(database: TestDatabase, town: Town) -> None:
    person = town.person()
    async with reporting_alone(database, town) as reporter:
        client = await reporter.greeted(town.token(person))
        for _ in range(3):
            await reporter.feed.stop()
            await reporter.feed.add(person)
            await asyncio.sleep(0.2)
            await reporter.feed.start()
            await client.records(1)


@looped
async def test_another_epoch_makes_everybody_begin_anew(database: TestDatabase, town: Town) -> None:
    person = town.person()
    token = town.token(person)
    async with reporting_alone(database, town) as reporter:
        for _ in range(3):
            await reporter.feed.add(person)
        client, bare = await reporter.greeted(token), await reporter.open(f"?token={token}")
        old = client.frames[-1]["cursor"]
        await asyncio.sleep(0.1)
        reporter.feed.restore()
        assert await client.close_code() == 4010
        # The bare socket may have been told of the last records meanwhile.
        assert await Client(bare).close_code() == 4010
        assert await (await reporter.client(token, after=old)).close_code() == 4010
        again = await reporter.greeted(token)
        await reporter.feed.add(person)
        await again.records(1)


@looped
async def test_a_cursor_that_cannot_be_used_is_told_so(database: TestDatabase, town: Town) -> None:
    person = town.person()
    token = town.token(person)
    key = read_secret("cursor_key", database.environment()).key()
    async with (
        running_feed(key, starts_at=0) as feed,
        reporting(database, town, feed, REPORTER_EVENTS_KEPT="10") as reporter,
    ):
        first = await reporter.greeted(token)
        start = first.frames[-1]["cursor"]
        for _ in range(40):
            await feed.add(person)
        await first.records(40)
        feed.forget(20)
        altered = start[:-2] + ("AA" if start[-2:] != "AA" else "BB")
        for after in (start, altered, "x", "é", start[:-4]):
            assert await (await reporter.client(token, after=after)).close_code() == 4010
        kept = first.frames[25]["cursor"]
        resumed = await reporter.client(token, after=kept)
        assert len(await resumed.records(15)) == 15


@looped
async def test_a_cursor_ahead_waits_and_then_begins_anew(
    database: TestDatabase, town: Town
) -> None:
    from common.cursors import CursorSealer

    person = town.person()
    token = town.token(person)
    key = read_secret("cursor_key", database.environment()).key()
    async with reporting_alone(database, town) as reporter:
        sealer = CursorSealer(key, reporter.feed.epoch)
        await reporter.greeted(token)
        ahead = await reporter.client(token, after=sealer.seal(2))
        await ahead.until("hello")
        far = await reporter.client(token, after=sealer.seal(99))
        for _ in range(2):
            await reporter.feed.add(person)
        await ahead.until("state", state="live")
        third = await reporter.feed.add(person)
        assert [f["id"] for f in await ahead.records(1)] == [third.id]
        assert not [f for f in ahead.frames if f["type"] == "record" and f["id"] < third.id]
        assert await far.close_code() == 4010


@looped
async def test_a_feed_that_is_not_there_yet(database: TestDatabase, town: Town) -> None:
    person = town.person()
    key = read_secret("cursor_key", database.environment()).key()
    async with running_feed(key) as feed:
        await feed.stop()
        async with reporting(database, town, feed, ready=False) as reporter:
            client = await reporter.client(town.token(person))
            assert (await client.read())["state"] == "stale"
            gone = await reporter.client(town.token(person))
            await gone.read()
            await gone.socket.close()
            await feed.start()
            await client.until("hello")
            await feed.add(person)
            await client.records(1)
            assert b"hazir_reporter_sockets 1.0" in await reporter.get("/metrics")


@looped
async def test_a_refused_token_is_fetched_again(database: TestDatabase, town: Town) -> None:
    person = town.person()
    async with reporting_alone(database, town) as reporter:
        client = await reporter.greeted(town.token(person))
        good, reporter.feed.accepted = reporter.feed.accepted, set()
        await reporter.feed.stop()
        await reporter.feed.start()
        await reporter.feed.add(person)
        await asyncio.sleep(0.5)
        reporter.feed.accepted = good
        await client.records(1)


def test_stale_knowledge_of_people_delivers_nothing_and_heals(
    postgres: PostgresServer, fresh_database: TestDatabase
) -> None:
    own = Town(fresh_database)

    @looped
    async def run() -> None:
        person, admin = own.person(), own.person(Role.ADMIN)
        token = own.token(person)
        async with reporting_alone(fresh_database, own) as reporter:
            clients = [await reporter.greeted(token)]
            clients.append(await reporter.greeted(own.token(admin), scope="all"))
            with blocked(postgres, fresh_database):
                for client in clients:
                    await client.until("state", 10, state="stale")
                event = await reporter.feed.add(person)
                for client in clients:
                    await client.quiet(1)
                # Who comes now cannot be checked: not refused for ever, only not now.
                assert await (await reporter.client(own.token(person))).close_code() == 1013
                assert all(client.socket.close_code is None for client in clients)
            for client in clients:
                assert (await client.records(1))[0]["event_id"] == event.event_id
                await client.until("state", 5, state="live")
            await reporter.feed.add(person)
            for client in clients:
                await client.records(1)

    try:
        run()
    finally:
        own.close()


class blocked:  # noqa: N801  reads as a word where it is used
    """Nobody may connect to the database, and who is connected is thrown out."""

    def __init__(self, postgres: PostgresServer, database: TestDatabase) -> None:
        self._url = postgres.cluster.url("postgres")
        self._name = database.name

    def _run(self, *statements: str) -> None:
        connection = psycopg2.connect(self._url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.close()

    def __enter__(self) -> None:
        self._run(
            f'ALTER DATABASE "{self._name}" ALLOW_CONNECTIONS false',
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{self._name}' AND usename = 'hazir_reporter'",
        )
        self.since = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._run(f'ALTER DATABASE "{self._name}" ALLOW_CONNECTIONS true')
