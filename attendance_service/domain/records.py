"""Records as the use cases hand them around."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Record:
    """A punch that was kept, with its evidence. ``status`` is how it stands now."""

    id: int
    employee_id: int
    n: int | None
    action: str
    at: datetime
    committed_at: datetime
    status: str
    place_id: int | None = None
    zone: str = "UTC"
    claimed_at: datetime | None = None
    policy_version: int | None = None
    evidence: dict[str, Any] | None = None
    photo_id: UUID | None = None
    source: str = ""
