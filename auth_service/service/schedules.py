"""The lessons of a person, as the directory told them at the last sign-in."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from auth_service.domain.directories import Lesson
from auth_service.service.ports import Store


class Schedules:
    """Reads schedules; times are told in ``zone``, that of the institution."""

    def __init__(self, store: Store, zone: str = "Etc/GMT-3") -> None:
        self._store = store
        self._zone = ZoneInfo(zone)

    def of(self, employee_id: int) -> list[Lesson]:
        """Somebody's lessons in the order of time; none where no directory has told any."""
        with self._store.begin() as work:
            lessons = work.directories.lessons(employee_id)
        return [
            replace(
                lesson,
                starts_at=lesson.starts_at.astimezone(self._zone),
                ends_at=lesson.ends_at.astimezone(self._zone),
            )
            for lesson in lessons
        ]
