"""``POST /attendance/batch``: an offline queue or a device hands over what it kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, Field

from attendance_service.domain.punches import Move
from attendance_service.domain.times import parse_time
from attendance_service.rest import present
from attendance_service.rest.models import RECORD
from attendance_service.rest.punches import decode_image
from attendance_service.service.batch import MOST, BatchCheckIn, BatchPunch
from common.errors import WIRE, DomainError, Kind, invalid
from common.httpkit.api import Api, Call, Endpoint, bearer
from common.httpkit.fields import Strict, example

_LONGEST_BADGE = 200


class Badges(Protocol):
    """Whose badges these are."""

    def badges(self, token: str, badges: Sequence[str]) -> Sequence[int | None]:
        """The numbers of the people, in the badges' order; ``None`` for nobody's."""
        ...


class BatchItem(Strict):
    """One punch; what is wrong with it is said in its own result.

    A kiosk that had no network names people by the badges that it read, instead of by number.
    """

    model_config = example(
        id="k1-000412", badge="04A1B2C3", action="in", claimed_at="2026-11-26T08:57:03Z", place_id=3
    )

    id: str = Field(min_length=1, max_length=128, pattern=r"^[!-~]+$")
    employee_id: Any = None
    badge: Any = None
    action: Any = None
    claimed_at: Any = None
    place_id: Any = None
    image: Any = None


class BatchIn(Strict):
    """The punches, oldest first or not; ``sent_at`` is the sender's clock when it sent."""

    model_config = example(
        punches=[{"id": "k1-000412", "employee_id": 7, "claimed_at": "2026-11-26T08:57:03Z"}],
        sent_at="2026-11-26T09:30:00Z",
    )

    punches: list[BatchItem] = Field(min_length=1, max_length=MOST)
    sent_at: str | None = Field(default=None, max_length=64)


class BatchResult(BaseModel):
    """What became of one punch."""

    model_config = example(id="k1-000412", status=201, record=RECORD)

    id: str
    status: int
    record: dict[str, Any] | None = None
    error: dict[str, Any] | None = None


class BatchOut(BaseModel):
    """The results, in the order of the punches."""

    model_config = example(results=[{"id": "k1-000412", "status": 201, "record": RECORD}])

    results: list[BatchResult]


@dataclass(frozen=True, slots=True)
class BatchResource:
    """Many punches at once."""

    check_in: BatchCheckIn
    peers: Badges

    def install(self, api: Api) -> None:
        """Add the endpoint."""
        api.add(
            Endpoint(
                "POST",
                ["/attendance/batch", "/api/v1/attendance/batch"],
                self.post,
                {200: BatchOut},
                body=BatchIn,
                tag="punches",
            )
        )

    def post(self, call: Call) -> dict[str, Any]:
        """Record punches that were made offline or by a device, each once."""
        sent: BatchIn = call.body
        zone = call.subject.person.zone
        owners = self._owners(call, sent.punches)
        punches = [_punch(item, zone, owners) for item in sent.punches]
        sent_at = parse_time(sent.sent_at, field="sent_at") if sent.sent_at else None
        found = self.check_in(call.subject, punches, [item.id for item in sent.punches], sent_at)
        return {"results": [_result(item.key, item.record, item.error) for item in found]}

    def _owners(self, call: Call, items: Sequence[BatchItem]) -> dict[str, int | None]:
        """Whose the badges of a batch are; all asked for at once, and only when there are any."""
        badges = list(dict.fromkeys(item.badge for item in items if _is_badge(item.badge)))
        if not badges:
            return {}
        found = self.peers.badges(bearer(call.request), badges)
        return dict(zip(badges, found, strict=True))


def _punch(
    item: BatchItem, zone: str, owners: Mapping[str, int | None]
) -> BatchPunch | DomainError:
    try:
        _types(item)
        employee_id = item.employee_id
        if item.badge is not None:
            employee_id = owners[item.badge]
            if employee_id is None:
                raise DomainError(
                    Kind.NOT_FOUND, "unknown_badge", "Nobody here has this badge.", field="badge"
                )
        return BatchPunch(
            key=item.id,
            claimed_at=parse_time(item.claimed_at, field="claimed_at", zone=zone),
            employee_id=employee_id,
            action=Move(item.action) if item.action is not None else None,
            place_id=item.place_id,
            image=decode_image(item.image),
        )
    except DomainError as refusal:
        return refusal


def _types(item: BatchItem) -> None:
    if not isinstance(item.claimed_at, str):
        raise invalid("claimed_at: must be an RFC 3339 time", field="claimed_at")
    if item.action is not None and item.action not in ("in", "out"):
        raise invalid("action: must be in or out", field="action")
    for name in ("employee_id", "place_id"):
        value = getattr(item, name)
        if value is not None and (type(value) is not int or not 1 <= value < 2**53):
            raise invalid(f"{name}: must be a number", field=name)
    if item.badge is not None and not _is_badge(item.badge):
        raise invalid("badge: must be a text of 1 to 200 characters", field="badge")
    if item.badge is not None and item.employee_id is not None:
        raise invalid("badge: send it or employee_id", field="badge")
    if item.image is not None and not isinstance(item.image, str):
        raise invalid("image: must be base64", field="image")


def _is_badge(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= _LONGEST_BADGE


def _result(key: str, made: Any, error: DomainError | None) -> dict[str, Any]:
    if error is None:
        return {"id": key, "status": 201, "record": present.record(made), "error": None}
    told = {"code": error.code, "detail": error.message, "field": error.field}
    return {"id": key, "status": WIRE[error.kind].http, "record": None, "error": told}
