"""Enrolled faces: the consent to them, and the photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import reading
from .models import Consent
from .transport import Transport


@dataclass(frozen=True)
class Enrolment:
    """Calls of ``/api/v1/people``; ``transport`` leads to the face service or to the gateway."""

    transport: Transport

    def consent(self, employee_id: int) -> Consent:
        """Whether somebody's face may be used."""
        answer = self.transport.get(f"/api/v1/people/{employee_id}/consent")
        return reading.read(reading.consent, answer)

    def photos(self, employee_id: int) -> int:
        """How many photos of somebody are enrolled."""
        answer = self.transport.get(f"/api/v1/people/{employee_id}/faces")
        return reading.read(reading.items, answer)

    def enrol(self, employee_id: int, photos: Sequence[bytes]) -> int:
        """Enrol photos of somebody who has agreed to it; how many there are now.

        The `Problem` says what is wrong with one of them (`field`, `code`).
        """
        answer = self.transport.call(
            "POST",
            f"/api/v1/people/{employee_id}/faces",
            files=[("image", photo) for photo in photos],
        )
        return reading.read(reading.items, answer)
