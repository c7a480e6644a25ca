"""Reading records, photos, one's own state and the board of who is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from attendance_service.domain.punches import Move, State
from attendance_service.domain.records import Record
from attendance_service.domain.times import day_bounds
from attendance_service.service.ports import (
    Feed,
    LookLog,
    People,
    PhotoStore,
    RecordStore,
    StateStore,
)
from common.clock import Clock
from common.errors import forbidden, not_found
from common.identity import Action, Object, Person, Role, Subject, authorize, object_of, require


@dataclass(frozen=True, slots=True)
class Window:
    """Which records are wanted. ``start`` is inclusive, ``end`` is not."""

    start: datetime | None = None
    end: datetime | None = None
    status: str | None = None
    before: tuple[datetime, int] | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's state in one glance; ``worked`` is today's closed time in seconds."""

    employee_id: int
    action: Move
    since: datetime | None
    open_until: datetime | None
    record: Record | None
    zone: str
    now: datetime
    worked: int
    records_today: int


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One person on the board of who is in."""

    person: Person
    action: Move
    since: datetime | None
    record: Record | None


@dataclass(frozen=True, slots=True)
class Board:
    """Who is in, and the cursor after which the feed tells what changes."""

    rows: list[BoardRow]
    cursor: str
    now: datetime


@dataclass(frozen=True, slots=True)
class RecordService:
    """The reading use cases."""

    records: RecordStore
    states: StateStore
    photos: PhotoStore
    looks: LookLog
    people: People
    feed: Feed
    clock: Clock

    def today(
        self, subject: Subject, employee_id: int, window: Window, *, whole_history: bool = False
    ) -> list[Record]:
        """A person's records: today's in their zone, unless the window says otherwise."""
        person = self._person(subject, employee_id)
        if window.start is None and window.end is None and not whole_history:
            start, end = day_bounds(self.clock.now(), person.zone)
            if window.status in (None, "accepted") and window.before is None:
                return self.records.person_day(employee_id, start, end, window.limit)
            window = Window(start, end, window.status, window.before, window.limit)
        return self._list([employee_id], window)

    def visible(self, subject: Subject, employee_id: int | None, window: Window) -> list[Record]:
        """The records of a person, or of everybody the caller may see, newest first."""
        if employee_id is not None:
            self._person(subject, employee_id)
            return self._list([employee_id], window)
        return self._list(self._readable(subject), window)

    def get(self, subject: Subject, record_id: int) -> Record:
        """One record; one that may not be seen is not there."""
        record = self.records.get(record_id)
        if record is None or not self._may(subject, Action.READ_RECORDS, record.employee_id):
            raise not_found("There is no such record.")
        return record

    def photo(self, subject: Subject, record_id: int) -> bytes:
        """The photo of a record as JPEG; raises ``not_found``."""
        record = self.get(subject, record_id)
        allowed = self._may(subject, Action.READ_PHOTO, record.employee_id)
        jpeg = self.photos.get(record.photo_id) if allowed and record.photo_id else None
        if jpeg is None:
            raise not_found("There is no photo with this record.")
        # Before it is shown: a look that cannot be kept must not happen.
        self.looks.note(
            record.employee_id, "record_photo", f"record:{record.id}", actor=subject.employee_id
        )
        return jpeg

    def standing(self, subject: Subject) -> Standing:
        """Where the caller stands."""
        person = subject.person
        now = self.clock.now()
        found = self.states.states([person.employee_id])
        state = found[0] if found else None
        inside = state is not None and state.inside(now)
        start, end = day_bounds(now, person.zone)
        today = self.records.person_day(person.employee_id, start, end, 500)
        last = self.records.last_records([person.employee_id]) if inside else []
        return Standing(
            employee_id=person.employee_id,
            action=Move.IN if inside else Move.OUT,
            since=state.since if state else None,
            open_until=state.open_until if state and inside else None,
            record=last[0] if last else None,
            zone=person.zone,
            now=now,
            worked=worked_seconds(today),
            records_today=len(today),
        )

    def board(
        self, subject: Subject, *, site_id: int | None = None, team_id: int | None = None
    ) -> Board:
        """Who is in among the people the caller answers for."""
        if not {Role.ADMIN, Role.MANAGER} & subject.person.roles:
            raise forbidden()
        # The cursor is taken first: what happens meanwhile is then told twice rather than never.
        cursor = self.feed.head_cursor()
        now = self.clock.now()
        people = [
            person
            for person in self.people.people()
            if Role.SERVICE not in person.roles
            and not person.locked
            and (site_id is None or person.site_id == site_id)
            and (team_id is None or team_id in person.team_ids)
            and authorize(subject, Action.READ_RECORDS, object_of(person))
        ]
        ids = [person.employee_id for person in people]
        states = {state.employee_id: state for state in self.states.states(ids)}
        last = {record.employee_id: record for record in self.records.last_records(ids)}
        rows = [
            _row(person, states.get(person.employee_id), last.get(person.employee_id), now)
            for person in sorted(people, key=lambda p: (p.full_name or p.username, p.employee_id))
        ]
        return Board(rows, cursor, now)

    def _person(self, subject: Subject, employee_id: int) -> Person:
        person = self.people.person(employee_id)
        target = object_of(person) if person else Object(employee_id=employee_id)
        require(subject, Action.READ_RECORDS, target)
        if person is None:
            raise not_found("There is no such person.")
        return person

    def _may(self, subject: Subject, action: Action, employee_id: int) -> bool:
        person = self.people.person(employee_id)
        return person is not None and authorize(subject, action, object_of(person))

    def _readable(self, subject: Subject) -> list[int] | None:
        """Whose records the caller may read; ``None`` for everybody's."""
        if authorize(subject, Action.READ_RECORDS, Object()):
            return None
        return [
            person.employee_id
            for person in self.people.people()
            if authorize(subject, Action.READ_RECORDS, object_of(person))
        ]

    def _list(self, ids: Sequence[int] | None, window: Window) -> list[Record]:
        return self.records.of_people(
            ids,
            start=window.start,
            end=window.end,
            status=window.status,
            before=window.before,
            limit=window.limit,
        )


def _row(person: Person, state: State | None, record: Record | None, now: datetime) -> BoardRow:
    """Since when is the state's: a late record that waits for review has not moved it."""
    return BoardRow(person, _side(state, now), state.since if state else None, record)


def _side(state: State | None, now: datetime) -> Move:
    return Move.IN if state is not None and state.inside(now) else Move.OUT


def worked_seconds(newest_first: Sequence[Record]) -> int:
    """The time between each "in" and the "out" after it, in whole seconds."""
    total = 0.0
    came: datetime | None = None
    for record in reversed(newest_first):
        if record.action == Move.IN.value:
            came = record.at
        elif came is not None:
            total += (record.at.astimezone(UTC) - came).total_seconds()
            came = None
    return int(total)
