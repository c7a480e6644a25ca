"""What a stream is told: by the rights of the moment, not of when its page was read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest

from attendance_service.rpc import teller
from attendance_service.rpc.access import Access
from attendance_service.rpc.teller import Teller
from attendance_service.store.feed import Event
from common.cursors import CursorSealer
from common.errors import DomainError, Kind, unauthenticated
from common.httpkit.limits import RateLimit
from common.identity import Person, Role, Subject

SEALER = CursorSealer(bytes(range(32)), str(UUID(int=7)))
MANAGER = Person(1, "m", "M", frozenset({Role.MANAGER}), manages=frozenset({5}))
MEMBER = Person(2, "t", "T", frozenset({Role.STAFF}), team_ids=frozenset({5}))
STRANGER = Person(3, "s", "S", frozenset({Role.STAFF}))
LATE = Person(4, "l", "L", frozenset({Role.STAFF}), team_ids=frozenset({5}))


def event(seq: int, employee_id: int, status: str = "accepted") -> Event:
    """The event of this number."""
    at = "2026-11-21T08:00:00.000000Z"
    return Event(seq, str(UUID(int=seq)), "made", seq, employee_id, "in", at, status, None)


@dataclass
class Org:
    """What is known of people; ``stored`` are those that would have to be looked up."""

    people: dict[int, Person]
    stored: dict[int, Person] = field(default_factory=dict)
    fresh: bool = True
    looked_up: list[int] = field(default_factory=list)

    def known(self, employee_id: int) -> Person | None:
        """In the snapshot."""
        return self.people.get(employee_id)

    def person(self, employee_id: int) -> Person | None:
        """In the snapshot or the database."""
        self.looked_up.append(employee_id)
        return self.stored.get(employee_id)


@dataclass
class Scene:
    """One caller's stream and what it was told."""

    who: Person = MANAGER
    employee_id: int | None = None
    told: list[Any] = field(default_factory=list)
    gone: bool = False
    #: Called before each message is taken.
    meanwhile: Callable[[int], None] = lambda _: None

    def __post_init__(self) -> None:
        self.org = Org({p.employee_id: p for p in (MANAGER, MEMBER, STRANGER)}, {4: LATE})
        anybody: Any = self.org
        access = Access(self._identify, anybody, RateLimit(1000))
        subject = self._identify("token")
        self.teller = Teller(access, SEALER, "token", subject, self.employee_id, self._write)

    def _identify(self, token: str) -> Subject:
        assert token == "token"
        if self.gone:
            raise unauthenticated()
        return Subject(self.org.people[self.who.employee_id], "sid", 0.0)

    async def _write(self, message: Any) -> None:
        self.meanwhile(len(self.told))
        self.told.append(message)

    def tell(self, *events: Event) -> bool:
        """Tell these; whether anything was told."""
        return asyncio.run(self.teller.tell(events))

    @property
    def numbers(self) -> list[int]:
        """Of the events told."""
        return [SEALER.open(message.cursor) for message in self.told]


def test_a_message_says_what_happened() -> None:
    scene = Scene()
    assert scene.tell(event(8, 2)._replace(place_id=6))
    message = scene.told[0]
    assert (message.id, message.employee_id, message.action, message.kind) == (8, 2, "in", "made")
    assert (message.status, message.place_id) == ("accepted", 6)
    assert message.timestamp == "2026-11-21T08:00:00.000000Z"
    assert message.event_id == str(UUID(int=8))
    assert scene.numbers == [8]


def test_only_what_the_caller_may_hear_is_told_in_order() -> None:
    scene = Scene()
    events = [event(n, (2, 3, 1)[n % 3]) for n in range(1, 1001)]
    assert scene.tell(*events)
    assert scene.numbers == [e.feed_seq for e in events if e.employee_id != 3]


def test_nothing_to_hear_is_nothing_told() -> None:
    scene = Scene()
    assert not scene.tell(event(1, 3), event(2, 3))
    assert not scene.tell()
    assert scene.told == []


def test_a_refusal_is_told_to_the_manager_and_not_to_the_person() -> None:
    manager, member = Scene(), Scene(MEMBER)
    events = [event(1, 2, "refused"), event(2, 2)]
    manager.tell(*events)
    member.tell(*events)
    assert (manager.numbers, member.numbers) == ([1, 2], [2])


def test_one_person_alone_when_that_is_asked_for() -> None:
    scene = Scene(employee_id=2)
    scene.tell(event(1, 1), event(2, 2), event(3, 4))
    assert scene.numbers == [2]
    assert scene.org.looked_up == []


def test_somebody_not_known_yet_is_looked_up_once_a_stretch() -> None:
    scene = Scene()
    scene.tell(event(1, 4), event(2, 9), event(3, 4), event(4, 9))
    assert scene.numbers == [1, 3]
    assert sorted(scene.org.looked_up) == [4, 9]


def test_a_session_that_ends_ends_the_stream_at_the_next_stretch() -> None:
    scene = Scene()

    def log_out(count: int) -> None:
        scene.gone = count >= 10

    scene.meanwhile = log_out
    with pytest.raises(DomainError) as fault:
        scene.tell(*(event(n, 2) for n in range(1, 1001)))
    assert fault.value.kind is Kind.UNAUTHENTICATED
    assert len(scene.told) == 100


def test_a_slow_reader_is_told_no_more_than_one_message_by_old_rights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(teller, "_RIGHTS_FOR", 0.0)
    scene = Scene()

    def lose_the_team(count: int) -> None:
        if count == 3:
            scene.org.people[1] = replace(MANAGER, manages=frozenset())

    scene.meanwhile = lose_the_team
    scene.tell(*(event(n, 2) for n in range(1, 301)), event(301, 1))
    assert scene.numbers == [1, 2, 3, 4, 301]


def test_rights_are_checked_without_events_too() -> None:
    scene = Scene()
    scene.gone = True
    with pytest.raises(DomainError):
        scene.tell()
    scene.gone = False
    scene.org.fresh = False
    with pytest.raises(DomainError, match="cannot be checked") as fault:
        scene.tell()
    assert fault.value.code == "stale"
