"""Deciding later what could not be decided at the door: faces that are compared by a job.

There is one way from pending to anything else: a result that came by webhook, or, when none came
in time, a person. A decision that somebody made meanwhile stands, and so does the first one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from attendance_service.domain.evidence import Outcome
from attendance_service.domain.verification import Result, status_after
from common.errors import not_found

TIMED_OUT = "verification_timeout"
PHOTO_GONE = "photo_gone"
NOT_SUBMITTED = "not_submitted"


class Rejected(Exception):
    """The face service will never take this job; ``code`` is its reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Effect(StrEnum):
    """What a result that came in did."""

    APPLIED = "applied"
    #: The record was decided before, by somebody or by its deadline: the result is evidence only.
    LATE = "late"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Due:
    """A verification that has to be handed over, with its photo while there is one."""

    id: UUID
    record_id: int
    employee_id: int
    photo: bytes | None


class Verifications(Protocol):
    """The verifications that are under way; each call is one transaction."""

    def due(self) -> Due | None:
        """One that has to be handed over, left alone by everybody else for a while."""
        ...

    def submitted(self, verification_id: UUID, job_id: int) -> None:
        """The face service has it."""
        ...

    def give_up(self, verification_id: UUID, status: str, reason: str) -> bool:
        """Decide without a result; false when it was decided already."""
        ...

    def overdue(self) -> UUID | None:
        """One whose deadline has passed without a decision."""
        ...

    def apply(
        self,
        verification_id: UUID,
        message_id: str,
        result: Result,
        status_of: Callable[[bool], str],
    ) -> Effect | None:
        """Keep a result, and let it decide when nothing has; ``None``: there is no such one.

        ``status_of`` is told whether the record's place asks for liveness.
        """
        ...


class FaceQueue(Protocol):
    """Whoever compares later."""

    def submit(self, verification_id: UUID, employee_id: int, image: bytes) -> int:
        """The job's number; raises `Rejected` or ``unavailable``."""
        ...


@dataclass(frozen=True, slots=True)
class HandOver:
    """Hands waiting verifications over, after the commit of their punch and again after a crash."""

    store: Verifications
    faces: FaceQueue

    def __call__(self) -> bool:
        """Work on one that is due; whether there was one. Raises ``unavailable``."""
        late = self.store.overdue()
        if late is not None:
            self.store.give_up(late, Outcome.REVIEW.value, TIMED_OUT)
            return True
        due = self.store.due()
        if due is None:
            return False
        if due.photo is None:
            self.store.give_up(due.id, Outcome.REVIEW.value, PHOTO_GONE)
            return True
        try:
            job_id = self.faces.submit(due.id, due.employee_id, due.photo)
        except Rejected as refusal:
            self.store.give_up(due.id, Outcome.REVIEW.value, f"{NOT_SUBMITTED}: {refusal.code}")
            return True
        self.store.submitted(due.id, job_id)
        return True


@dataclass(frozen=True, slots=True)
class ReceiveResult:
    """Takes a result that was verified to come from the face service."""

    store: Verifications
    tell: Callable[[Effect], None]

    def __call__(self, verification_id: UUID, message_id: str, result: Result) -> Effect:
        """Apply it once; raises ``not_found``."""

        def status(liveness: bool) -> str:
            return status_after(result, liveness=liveness)

        effect = self.store.apply(verification_id, message_id, result, status)
        if effect is None:
            raise not_found("There is no such verification.")
        self.tell(effect)
        return effect
