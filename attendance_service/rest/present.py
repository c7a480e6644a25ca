"""Values of the domain as plain data for JSON, and the cursors of lists."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from attendance_service.domain.policy import Place, Policy
from attendance_service.domain.records import Record
from attendance_service.domain.times import parse_time
from attendance_service.rest.models import RecordQuery
from attendance_service.service.ports import PolicyVersion
from attendance_service.service.records import Board, Standing, Window
from common.clock import rfc3339
from common.errors import invalid
from common.httpkit.fields import LARGEST_ID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def record(item: Record) -> dict[str, Any]:
    """A `Record` as every transport but gRPC shows it."""
    return {
        "id": item.id,
        "employee_id": item.employee_id,
        "action": item.action,
        "timestamp": rfc3339(item.at),
        "committed_at": rfc3339(item.committed_at),
        "claimed_at": rfc3339(item.claimed_at) if item.claimed_at else None,
        "status": item.status,
        "place_id": item.place_id,
        "zone": item.zone,
        "policy_version": item.policy_version,
        # Sorted, because the database keeps no order and a repeated call is answered alike.
        "evidence": _sorted(item.evidence) if item.evidence else None,
        "photo": item.photo_id is not None,
    }


def _sorted(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: _sorted(one) for name, one in sorted(value.items())}


def standing(found: Standing) -> dict[str, Any]:
    """A `Standing`."""
    return {
        "employee_id": found.employee_id,
        "action": found.action.value,
        "since": rfc3339(found.since) if found.since else None,
        "open_until": rfc3339(found.open_until) if found.open_until else None,
        "record_id": found.record.id if found.record else None,
        "server_time": rfc3339(found.now),
        "zone": found.zone,
        "today": {"worked_seconds": found.worked, "records": found.records_today},
    }


def board(found: Board) -> dict[str, Any]:
    """A `Board`."""
    return {
        "items": [
            {
                "employee_id": row.person.employee_id,
                "username": row.person.username,
                "full_name": row.person.full_name or row.person.username,
                "team_ids": sorted(row.person.team_ids),
                "action": row.action.value,
                "since": rfc3339(row.since) if row.since else None,
                "record_id": row.record.id if row.record else None,
                "place_id": row.record.place_id if row.record else None,
                "status": row.record.status if row.record else None,
                "photo": row.record is not None and row.record.photo_id is not None,
            }
            for row in found.rows
        ],
        "server_time": rfc3339(found.now),
        "cursor": found.cursor,
    }


def policy(item: Policy) -> dict[str, Any]:
    """A `Policy`; no evidence asked for is said as ``none``."""
    return {
        "version": item.version,
        "evidence": sorted(item.evidence) or ["none"],
        "mode": item.mode.value,
        "on_face_down": item.on_face_down.value,
        "skew_seconds": item.skew_seconds,
        "without_face": item.without_face.value,
        "face_check": item.face_check.value,
    }


def policy_version(item: PolicyVersion) -> dict[str, Any]:
    """A `PolicyVersion`."""
    made = {"created_by": item.created_by, "created_at": rfc3339(item.created_at)}
    return policy(item.policy) | made


def place(item: Place) -> dict[str, Any]:
    """A `Place`."""
    return {
        "id": item.id,
        "site_id": item.site_id,
        "name": item.name,
        "zone": item.zone,
        "is_default": item.is_default,
        "policy": policy(item.policy),
    }


def window(query: RecordQuery, default_status: str) -> Window:
    """The `Window` that a query asks for; one record more, to know whether there is a next page."""
    status = query.status or default_status
    return Window(
        start=parse_time(query.start, field="from") if query.start else None,
        end=parse_time(query.end, field="to") if query.end else None,
        status=None if status == "all" else status,
        before=_opened(query.cursor) if query.cursor else None,
        limit=query.limit + 1,
    )


def page(found: list[Record], limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """At most ``limit`` records, and the cursor of the next page when there is one."""
    items = [record(item) for item in found[:limit]]
    return items, _sealed(found[limit - 1]) if len(found) > limit else None


def _sealed(last: Record) -> str:
    text = json.dumps([(last.at - _EPOCH) // _MICROSECOND, last.id])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _opened(cursor: str) -> tuple[datetime, int]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        micros, number = json.loads(raw)
        if type(number) is not int or not 0 <= number <= LARGEST_ID or type(micros) is not int:
            raise ValueError("numbers")
        return _EPOCH + micros * _MICROSECOND, number
    except (binascii.Error, ValueError, TypeError, OverflowError, OSError) as fault:
        raise invalid("cursor: not one of ours", field="cursor") from fault
