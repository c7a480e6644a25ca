"""Records in doubt, decided by the people who answer for those whose records they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from attendance_service.domain.records import Record
from attendance_service.domain.reviews import UNDO_FOR, WAITING, Decided, Decision
from attendance_service.service.ports import People, RecordStore
from common.clock import Clock, rfc3339
from common.errors import DomainError, conflict, forbidden, not_found
from common.identity import Action, Object, Person, Relation, Subject, authorize, object_of, reach


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the queue: ``open`` or ``decided``, of one site, for one reason.

    ``after`` is the last of the page before, a record's number or a decision's.
    """

    state: str = "open"
    site_id: int | None = None
    reason: str | None = None
    after: int | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Found:
    """A record of the queue; ``has_photo``: its picture can still be seen."""

    record: Record
    has_photo: bool
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Review:
    """The same with whose it is, and who decided."""

    found: Found
    person: Person
    decided_by: Person | None


class ReviewStore(Protocol):
    """The queue and the decisions; each call is one transaction."""

    def page(self, wanted: Wanted, employee_ids: Sequence[int] | None, not_of: int) -> list[Found]:
        """Records that wait or were decided, of these people (everybody's for ``None``)."""
        ...

    def standing(self, record_id: int) -> Decision | None:
        """The decision that stands, if a person has made one."""
        ...

    def decide(
        self, record_id: int, employee_id: int, verdict: Decided, *, actor: int, reason: str | None
    ) -> bool:
        """Decide a record that waits; false when it does not wait any more."""
        ...

    def undo(self, decision: Decision, employee_id: int) -> bool:
        """Take a decision back; false when it was taken back meanwhile."""
        ...


@dataclass(frozen=True, slots=True)
class ReviewService:
    """The use cases of whoever decides."""

    store: ReviewStore
    records: RecordStore
    people: People
    clock: Clock

    def queue(self, caller: Subject, wanted: Wanted) -> list[Review]:
        """What waits for the caller, or was decided; one's own records are for others to decide."""
        if not reach(caller, Action.DECIDE_RECORD):
            raise forbidden()
        found = self.store.page(wanted, self._whose(caller), caller.employee_id)
        return [self._review(one) for one in found]

    def decide(
        self, caller: Subject, record_id: int, verdict: Decided, reason: str | None
    ) -> Record:
        """The record after the caller's decision, which is final for whatever comes later.

        Raises ``own_record``, or ``already_decided`` with who did and when.
        """
        record = self._record(caller, record_id)
        done = record.status in WAITING and self.store.decide(
            record_id, record.employee_id, verdict, actor=caller.employee_id, reason=reason
        )
        if not done:
            raise self._already(record_id)
        return self._now(record_id)

    def undo(self, caller: Subject, record_id: int) -> Record:
        """The record after the caller has taken back a decision of the last ten minutes.

        Raises ``not_decided``, ``not_your_decision`` or ``undo_over``.
        """
        record = self._record(caller, record_id)
        standing = self.store.standing(record_id)
        if standing is None:
            raise conflict("not_decided", "Nobody has decided this record.")
        if standing.decided_by != caller.employee_id:
            raise forbidden("Somebody else decided this record.", code="not_your_decision")
        if self.clock.now() - standing.at > UNDO_FOR:
            raise conflict("undo_over", "A decision can be taken back for ten minutes.")
        if not self.store.undo(standing, record.employee_id):
            raise conflict("not_decided", "The decision has been taken back already.")
        return self._now(record_id)

    def _review(self, one: Found) -> Review:
        person = self.people.person(one.record.employee_id)
        assert person is not None, "people are never deleted"
        by = self.people.person(one.decision.decided_by) if one.decision else None
        return Review(one, person, by)

    def _record(self, caller: Subject, record_id: int) -> Record:
        """A record that the caller may decide; one that may not be seen is not there."""
        record = self.records.get(record_id)
        person = self.people.person(record.employee_id) if record else None
        if record is None or person is None:
            raise not_found("There is no such record.")
        target = object_of(person)
        if not authorize(caller, Action.READ_RECORDS, target):
            raise not_found("There is no such record.")
        if not reach(caller, Action.DECIDE_RECORD):
            raise forbidden()
        if person.employee_id == caller.employee_id:
            raise forbidden("Nobody decides on a record of their own.", code="own_record")
        if not authorize(caller, Action.DECIDE_RECORD, target):
            raise forbidden()
        return record

    def _now(self, record_id: int) -> Record:
        record = self.records.get(record_id)
        assert record is not None, "a record is never deleted"
        return record

    def _already(self, record_id: int) -> DomainError:
        standing = self.store.standing(record_id)
        told: dict[str, Any] = {"decided_by": None, "decision": None, "decided_at": None}
        if standing is not None:
            by = self.people.person(standing.decided_by)
            told = {
                "decided_by": {
                    "employee_id": standing.decided_by,
                    "username": by.username if by else None,
                },
                "decision": standing.verdict.value,
                "decided_at": rfc3339(standing.at),
            }
        return conflict("already_decided", "This record waits for nobody any more.", **told)

    def _whose(self, caller: Subject) -> list[int] | None:
        """Whose records the caller decides; ``None`` for everybody's."""
        if Relation.ANY in reach(caller, Action.DECIDE_RECORD):
            return None
        return [
            person.employee_id
            for person in self.people.people()
            if authorize(caller, Action.DECIDE_RECORD, _without_owner(person))
        ]


def _without_owner(person: Person) -> Object:
    """Somebody as their team's and site's alone."""
    return Object(None, person.team_ids, person.site_id)
