"""What a person may ask of what is kept about their face: an end, and a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

from common.clock import Clock, rfc3339
from common.errors import not_found
from common.identity import Action, Person, Subject
from common.privacy.archive import document
from common.privacy.remains import Remains, everywhere
from common.privacy.shown import look
from common.vault import Unreadable
from face_service.service.access import Access
from face_service.service.ports import EnrolledFace, Template


@dataclass(frozen=True, slots=True)
class Erased:
    """How many enrolled photos, and how many jobs with pictures, are gone."""

    faces: int
    jobs: int


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What was erased, when, and what stays."""

    erased_at: datetime
    erased: Erased
    remaining: list[Remains]


class PersonalStore(Protocol):
    """Everything kept about one person; each call that writes is one transaction."""

    def erase(self, employee_id: int, *, actor: int) -> Erased:
        """Destroy the key, delete photos and templates, end the consent."""
        ...

    def begin_export(self, employee_id: int, *, actor: int) -> None:
        """Keep that everything is about to be copied."""
        ...

    def consents(self, employee_id: int) -> list[Any]:
        """The history of the consent, with the texts."""
        ...

    def enrolled(self, employee_id: int) -> Sequence[tuple[EnrolledFace, Template | None]]:
        """Every enrolled photo, with its template if it can be opened, whatever may be done."""
        ...

    def photo(self, employee_id: int, face_id: int) -> bytes | None:
        """The JPEG of one enrolled photo; raises `Unreadable`."""
        ...

    def pages(self, what: str, employee_id: int) -> Iterator[list[Any]]:
        """Rows about the person, some at a time: decisions, identified, jobs, alarms or shown."""
        ...

    def access_log(self, employee_id: int) -> Iterator[list[Any]]:
        """Every look at a photo, some at a time."""
        ...


@dataclass(frozen=True, slots=True)
class PrivacyService:
    """The use cases; ``look_days`` is how long the access log is kept."""

    access: Access
    store: PersonalStore
    clock: Clock
    look_days: int

    def erase(self, caller: Subject, employee_id: int) -> ErasureReport:
        """Erase whatever is kept about a face, for the person themself or by an admin."""
        self.access.person(caller, Action.PERSONAL_DATA, employee_id)
        erased = self.store.erase(employee_id, actor=caller.employee_id)
        return ErasureReport(self.clock.now(), erased, remains(self.look_days))

    def export(self, caller: Subject, employee_id: int) -> Iterator[tuple[str, bytes]]:
        """The files of a copy of everything; rights are asked, and the copy noted, at once."""
        person = self.access.person(caller, Action.PERSONAL_DATA, employee_id)
        self.store.begin_export(employee_id, actor=caller.employee_id)
        return self._files(person, caller)

    def _files(self, person: Person, caller: Subject) -> Iterator[tuple[str, bytes]]:
        number = person.employee_id
        about = {
            "service": "face",
            "employee_id": number,
            "username": person.username,
            "full_name": person.full_name,
            "made_at": rfc3339(self.clock.now()),
            "made_by": caller.employee_id,
        }
        yield "about.json", document(about)
        yield "consent.json", document([_consent(row) for row in self.store.consents(number)])
        enrolled = self.store.enrolled(number)
        yield "faces.json", document([_face(*pair) for pair in enrolled])
        for what, shape in _KINDS.items():
            for page, rows in enumerate(self.store.pages(what, number), 1):
                yield f"{what}-{page:03}.json", document([shape(row) for row in rows])
        for page, rows in enumerate(self.store.access_log(number), 1):
            yield f"access-log-{page:03}.json", document([look(row) for row in rows])
        for face, _ in enrolled:
            try:
                jpeg = self.store.photo(number, face.id)
            except Unreadable:
                continue  # there is nothing to be had of it, and the rest is theirs all the same
            if jpeg is None:  # erased since the copy began: then nothing of it may go on
                raise not_found()
            yield f"photos/face-{face.id}.jpg", jpeg


def remains(look_days: int) -> list[Remains]:
    """What stays after an erasure, and why; nothing of it shows a face."""
    return [
        Remains("consent_history", "To which text you agreed, and when that ended: the proof."),
        Remains(
            "photos_of_records",
            "Photos of check-ins are kept by the attendance service, which erases them by a call"
            " of its own.",
        ),
        *everywhere(look_days),
    ]


def _consent(row: Any) -> dict[str, Any]:
    text = None
    if row.title is not None:
        text = {"title": row.title, "paragraphs": row.paragraphs}
    return {
        "at": rfc3339(row.at),
        "kind": row.kind,
        "version": row.version,
        "language": row.language,
        "sha256": row.sha256,
        "actor": row.actor,
        "text": text,
    }


def _face(face: EnrolledFace, template: Template | None) -> dict[str, Any]:
    return {
        "id": face.id,
        "enrolled_at": rfc3339(face.created_at),
        "engine": face.engine,
        "score": round(face.score, 4),
        "quality": {k: round(v, 4) for k, v in asdict(face.quality).items()}
        if face.quality
        else None,
        "photo": f"photos/face-{face.id}.jpg",
        "template": [round(float(one), 6) for one in template.embedding] if template else None,
    }


def _decision(row: Any) -> dict[str, Any]:
    return {
        "at": rfc3339(row.at),
        "actor": row.actor,
        "action": row.action,
        "before": row.before,
        "after": row.after,
        "reason": row.reason,
    }


def _job(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "state": row.state,
        "attempts": row.attempts,
        "created_at": rfc3339(row.created_at),
        "updated_at": rfc3339(row.updated_at),
        "result": row.result,
        "error": row.error,
    }


def _alarm(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "similarity": row.similarity,
        "site_id": row.site_id,
        "seen_at": rfc3339(row.seen_at),
        "closed_at": rfc3339(row.closed_at) if row.closed_at else None,
    }


def _shown(row: Any) -> dict[str, Any]:
    return {"seen_at": rfc3339(row.seen_at), "expires_at": rfc3339(row.expires_at)}


_KINDS: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "decisions": _decision,
    "identified": _decision,
    "jobs": _job,
    "alarms": _alarm,
    "shown": _shown,
}
