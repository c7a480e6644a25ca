"""Many punches at once, from an offline queue or a device, each under its own idempotency key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Protocol

from attendance_service.domain.batch import LatePunch
from attendance_service.domain.policy import OPEN_POLICY, Place
from attendance_service.domain.punches import Move
from attendance_service.domain.records import Record
from attendance_service.domain.times import offset_minutes
from attendance_service.service.ports import Images, Kept, People, Places
from common.clock import Clock
from common.errors import DomainError, Kind, forbidden, not_found
from common.identity import Action, Object, Person, Subject, object_of, require

MOST = 500


@dataclass(frozen=True, slots=True)
class BatchPunch:
    """One punch as it was sent. ``key`` is the sender's own id of it."""

    key: str
    claimed_at: datetime
    employee_id: int | None = None
    action: Move | None = None
    place_id: int | None = None
    image: bytes | None = None

    def body_hash(self) -> bytes:
        """A digest of everything that makes two punches the same."""
        image = hashlib.sha256(self.image).hexdigest() if self.image else None
        canonical = (
            self.claimed_at.isoformat(),
            self.employee_id,
            self.action,
            self.place_id,
            image,
        )
        return hashlib.sha256(json.dumps(canonical).encode()).digest()


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """A punch of a batch, ready to be placed in the ledger and written."""

    late: LatePunch
    key: str
    body_hash: bytes
    place: Place | None
    person: Person
    zone: str
    offset_minutes: int
    photo: bytes | None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one punch: its record, or why not."""

    key: str
    record: Record | None = None
    error: DomainError | None = None


class BatchStore(Protocol):
    """The ledger as a batch sees it."""

    def write_batch(self, subject_id: int, entries: Sequence[BatchEntry]) -> dict[int, Record]:
        """Place and write every entry in one transaction; the record of each index."""
        ...

    def find_keys(self, subject_id: int, keys: Sequence[str]) -> dict[str, Kept]:
        """What these keys answered before."""
        ...


@dataclass(frozen=True, slots=True)
class BatchCheckIn:
    """The use case, with what it needs."""

    store: BatchStore
    places: Places
    people: People
    images: Images
    clock: Clock

    def __call__(
        self,
        subject: Subject,
        punches: Sequence[BatchPunch | DomainError],
        keys: Sequence[str],
        sent_at: datetime | None,
    ) -> list[Result]:
        """The result of each punch, in their order; one that is malformed stops no other.

        ``sent_at`` is what the sender's clock said when it sent; without it the clock's error is
        unknown. A key repeated within the batch is answered with its first punch.
        """
        received = self.clock.now()
        offset = sent_at - received if sent_at else None
        kept = self.store.find_keys(subject.employee_id, list(keys))
        # A batch is mostly one person's at one place: whether it may be is asked once.
        whose = cache(partial(self._whose, subject))
        results: dict[int, Result] = {}
        entries: dict[str, BatchEntry] = {}
        for index, punch in enumerate(punches):
            key = keys[index]
            if isinstance(punch, DomainError):
                results[index] = Result(key, error=punch)
            elif key in kept:
                results[index] = _again(key, kept[key], punch.body_hash())
            elif key not in entries:
                try:
                    person, place = whose(punch.employee_id, punch.place_id)
                    entries[key] = self._entry(person, place, index, punch, received, offset)
                except DomainError as refusal:
                    results[index] = Result(key, error=refusal)
        made = self.store.write_batch(subject.employee_id, list(entries.values()))
        for index, punch in enumerate(punches):
            if index not in results and not isinstance(punch, DomainError):
                results[index] = _first(index, entries[keys[index]], punch, made)
        return [results[index] for index in range(len(punches))]

    def _whose(
        self, subject: Subject, employee_id: int | None, place_id: int | None
    ) -> tuple[Person, Place | None]:
        """Whose punch it is and where it counts; raises when ``subject`` may not bring it."""
        person = self._person(subject, employee_id)
        return person, self._place(person, place_id)

    def _entry(
        self,
        person: Person,
        place: Place | None,
        index: int,
        punch: BatchPunch,
        received: datetime,
        offset: timedelta | None,
    ) -> BatchEntry:
        policy = place.policy if place else OPEN_POLICY
        zone = place.zone if place else person.zone
        # A face cannot be asked for afterwards: somebody looks at the picture instead.
        lacking = policy.needs_face or (policy.needs_image and punch.image is None)
        late = LatePunch(
            index=index,
            employee_id=person.employee_id,
            action=punch.action,
            claimed_at=punch.claimed_at,
            received_at=received,
            offset=offset,
            skew=timedelta(seconds=policy.skew_seconds),
            needs_review=lacking,
        )
        return BatchEntry(
            late=late,
            key=punch.key,
            body_hash=punch.body_hash(),
            place=place,
            person=person,
            zone=zone,
            offset_minutes=offset_minutes(punch.claimed_at, zone),
            photo=self.images.clean(punch.image) if punch.image else None,
        )

    def _person(self, subject: Subject, employee_id: int | None) -> Person:
        if employee_id is None or employee_id == subject.employee_id:
            require(subject, Action.PUNCH, object_of(subject.person))
            return subject.person
        person = self.people.person(employee_id)
        require(subject, Action.PUNCH, object_of(person) if person else Object(employee_id))
        if person is None:
            raise forbidden()
        return person

    def _place(self, person: Person, place_id: int | None) -> Place | None:
        if place_id is None:
            return self.places.default(person.site_id)
        place = self.places.get(place_id)
        if place is None or place.site_id != person.site_id:
            raise not_found("There is no such place.")
        return place


def _again(key: str, kept: Kept, body_hash: bytes) -> Result:
    if kept.body_hash != body_hash:
        return Result(key, error=_mismatch())
    return Result(key, record=kept.record)


def _first(index: int, entry: BatchEntry, punch: BatchPunch, made: dict[int, Record]) -> Result:
    """The answer to the first punch with this key, for itself and for those that repeat it."""
    first = entry.late.index
    if index != first and entry.body_hash != punch.body_hash():
        return Result(punch.key, error=_mismatch())
    return Result(punch.key, record=made[first])


def _mismatch() -> DomainError:
    return DomainError(
        Kind.UNPROCESSABLE, "idempotency_mismatch", "This id was used for another punch."
    )
