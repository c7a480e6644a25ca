"""A batch of punches as it comes over gRPC."""

from __future__ import annotations

from attendance_service.domain.punches import Move
from attendance_service.domain.times import parse_time
from attendance_service.service.batch import MOST, BatchPunch
from common.errors import DomainError, invalid
from common.httpkit.parse import idempotency_key
from common.identity import Subject
from common.pb import attendance_pb2 as pb

_LARGEST_ID = 2**53 - 1


def punches(request: pb.CheckInBatchRequest, subject: Subject) -> list[BatchPunch | DomainError]:
    """The punches of ``request``; one that is malformed stands as its refusal."""
    if not 1 <= len(request.punches) <= MOST:
        raise invalid(f"punches: from 1 to {MOST} at once", field="punches")
    return [_punch(item, subject.person.zone) for item in request.punches]


def _punch(item: pb.Punch, zone: str) -> BatchPunch | DomainError:
    try:
        key = idempotency_key(item.id)
    except ValueError as fault:
        raise invalid("id: 1 to 128 visible ASCII characters", field="id") from fault
    try:
        if item.action not in ("", "in", "out"):
            raise invalid("action: must be in or out", field="action")
        return BatchPunch(
            key=key or item.id,
            claimed_at=parse_time(item.claimed_at, field="claimed_at", zone=zone),
            employee_id=_id(item, "employee_id"),
            action=Move(item.action) if item.action else None,
            place_id=_id(item, "place_id"),
            image=item.image or None,
        )
    except DomainError as refusal:
        return refusal


def _id(item: pb.Punch, field: str) -> int | None:
    if not item.HasField(field):
        return None
    value: int = getattr(item, field)
    if not 1 <= value <= _LARGEST_ID:
        raise invalid(f"{field}: out of range", field=field)
    return value
