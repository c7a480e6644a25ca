"""What a subscriber gets of the feed, live."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from dataclasses import dataclass, field

import pytest

from common.identity import Role
from reporter_service import session
from tests.support.cluster import TestDatabase
from tests.support.people import Town
from tests.support.reporter import Client, Reporter, looped, reporting_alone


@looped
async def test_a_person_gets_their_own_events(database: TestDatabase, town: Town) -> None:
    person, other = town.person(), town.person()
    async with reporting_alone(database, town) as reporter:
        client = await reporter.client(town.token(person))
        hello = await client.until("hello")
        assert hello["heartbeat_seconds"] == 5
        assert hello["state"] == "live"
        await reporter.feed.add(other)
        event = await reporter.feed.add(person, place_id=7)
        frame = await client.until("record")
        assert frame.pop("cursor") != hello["cursor"]
        assert frame == {
            "type": "record",
            "kind": "made",
            "event_id": event.event_id,
            "id": event.id,
            "employee_id": person,
            "action": "in",
            "timestamp": event.timestamp,
            "status": "accepted",
            "place_id": 7,
        }


@looped
async def test_scope_decides_what_a_manager_gets(database: TestDatabase, town: Town) -> None:
    site = town.site("Scope")
    team, elsewhere = town.team(site, "a"), town.team(site, "b")
    manager = town.person(Role.MANAGER, site_id=site, manages=[team])
    member, stranger = town.person(teams=[team]), town.person(teams=[elsewhere])
    admin = town.person(Role.ADMIN)
    async with reporting_alone(database, town) as reporter:
        everything = await reporter.greeted(town.token(admin), scope="all")
        theirs = await reporter.greeted(town.token(manager), scope="all")
        own = await reporter.greeted(town.token(manager), scope="own")
        by_default = await reporter.greeted(town.token(admin))
        personal = await reporter.greeted(town.token(member), scope="all")
        for employee_id in (stranger, member, manager):
            await reporter.feed.add(employee_id)
        await reporter.feed.add(member, status="refused")

        def owners(frames: list[dict[str, object]]) -> list[object]:
            return [frame["employee_id"] for frame in frames]

        assert owners(await everything.records(4)) == [stranger, member, manager, member]
        assert owners(await theirs.records(3)) == [member, manager, member]
        assert owners(await own.records(1)) == [manager]
        assert owners(await personal.records(1)) == [member]
        for client in (theirs, own, by_default, personal):
            await client.quiet(0.2)


@looped
async def test_a_token_in_the_address_brings_bare_records(
    database: TestDatabase, town: Town
) -> None:
    person, other = town.person(), town.person()
    admin = town.person(Role.ADMIN)
    async with reporting_alone(database, town) as reporter:
        own = await reporter.open(f"?token={town.token(person)}")
        everything = await reporter.open(f"/?token={town.token(admin)}&scope=all")
        await own.send("hello?")  # somebody types into a command-line client
        await reporter.until_it_serves(2)
        await reporter.feed.add(other)
        await reporter.feed.add(person, status="pending")
        await reporter.feed.add(person, kind="voided", status="voided")
        await reporter.feed.add(person, kind="decided")
        frame = json.loads(await own.recv())
        assert (frame["kind"], frame["status"], frame["employee_id"]) == (
            "decided",
            "accepted",
            person,
        )
        first = json.loads(await everything.recv())
        assert first["employee_id"] == other
        assert json.loads(await everything.recv())["event_id"] == frame["event_id"]
        resumed = await reporter.open(
            f"?token={town.token(admin)}&scope=all&after={first['cursor']}"
        )
        assert json.loads(await resumed.recv()) == frame


@looped
async def test_a_new_person_is_known_at_once(database: TestDatabase, town: Town) -> None:
    admin = town.person(Role.ADMIN)
    site = town.site("New")
    team = town.team(site, "new")
    manager = town.person(Role.MANAGER, manages=[team])
    async with reporting_alone(database, town) as reporter:
        everything = await reporter.greeted(town.token(admin), scope="all")
        theirs = await reporter.greeted(town.token(manager), scope="all")
        newcomer = town.person(teams=[team])
        await reporter.feed.add(newcomer)
        await reporter.feed.add(10**9)  # nobody anybody knows
        assert [f["employee_id"] for f in await everything.records(2)] == [newcomer, 10**9]
        assert (await theirs.records(1))[0]["employee_id"] == newcomer


@dataclass
class Wanderer:
    """A subscriber that drops its connection after a while, mostly in the middle of a burst."""

    reporter: Reporter
    token: str
    client: Client
    chance: random.Random
    seen: list[str] = field(default_factory=list)
    done: bool = False

    async def follow(self) -> None:
        """Read, drop, come back at the cursor, until told that it is done."""
        cursor = self.client.frames[-1]["cursor"]
        while not self.done:
            with contextlib.suppress(TimeoutError):
                for _ in range(self.chance.randrange(1, 60)):
                    frame = await self.client.read(2)
                    if frame["type"] == "record":
                        self.seen.append(frame["event_id"])
                    cursor = frame.get("cursor", cursor)
                    if self.chance.random() < 0.02:
                        await asyncio.sleep(0.05)
            self.client.socket.transport.abort()
            self.client = await self.reporter.client(self.token, scope="all", after=cursor)


@looped
async def test_every_subscriber_sees_what_the_oracle_says(
    database: TestDatabase, town: Town
) -> None:
    """Random drops, pauses and half-read bursts; restarts and gaps upstream."""
    seed = 20261121
    chance = random.Random(seed)
    people = [town.person() for _ in range(4)]
    admin = town.person(Role.ADMIN)
    readers = [*people, admin, admin, admin]
    async with reporting_alone(database, town, REPORTER_EVENTS_KEPT="40") as reporter:
        wanderers = []
        for index, one in enumerate(readers):
            token, mine = town.token(one), random.Random(seed + index)
            client = await reporter.greeted(token, scope="all")
            wanderers.append(Wanderer(reporter, token, client, mine))
        tasks = [asyncio.create_task(wanderer.follow()) for wanderer in wanderers]
        for number in range(1000):
            event = await reporter.feed.add(chance.choice(people))
            if number % 300 == 200:
                reporter.feed.skip = {event.sequence + 3}
            if number % 400 == 300:
                await reporter.feed.stop()
                await reporter.feed.start()
            if chance.random() < 0.1:
                await asyncio.sleep(0.005)
        events = reporter.feed.events
        oracle = [
            [event.event_id for event in events if one in (admin, event.employee_id)]
            for one in readers
        ]
        while any(len(w.seen) < len(o) for w, o in zip(wanderers, oracle, strict=True)):
            await asyncio.sleep(0.05)
        for wanderer in wanderers:
            wanderer.done = True
        await asyncio.gather(*tasks)
        assert [wanderer.seen for wanderer in wanderers] == oracle, f"seed {seed}"


@looped
async def test_seed_defect_D9_sockets_come_and_go_while_events_are_handed_out(
    database: TestDatabase, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "HEARTBEAT_SECONDS", 0.5)
    person = town.person()
    token = town.token(person)
    async with reporting_alone(database, town, REPORTER_SOCKETS_PER_PERSON="200") as reporter:
        steady = await reporter.greeted(token)

        async def come_and_go() -> None:
            for _ in range(12):
                client = await reporter.client(token)
                await asyncio.sleep(random.random() * 0.02)
                client.socket.transport.abort()

        async def punch() -> None:
            for _ in range(150):
                await reporter.feed.add(person)
                await asyncio.sleep(0.002)

        await asyncio.gather(punch(), *(come_and_go() for _ in range(6)))
        got = [frame["event_id"] for frame in await steady.records(150)]
        assert got == [event.event_id for event in reporter.feed.events]
        # There is a heartbeat, and a way back after it: the predecessor had neither.
        beat = await steady.until("heartbeat")
        event = await reporter.feed.add(person)
        resumed = await reporter.greeted(token, after=beat["cursor"])
        assert (await resumed.records(1))[0]["event_id"] == event.event_id
