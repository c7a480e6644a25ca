"""``POST /attendance/batch``: an offline queue or a device hands over what it kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from attendance_service.domain.punches import Move
from attendance_service.domain.times import parse_time
from attendance_service.rest import present
from attendance_service.rest.punches import decode_image
from attendance_service.service.batch import MOST, BatchCheckIn, BatchPunch
from common.errors import WIRE, DomainError, invalid
from common.httpkit.api import Api, Call, Endpoint
from common.httpkit.fields import Strict


class BatchItem(Strict):
    """One punch; what is wrong with it is said in its own result."""

    id: str = Field(min_length=1, max_length=128, pattern=r"^[!-~]+$")
    employee_id: Any = None
    action: Any = None
    claimed_at: Any = None
    place_id: Any = None
    image: Any = None


class BatchIn(Strict):
    """The punches, oldest first or not; ``sent_at`` is the sender's clock when it sent."""

    punches: list[BatchItem] = Field(min_length=1, max_length=MOST)
    sent_at: str | None = Field(default=None, max_length=64)


class BatchResult(BaseModel):
    """What became of one punch."""

    id: str
    status: int
    record: dict[str, Any] | None = None
    error: dict[str, Any] | None = None


class BatchOut(BaseModel):
    """The results, in the order of the punches."""

    results: list[BatchResult]


@dataclass(frozen=True, slots=True)
class BatchResource:
    """Many punches at once."""

    check_in: BatchCheckIn

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
        punches = [_punch(item, zone) for item in sent.punches]
        sent_at = parse_time(sent.sent_at, field="sent_at") if sent.sent_at else None
        found = self.check_in(call.subject, punches, [item.id for item in sent.punches], sent_at)
        return {"results": [_result(item.key, item.record, item.error) for item in found]}


def _punch(item: BatchItem, zone: str) -> BatchPunch | DomainError:
    try:
        _types(item)
        return BatchPunch(
            key=item.id,
            claimed_at=parse_time(item.claimed_at, field="claimed_at", zone=zone),
            employee_id=item.employee_id,
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
    if item.image is not None and not isinstance(item.image, str):
        raise invalid("image: must be base64", field="image")


def _result(key: str, made: Any, error: DomainError | None) -> dict[str, Any]:
    if error is None:
        return {"id": key, "status": 201, "record": present.record(made), "error": None}
    told = {"code": error.code, "detail": error.message, "field": error.field}
    return {"id": key, "status": WIRE[error.kind].http, "record": None, "error": told}
