"""The portal's schedule: where its script says it is, and what its JSON means."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from auth_service.domain.directories import Lesson, clean

#: The portal's own time, which knows no daylight saving.
PORTAL_TIME = timezone(timedelta(hours=3))
MOST_LESSONS = 1000
_READ = re.compile(r"Plans_Read\?[^\"'<>\s]{0,500}")
_DATE = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/")
_MILLISECONDS = 1000


def address_in(script: str) -> str | None:
    """What the schedule page's script reads its lessons from, ``\\u0026`` being ``&``."""
    found = _READ.search(script)
    return html.unescape(found.group().replace("\\u0026", "&")) if found else None


def lessons_of(value: Any) -> list[Lesson]:
    """The lessons in ``{Data: [{Title, Hocalar, Start, End}]}``; raises ``ValueError``."""
    data = value.get("Data") if isinstance(value, dict) else None
    if not isinstance(data, list) or len(data) > MOST_LESSONS:
        raise ValueError("no list of lessons")
    return [_lesson(item) for item in data]


def teacher_in(text: str) -> str:
    """The teacher's name, which stands after the titles: behind the last full stop."""
    return clean(text.rpartition(".")[2])


def _lesson(item: Any) -> Lesson:
    if not isinstance(item, dict):
        raise ValueError("a lesson is no object")
    name, teachers = item.get("Title"), item.get("Hocalar")
    if not isinstance(name, str) or not isinstance(teachers, str | None) or not clean(name):
        raise ValueError("a lesson has no name")
    starts_at, ends_at = _time(item.get("Start")), _time(item.get("End"))
    if ends_at <= starts_at:
        raise ValueError("a lesson ends before it starts")
    return Lesson(
        name=clean(name),
        teacher=teacher_in(teachers or ""),
        starts_at=starts_at,
        ends_at=ends_at,
    )


def _time(value: Any) -> datetime:
    found = _DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("a lesson has no time")
    try:
        return datetime.fromtimestamp(int(found.group(1)) / _MILLISECONDS, UTC)
    except (OverflowError, OSError) as fault:
        raise ValueError("a lesson has no time") from fault
