"""Verifications under way: handed over to the face service, decided by what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from attendance_service.domain.verification import Result
from attendance_service.service.verification import Due, Effect
from attendance_service.store.decisions import decide
from attendance_service.store.photos import Photos
from common.db import Database
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("verifications.sql"))


@dataclass(frozen=True, slots=True)
class VerificationStore:
    """Implements `Verifications`."""

    db: Database
    photos: Photos
    hint: Callable[[], None]

    def due(self) -> Due | None:
        """One that has to be handed over, left alone by everybody else for a while."""
        row = self.db.one(_SQL["due"])
        if row is None:
            return None
        photo = self.photos.get(UUID(row.photo_id))
        return Due(UUID(row.id), row.record_id, row.employee_id, photo)

    def submitted(self, verification_id: UUID, job_id: int) -> None:
        """The face service has it."""
        self.db.execute(_SQL["submitted"], id=str(verification_id), job_id=job_id)

    def overdue(self) -> UUID | None:
        """One whose deadline has passed without a decision."""
        row = self.db.one(_SQL["overdue"])
        return UUID(row.id) if row else None

    def give_up(self, verification_id: UUID, status: str, reason: str) -> bool:
        """Decide without a result; false when it was decided already."""
        with self.db.transaction() as tx:
            row = tx.one(_SQL["lock"], id=str(verification_id))
            if row is None or row.state == "settled":
                return False
            made = decide(tx, row.record_id, row.employee_id, status, reason)
            tx.execute(_SQL["settled"], id=str(verification_id))
        if made:
            self.hint()
        return made

    def apply(
        self,
        verification_id: UUID,
        message_id: str,
        result: Result,
        status_of: Callable[[bool], str],
    ) -> Effect | None:
        """Keep a result, and let it decide when nothing has; ``None``: there is no such one."""
        with self.db.transaction() as tx:
            row = tx.one(_SQL["lock"], id=str(verification_id))
            if row is None:
                return None
            kept = tx.one(
                _SQL["keep_result"],
                message_id=message_id,
                verification_id=str(verification_id),
                result=json.dumps(result.evidence()),
                effect=Effect.LATE.value,
            )
            if kept is None:
                return Effect.REPEATED
            status, reason = status_of(row.liveness), result.reason or "result"
            made = decide(tx, row.record_id, row.employee_id, status, reason)
            tx.execute(_SQL["settled"], id=str(verification_id))
            if not made:
                return Effect.LATE
            tx.execute(_SQL["effect"], message_id=message_id, effect=Effect.APPLIED.value)
        self.hint()
        return Effect.APPLIED
