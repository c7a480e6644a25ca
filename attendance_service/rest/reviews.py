"""The review queue: what waits for a person, their decision, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from attendance_service.domain.reviews import UNDO_FOR, WITHOUT_FACE_WORDS, Decided, waiting_reason
from attendance_service.rest import present
from attendance_service.rest.models import RECORD, RecordOut, RecordPath
from attendance_service.service.reviews import Review, ReviewService, Wanted
from common.clock import rfc3339
from common.httpkit.api import Api, Call, Endpoint
from common.httpkit.fields import AddressId, Exact, example

_BASE = "/api/v1/attendance"
#: Why a record is or was in doubt.
ReasonWord = Literal[
    "face_pending",
    "face_doubtful",
    "face_undecided",
    "liveness_doubtful",
    "without_face",
    "late_punch",
    "other",
]


class ReviewQuery(BaseModel):
    """Which part of the queue."""

    state: Literal["open", "decided"] = "open"
    site_id: AddressId | None = None
    reason: ReasonWord | None = None
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, pattern=r"^[0-9]{1,15}$")


class ReviewEmployee(BaseModel):
    """Whose record it is."""

    model_config = example(employee_id=7, username="demo_staff_1", full_name="Elif Aydın")

    employee_id: int
    username: str
    full_name: str


class DecidedBy(BaseModel):
    """Who decided."""

    model_config = example(employee_id=2, username="demo_manager_1")

    employee_id: int
    username: str | None


class DecisionOut(BaseModel):
    """A person's decision; whoever made it may take it back until ``undo_until``."""

    model_config = example(
        decision="accept",
        decided_by={"employee_id": 2, "username": "demo_manager_1"},
        decided_at="2026-11-26T09:12:00.000000Z",
        reason="Seen at the door.",
        undo_until="2026-11-26T09:22:00.000000Z",
    )

    decision: Literal["accept", "refuse"]
    decided_by: DecidedBy
    decided_at: str
    reason: str | None
    undo_until: str


class ReviewOut(BaseModel):
    """A record in doubt, with both photos to look at where there are any.

    ``photo_url`` is an address of this service, ``enrolled_photo_url`` one of the face service.
    """

    model_config = example(
        record=RECORD | {"status": "review"},
        employee={"employee_id": 7, "username": "demo_staff_1", "full_name": "Elif Aydın"},
        reason="face_doubtful",
        similarity=0.3921,
        threshold=0.41,
        photo_url="/api/v1/attendance/records/41/photo",
        enrolled_photo_url="/api/v1/people/7/photo",
        waiting_since="2026-11-26T08:57:03.162000Z",
        decision=None,
    )

    record: RecordOut
    employee: ReviewEmployee
    reason: ReasonWord
    similarity: float | None
    threshold: float | None
    photo_url: str | None
    enrolled_photo_url: str | None
    waiting_since: str
    decision: DecisionOut | None


class ReviewPage(BaseModel):
    """Some of the queue: what waits with the longest waiting first, what is decided the newest."""

    items: list[ReviewOut]
    next_cursor: str | None


class DecisionIn(Exact):
    """What the record becomes, and why."""

    model_config = example(decision="accept", reason="Seen at the door.")

    decision: Literal["accept", "refuse"]
    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")] | None = None


@dataclass(frozen=True, slots=True)
class ReviewResource:
    """The queue and the decisions."""

    service: ReviewService

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        decision = f"{_BASE}/records/<record_id>/decision"
        for endpoint in (
            Endpoint(
                "GET",
                [f"{_BASE}/reviews"],
                self.queue,
                {200: ReviewPage},
                query=ReviewQuery,
                tag="reviews",
            ),
            Endpoint(
                "POST",
                [decision],
                self.decide,
                {200: RecordOut},
                path=RecordPath,
                body=DecisionIn,
                tag="reviews",
            ),
            Endpoint(
                "POST",
                [f"{decision}/undo"],
                self.undo,
                {200: RecordOut},
                path=RecordPath,
                tag="reviews",
            ),
        ):
            api.add(endpoint)

    def queue(self, call: Call) -> dict[str, Any]:
        """The records that wait for the caller's decision, or that were decided."""
        query: ReviewQuery = call.query
        wanted = Wanted(
            state=query.state,
            site_id=query.site_id,
            reason=query.reason,
            after=int(query.cursor) if query.cursor else None,
            limit=query.limit + 1,
        )
        found = self.service.queue(call.subject, wanted)
        page = found[: query.limit]
        more = len(found) > query.limit
        return {
            "items": [_review(one) for one in page],
            "next_cursor": _cursor(page[-1]) if more else None,
        }

    def decide(self, call: Call) -> dict[str, Any]:
        """Accept or refuse a record in doubt; nobody decides on their own."""
        sent: DecisionIn = call.body
        made = self.service.decide(
            call.subject, call.path.record_id, Decided(sent.decision), sent.reason
        )
        return present.record(made)

    def undo(self, call: Call) -> dict[str, Any]:
        """Take back one's own decision of the last ten minutes."""
        return present.record(self.service.undo(call.subject, call.path.record_id))


def _cursor(last: Review) -> str:
    decision = last.found.decision
    return str(decision.id if decision else last.found.record.id)


def _review(one: Review) -> dict[str, Any]:
    record, person = one.found.record, one.person
    evidence = record.evidence or {}
    compared = record.status == "pending" or evidence.get("face", "not_enrolled")
    enrolled = compared not in WITHOUT_FACE_WORDS
    return {
        "record": present.record(record),
        "employee": {
            "employee_id": person.employee_id,
            "username": person.username,
            "full_name": person.full_name or person.username,
        },
        "reason": waiting_reason(record),
        "similarity": evidence.get("similarity"),
        "threshold": evidence.get("threshold"),
        "photo_url": f"{_BASE}/records/{record.id}/photo" if one.found.has_photo else None,
        "enrolled_photo_url": f"/api/v1/people/{person.employee_id}/photo" if enrolled else None,
        "waiting_since": rfc3339(record.committed_at),
        "decision": _decision(one),
    }


def _decision(one: Review) -> dict[str, Any] | None:
    decision = one.found.decision
    if decision is None:
        return None
    by = one.decided_by
    return {
        "decision": decision.verdict.value,
        "decided_by": {
            "employee_id": decision.decided_by,
            "username": by.username if by else None,
        },
        "decided_at": rfc3339(decision.at),
        "reason": decision.reason,
        "undo_until": rfc3339(decision.at + UNDO_FOR),
    }
