"""Deciding later what could not be decided at the door: faces that no service was there for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from attendance_service.domain.evidence import WITHOUT_FACE, FaceResult, Outcome, Verdict
from attendance_service.service.ports import Faces


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pending record with its photo, tried ``attempts`` times; ``overdue``: past its time.

    ``liveness`` says that its place asks for it: that can be shown at the door only.
    """

    record_id: int
    employee_id: int
    photo: bytes | None
    attempts: int
    overdue: bool
    liveness: bool = False


class Queue(Protocol):
    """The pending records, each leased to one worker at a time."""

    def lease(self) -> Waiting | None:
        """One that is due, or ``None``."""
        ...

    def decide(self, waiting: Waiting, status: str, reason: str) -> bool:
        """Settle it; false when it was settled already."""
        ...


@dataclass(frozen=True, slots=True)
class DecideFaces:
    """The use case: one pending record at a time."""

    queue: Queue
    faces: Faces

    def __call__(self) -> bool:
        """Work on one record that is due; whether there was one."""
        waiting = self.queue.lease()
        if waiting is None:
            return False
        face = (
            self.faces.compare(waiting.employee_id, waiting.photo)
            if waiting.photo is not None
            else None
        )
        overdue = waiting.overdue or waiting.photo is None
        status = later_status(face, overdue=overdue, liveness=waiting.liveness)
        if status is not None:
            reason = face.verdict.value if face else "photo_gone"
            self.queue.decide(waiting, status, reason)
        return True


def later_status(face: FaceResult | None, *, overdue: bool, liveness: bool = False) -> str | None:
    """What a pending record becomes; ``None`` while it can still wait for an answer.

    What cannot be decided in time goes to a person: it is never silently present or absent.
    """
    verdict = face.verdict if face else Verdict.DOWN
    if verdict is Verdict.ACCEPT:
        # Whose face it is does not say that they were there.
        return Outcome.REVIEW.value if liveness else Outcome.ACCEPTED.value
    if verdict is Verdict.REVIEW or verdict in WITHOUT_FACE:
        return Outcome.REVIEW.value
    if verdict is Verdict.DOWN:
        return Outcome.REVIEW.value if overdue else None
    return "voided"
