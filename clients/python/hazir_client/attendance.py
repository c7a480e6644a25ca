"""Checking in and out."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from . import reading
from .models import Record
from .transport import Transport


@dataclass(frozen=True)
class Attendance:
    """Calls of ``/attendance``; ``transport`` leads to the service or to the gateway."""

    transport: Transport

    def punch(
        self,
        action: Literal["in", "out"],
        *,
        place_id: int | None = None,
        image: bytes | None = None,
        claimed_at: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> Record:
        """Check in or out; the record is durable when this returns.

        After `Unreachable` repeat it with the same ``idempotency_key``: it will be one record.
        """
        body: dict[str, Any] = {"action": action}
        if place_id is not None:
            body["place_id"] = place_id
        if image is not None:
            body["image"] = base64.b64encode(image).decode()
        if claimed_at is not None:
            body["timestamp"] = claimed_at.isoformat()
        key = idempotency_key or str(uuid.uuid4())
        answer = self.transport.call("POST", "/attendance", body=body, idempotency_key=key)
        return reading.read(reading.record, answer)

    def record(self, record_id: int) -> Record:
        """One record as it stands now."""
        answer = self.transport.get(f"/api/v1/attendance/records/{record_id}")
        return reading.read(reading.record, answer)
