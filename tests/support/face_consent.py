"""What is kept of a person's consent, as the tables have it."""

from __future__ import annotations

from typing import Any

from face_service.domain.consent import VERSIONS
from tests.support.people import Town

OLD = VERSIONS[0]
"""The first text that could be agreed to."""


def key_of(town: Town, person: int) -> Any:
    """The person's wrapped key, or ``None`` when it was destroyed."""
    rows = town.sql("SELECT wrapped_key FROM face.subject WHERE employee_id = %s", person)
    return rows[0][0] if rows else None


def history(town: Town, person: int) -> list[tuple[Any, ...]]:
    """(kind, version, actor) of each consent of the person, the oldest first."""
    return town.sql(
        "SELECT kind, version, actor FROM face.consent WHERE employee_id = %s ORDER BY id", person
    )


def outdate(town: Town, person: int) -> None:
    """Let the person have agreed to an older text."""
    town.sql("UPDATE face.subject SET consent_version = %s WHERE employee_id = %s", OLD, person)
