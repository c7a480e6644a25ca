"""Times that clients send: claims, read strictly, and never taken for the server's own."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from common.errors import DomainError, invalid

_RFC3339 = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)([Zz]|[+-]\d{2}:\d{2})?"
)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def parse_time(text: str, *, field: str, zone: str | None = None) -> datetime:
    """The instant that ``text`` names (RFC 3339), in UTC.

    Without an offset it is local time in ``zone``, when there is one. Raises ``invalid_request``,
    ``nonexistent_local_time`` or ``ambiguous_local_time``.
    """
    match = _RFC3339.fullmatch(text)
    if not match:
        raise invalid(f"{field}: not an RFC 3339 time", field=field)
    day, clock, offset = match.groups()
    if offset is None and zone is None:
        raise invalid(f"{field}: the offset from UTC is missing", field=field)
    try:
        parsed = datetime.fromisoformat(f"{day}T{_microseconds(clock)}{(offset or '').upper()}")
        instant = parsed.astimezone(UTC) if offset else _from_local(parsed, zone or "UTC", field)
    except (ValueError, OverflowError) as fault:
        raise invalid(f"{field}: there is no such time", field=field) from fault
    if not _EARLIEST <= instant < _LATEST:
        raise invalid(f"{field}: out of range", field=field)
    return instant


def _microseconds(clock: str) -> str:
    """Drop digits finer than a microsecond, which nothing here can hold."""
    whole, dot, fraction = clock.partition(".")
    return whole + dot + fraction[:6].ljust(6, "0") if dot else whole


def _from_local(wall: datetime, zone: str, field: str) -> datetime:
    info = ZoneInfo(zone)
    early, late = (wall.replace(tzinfo=info, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early.astimezone(info).replace(tzinfo=None) != wall:
        raise _local_fault("nonexistent_local_time", "the clocks skip it", field)
    if early != late:
        raise _local_fault("ambiguous_local_time", "it happens twice; add the offset", field)
    return early


def _local_fault(code: str, reason: str, field: str) -> DomainError:
    return invalid(f"{field}: there is no single such local time: {reason}", field=field, code=code)


def day_bounds(now: datetime, zone: str) -> tuple[datetime, datetime]:
    """The instants between which it is the same calendar day as ``now`` in ``zone``."""
    info = ZoneInfo(zone)
    today: date = now.astimezone(info).date()
    start = datetime.combine(today, time(), info)
    end = datetime.combine(today + timedelta(days=1), time(), info)
    return start.astimezone(UTC), end.astimezone(UTC)


def offset_minutes(instant: datetime, zone: str) -> int:
    """How far ``zone`` is ahead of UTC at ``instant``, in minutes."""
    shift = instant.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    return int(shift.total_seconds() // 60)
