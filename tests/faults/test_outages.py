"""One server away at a time: what is answered meanwhile, and how soon all is well again."""

from __future__ import annotations

import asyncio
import itertools
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from time import monotonic

import pytest
import uvloop

from tests.support.faults_doors import Answer, Door, GrpcDoor, Lost, RestDoor, Wanted
from tests.support.faults_people import Crowd
from tests.support.faults_start import faulty_system
from tests.support.faults_system import FaultySystem
from tests.support.faults_watchers import SocketWatcher
from tests.support.people import Town
from tests.support.process import frozen

pytestmark = pytest.mark.long

_keys = itertools.count(1)


class Office:
    """A small system, its people, and a person's next punch."""

    def __init__(self, system: FaultySystem, crowd: Crowd) -> None:
        self.system = system
        self.crowd = crowd
        self.rest = RestDoor(system.ports["rest-a"])

    async def punch(self, who: int, action: str, door: Door | None = None) -> tuple[Answer, float]:
        """The answer to one punch and how long it took; an answer lost has status 0."""
        wanted = Wanted(who, action, f"outage-{next(_keys)}")
        began = monotonic()
        try:
            answer = await (door or self.rest).punch(self.crowd.tokens[who], wanted)
        except Lost as lost:
            answer = Answer(0, str(lost))
        return answer, monotonic() - began

    async def get(self, path: str) -> int:
        """The status of a GET without a token."""
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        return (await self.rest.call(request.encode()))[0]


def at_the_office(test: Callable[[Office], Awaitable[None]], *names: str) -> None:
    """Run ``test`` with these members running."""

    async def run() -> None:
        crowd = Crowd(plain=16, with_photo=0)
        async with faulty_system(crowd.populate, names) as system:
            office = Office(system, crowd)
            try:
                await test(office)
            finally:
                await office.rest.close()

    uvloop.run(run())


async def _postgres_goes_and_comes(office: Office) -> None:
    system, people = office.system, office.crowd.punchers
    rpc = GrpcDoor(system.ports["rpc"])
    doors: tuple[Door, ...] = (office.rest, rpc)
    for who, door in zip(people, itertools.cycle(doors), strict=False):
        answer, _ = await office.punch(who, "in", door)
        assert answer.status == 201
    member = system.members["postgres"]
    member.wanted = False
    member.signal(signal.SIGQUIT)
    await member.ended()
    gone = monotonic()
    while monotonic() - gone < 5:
        calls = [
            office.punch(who, "out", door)
            for who, door in zip(people, itertools.cycle(doors), strict=False)
        ]
        for answer, seconds in await asyncio.gather(*calls):
            assert answer.status == 503, answer
            assert seconds < 2.0
        await asyncio.sleep(0.2)
    assert await office.get("/health/live") == 200
    assert await office.get("/health/ready") == 503
    member.start()
    await system.ready("postgres")
    back = monotonic()
    for door in doors:
        who = people[0 if door is office.rest else 1]
        while (await office.punch(who, "out", door))[0].status != 201:
            assert monotonic() - back < 5
            await asyncio.sleep(0.05)
    assert monotonic() - back < 5
    assert await office.get("/health/ready") == 200
    assert [system.members[name].starts for name in ("rest-a", "rpc")] == [1, 1]
    await rpc.close()


def test_without_postgresql_writes_answer_503_and_heal_by_themselves() -> None:
    at_the_office(_postgres_goes_and_comes, "rest-a", "rpc")


async def _while_it_is_frozen(office: Office, doors: tuple[Door, ...]) -> None:
    people = office.crowd.punchers
    # Those whose statement is under way wait longest. Whoever comes while they wait, and learns
    # with them that the database is lost, does not wait anew; whoever comes later is told at once.
    calls = [office.punch(who, "out", doors[who % 2]) for who in people]
    first = [asyncio.create_task(call) for call in calls[::2]]
    await asyncio.sleep(1.2)
    for answer, seconds in await asyncio.gather(*first, *calls[1::2]):
        assert answer.status in (0, 503)
        # Two seconds, which libpq takes for a new connection at least, and a busy machine's delay.
        assert seconds < 2.3, (answer, seconds)
    await asyncio.sleep(3)
    for door in doors:
        for who in people[:4]:
            answer, seconds = await office.punch(who, "out", door)
            assert answer.status == 503, answer
            assert seconds < 1.0


async def _postgres_freezes(office: Office) -> None:
    system, people = office.system, office.crowd.punchers
    rpc = GrpcDoor(system.ports["rpc"])
    doors: tuple[Door, ...] = (office.rest, rpc)
    for who, door in zip(people, itertools.cycle(doors), strict=False):
        assert (await office.punch(who, "in", door))[0].status == 201
    member = system.members["postgres"]
    with frozen(member.pid, *member.children()):
        await _while_it_is_frozen(office, doors)
    back = monotonic()
    for door in doors:
        # Its first request may have been written after all; the move is then made already.
        while (await office.punch(people[0], "in", door))[0].status not in (201, 409):
            assert monotonic() - back < 5
            await asyncio.sleep(0.05)
    await rpc.close()


def test_a_frozen_postgresql_costs_no_thread_for_ever() -> None:
    at_the_office(_postgres_freezes, "rest-a", "rpc")


async def _redis_freezes(office: Office) -> None:
    system, people = office.system, office.crowd.punchers
    town = Town(system.database)
    try:
        with frozen(system.members["redis"].pid):
            for action in ("in", "out"):
                for who in people:
                    answer, seconds = await office.punch(who, action)
                    assert answer.status == 201
                    assert seconds < 2.0
            assert await office.get("/health/ready") == 200
            town.announce("session", people[0], f"sid-{people[0]}")
            revoked = monotonic()
            action = itertools.cycle(("in", "out"))
            while (await office.punch(people[0], next(action)))[0].status != 401:
                assert monotonic() - revoked < 2.0
            assert (await office.punch(people[1], "in"))[0].status == 201
    finally:
        town.close()


def test_with_a_frozen_redis_people_punch_and_revocations_hold() -> None:
    at_the_office(_redis_freezes, "rest-a")


async def _rpc_goes_and_comes(office: Office) -> None:
    system, people = office.system, office.crowd.punchers
    token = office.crowd.tokens[office.crowd.admin]
    watcher = SocketWatcher("admin", office.crowd.admin, token, ports=(system.ports["rep-a"],))
    async with AsyncExitStack() as stack:
        task = asyncio.create_task(watcher.run())
        stack.callback(task.cancel)
        await _until(watcher.greeted.is_set)
        for who in people:
            await office.punch(who, "in")
        await _until(lambda: len(watcher.seen) == len(people))
        member = system.members["rpc"]
        stales = watcher.counts["state stale"]
        member.wanted = False
        member.signal(signal.SIGKILL)
        await member.ended()
        await _until(lambda: watcher.counts["state stale"] > stales)
        for who in people:
            await office.punch(who, "out")
        assert len(watcher.seen) == len(people)
        lives = watcher.counts["state live"]
        member.start()
        await _until(lambda: len(watcher.seen) == 2 * len(people), within=20)
        await _until(lambda: watcher.counts["state live"] > lives)
        await asyncio.sleep(0.5)
    assert [seen.action for seen in watcher.seen] == ["in"] * len(people) + ["out"] * len(people)
    assert len({seen.event_id for seen in watcher.seen}) == 2 * len(people)
    # Whoever is told to wait need not come back: the socket stayed open.
    assert watcher.connections == 1
    assert not watcher.wrong


async def _until(holds: Callable[[], bool], within: float = 10.0) -> None:
    async with asyncio.timeout(within):
        while not holds():
            await asyncio.sleep(0.02)


def test_without_grpc_the_reporter_says_stale_and_then_catches_up() -> None:
    at_the_office(_rpc_goes_and_comes, "auth", "rest-a", "rpc", "seq-a", "rep-a")
