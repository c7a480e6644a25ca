"""What a person may ask of the photos and records about them: an end, and a copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from attendance_service.domain.records import Record
from attendance_service.service.ports import People
from common.clock import Clock, rfc3339
from common.identity import Action, Person, Subject
from common.privacy.archive import document
from common.privacy.remains import Remains, everywhere
from common.privacy.shown import look
from common.privacy.whose import whose


@dataclass(frozen=True, slots=True)
class Erased:
    """How many photos are gone, and how many records that wait for a decision had one."""

    photos: int
    waiting: int


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What was erased, when, and what stays."""

    erased_at: datetime
    erased: Erased
    remaining: list[Remains]


class PersonalStore(Protocol):
    """Everything kept about one person; each call that writes is one transaction."""

    def erase(self, employee_id: int, *, actor: int) -> Erased:
        """Destroy the person's key and delete their photos."""
        ...

    def begin_export(self, employee_id: int, *, actor: int) -> None:
        """Keep that everything is about to be copied."""
        ...

    def records(self, employee_id: int) -> Iterator[list[Record]]:
        """Every record, some at a time."""
        ...

    def decisions(self, employee_id: int) -> Iterator[list[Any]]:
        """What people decided about the records, some at a time."""
        ...

    def access_log(self, employee_id: int) -> Iterator[list[Any]]:
        """Every look at a photo, some at a time."""
        ...

    def photos_of(self, employee_id: int) -> Iterator[tuple[int, bytes]]:
        """Each photo that is still there, with its record's number."""
        ...


@dataclass(frozen=True, slots=True)
class PrivacyService:
    """The use cases; ``look_days`` is how long the access log is kept."""

    store: PersonalStore
    people: People
    clock: Clock
    look_days: int

    def erase(self, caller: Subject, employee_id: int) -> ErasureReport:
        """Erase the photos of a person's records, for themself or by an admin."""
        whose(self.people, caller, Action.PERSONAL_DATA, employee_id)
        erased = self.store.erase(employee_id, actor=caller.employee_id)
        return ErasureReport(self.clock.now(), erased, remains(erased, self.look_days))

    def export(self, caller: Subject, employee_id: int) -> Iterator[tuple[str, bytes]]:
        """The files of a copy of everything; rights are asked, and the copy noted, at once."""
        person = whose(self.people, caller, Action.PERSONAL_DATA, employee_id)
        self.store.begin_export(employee_id, actor=caller.employee_id)
        return self._files(person, caller)

    def _files(self, person: Person, caller: Subject) -> Iterator[tuple[str, bytes]]:
        number = person.employee_id
        about = {
            "service": "attendance",
            "employee_id": number,
            "username": person.username,
            "full_name": person.full_name,
            "made_at": rfc3339(self.clock.now()),
            "made_by": caller.employee_id,
        }
        yield "about.json", document(about)
        for page, records in enumerate(self.store.records(number), 1):
            yield f"records-{page:03}.json", document([_record(one) for one in records])
        for page, rows in enumerate(self.store.decisions(number), 1):
            yield f"decisions-{page:03}.json", document([_decision(row) for row in rows])
        for page, rows in enumerate(self.store.access_log(number), 1):
            yield f"access-log-{page:03}.json", document([look(row) for row in rows])
        for record_id, jpeg in self.store.photos_of(number):
            yield f"photos/record-{record_id}.jpg", jpeg


def remains(erased: Erased, look_days: int) -> list[Remains]:
    """What stays after an erasure, and why; nothing of it shows a face."""
    found = [
        Remains(
            "records", "Times and places of check-ins, and how each was judged: an account of work."
        )
    ]
    if erased.waiting:
        count = erased.waiting
        why = f"{count} of them wait for a decision, which is now made without the photo."
        found.append(Remains("records_in_review", why))
    return found + everywhere(look_days)


def _record(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "action": record.action,
        "timestamp": rfc3339(record.at),
        "committed_at": rfc3339(record.committed_at),
        "claimed_at": rfc3339(record.claimed_at) if record.claimed_at else None,
        "status": record.status,
        "place_id": record.place_id,
        "zone": record.zone,
        "policy_version": record.policy_version,
        "source": record.source,
        "evidence": record.evidence,
        "photo": record.photo_id is not None,
    }


def _decision(row: Any) -> dict[str, Any]:
    return {
        "record_id": row.record_id,
        "decision": row.verdict,
        "decided_by": row.decided_by,
        "decided_at": rfc3339(row.at),
        "reason": row.reason,
        "undone_at": rfc3339(row.undone_at) if row.undone_at else None,
    }
