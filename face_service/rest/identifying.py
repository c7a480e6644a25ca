"""Identification and alarms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from prometheus_client import Counter
from pydantic import BaseModel, Field

from common.clock import rfc3339
from common.httpkit.api import Api, Call, Endpoint
from common.httpkit.fields import AddressId, Exact, Id, example
from face_service.domain.identification import MOST_FRAMES, Identification, Match
from face_service.service.identifying import Alarming, Identifying, may_see_candidates
from face_service.service.ports import Alarm

_DECISIONS = Counter("hazir_face_identifications", "Identifications answered.", ["decision"])


class IdentifyForm(BaseModel):
    """Among whose people; without it the caller's own site."""

    model_config = example(site=1)

    site: Id | None = None


class CandidateOut(BaseModel):
    """Somebody it might be; ``similarity`` is a cosine."""

    model_config = example(employee_id=7, similarity=0.6812)

    employee_id: int
    similarity: float


class IdentificationOut(BaseModel):
    """Who it is when the decision is ``accept``; ``reject`` is unknown.

    ``threshold`` is what accepts in a gallery of this size, ``margin`` by how much the best exceeds
    the second best. The candidates are for admins.
    """

    model_config = example(
        decision="accept",
        employee_id=7,
        similarity=0.6812,
        margin=0.3105,
        threshold=0.5,
        candidates=[{"employee_id": 7, "similarity": 0.6812}],
    )

    decision: Literal["accept", "review", "reject"]
    employee_id: int | None
    similarity: float | None
    margin: float | None
    threshold: float
    candidates: list[CandidateOut]


class AlarmsQuery(BaseModel):
    """A page of alarms, the newest first."""

    state: Literal["open", "closed"] | None = None
    limit: int = Field(default=100, ge=1, le=500)
    cursor: Annotated[str, Field(pattern=r"^[0-9]{1,15}$")] | None = None


class AlarmPath(BaseModel):
    """Which alarm."""

    alarm_id: AddressId


class AlarmChange(Exact):
    """Somebody has looked into it; ``note`` is what came of that."""

    model_config = example(state="closed", note="Twins; both have been asked.")

    state: Literal["closed"]
    note: str = Field(default="", max_length=500)


class AlarmOut(BaseModel):
    """Two accounts of a site whose enrolled faces are alike."""

    model_config = example(
        id=3,
        employee_ids=[7, 19],
        similarity=0.6431,
        site_id=1,
        seen_at="2026-11-26T08:00:00.000000Z",
        state="open",
        closed_at=None,
        closed_by=None,
        note="",
    )

    id: int
    employee_ids: Annotated[list[int], Field(min_length=2, max_length=2)]
    similarity: float
    site_id: int
    seen_at: str
    state: Literal["open", "closed"]
    closed_at: str | None
    closed_by: int | None
    note: str


class AlarmPage(BaseModel):
    """Some alarms."""

    items: list[AlarmOut]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class IdentifyingResource:
    """Who of many it is."""

    identifying: Identifying
    alarming: Alarming

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        alarms = "/api/v1/faces/alarms"
        for endpoint in (
            Endpoint(
                "POST",
                ["/api/v1/faces/identify"],
                self.identify,
                {200: IdentificationOut},
                form=IdentifyForm,
                files={"image": MOST_FRAMES},
                needed=("image",),
                tag="faces",
            ),
            Endpoint(
                "GET", [alarms], self.alarms, {200: AlarmPage}, query=AlarmsQuery, tag="alarms"
            ),
            Endpoint(
                "PATCH",
                [f"{alarms}/<alarm_id>"],
                self.close,
                {200: AlarmOut},
                path=AlarmPath,
                body=AlarmChange,
                tag="alarms",
            ),
        ):
            api.add(endpoint)

    def identify(self, call: Call) -> dict[str, Any]:
        """Who of a site's people one to five frames of one person show."""
        found = self.identifying.identify(call.subject, call.uploads("image"), call.form.site)
        _DECISIONS.labels(found.decision.value).inc()
        return _identification(found, candidates=may_see_candidates(call.subject))

    def alarms(self, call: Call) -> dict[str, Any]:
        """Accounts that seem to share a face."""
        query: AlarmsQuery = call.query
        found = self.alarming.page(
            call.subject,
            open_=None if query.state is None else query.state == "open",
            before=int(query.cursor) if query.cursor else None,
            limit=query.limit + 1,
        )
        following = str(found[query.limit - 1].id) if len(found) > query.limit else None
        return {"items": [_alarm(one) for one in found[: query.limit]], "next_cursor": following}

    def close(self, call: Call) -> dict[str, Any]:
        """Close an alarm that somebody has looked into."""
        return _alarm(self.alarming.close(call.subject, call.path.alarm_id, call.body.note))


def _identification(found: Identification, *, candidates: bool) -> dict[str, Any]:
    return {
        "decision": found.decision.value,
        "employee_id": found.employee_id,
        "similarity": _rounded(found.similarity),
        "margin": _rounded(found.margin),
        "threshold": found.threshold,
        "candidates": [_candidate(one) for one in found.candidates] if candidates else [],
    }


def _candidate(one: Match) -> dict[str, Any]:
    return {"employee_id": one.employee_id, "similarity": _rounded(one.similarity)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _alarm(one: Alarm) -> dict[str, Any]:
    return {
        "id": one.id,
        "employee_ids": list(one.employee_ids),
        "similarity": round(one.similarity, 4),
        "site_id": one.site_id,
        "seen_at": rfc3339(one.seen_at),
        "state": "open" if one.closed_at is None else "closed",
        "closed_at": rfc3339(one.closed_at) if one.closed_at else None,
        "closed_by": one.closed_by,
        "note": one.note,
    }
