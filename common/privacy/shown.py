"""A line of the access log as it is shown and exported."""

from __future__ import annotations

from typing import Any

from common.clock import rfc3339


def look(row: Any) -> dict[str, Any]:
    """A row of ``looks`` as plain data for JSON."""
    return {
        "at": rfc3339(row.at),
        "actor": {"employee_id": row.actor, "username": row.actor_name},
        "what": row.what,
        "object": row.object,
    }
