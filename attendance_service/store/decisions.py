"""Records that wait for a decision, and the purge of what is past its time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from attendance_service.domain.punches import after_void
from attendance_service.service.decide_faces import Waiting
from attendance_service.store.photos import Photos
from attendance_service.store.punches import state_of
from common.db import Database
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("decisions.sql"))


@dataclass(frozen=True, slots=True)
class Decisions:
    """Implements the queue of faces to be compared later."""

    db: Database
    photos: Photos
    hint: Callable[[], None]
    at_once: int = 5000

    def lease(self) -> Waiting | None:
        """One check that is due, leased with a growing delay, or ``None``."""
        row = self.db.one(_SQL["lease"])
        if row is None:
            return None
        photo = self.photos.get(UUID(row.photo_id))
        return Waiting(
            row.record_id, row.employee_id, photo, row.attempts, row.overdue, row.liveness
        )

    def decide(self, waiting: Waiting, status: str, reason: str) -> bool:
        """Settle a pending record with its event and audit entry; false when it was settled."""
        with self.db.transaction() as tx:
            row = tx.one(_SQL["lock_state"], employee_id=waiting.employee_id)
            made = tx.one(
                _SQL["decide"],
                record_id=waiting.record_id,
                status=status,
                kind="voided" if status == "voided" else "decided",
            )
            tx.execute(_SQL["done"], record_id=waiting.record_id)
            if made is None or row is None:
                return False
            if status == "voided":
                back = after_void(state_of(row), made.n)
                tx.execute(
                    _SQL["step_back"],
                    employee_id=waiting.employee_id,
                    action=back.action.value,
                    open_until=back.open_until,
                )
            tx.execute(_SQL["audit"], record_id=waiting.record_id, status=status, reason=reason)
        self.hint()
        return True

    def purge(self) -> int:
        """Delete what is past its time; the number of rows."""
        names = ("purge_keys", "purge_photos", "purge_in_flight", "purge_tickets")
        return sum(self._purge(name) for name in names)

    def _purge(self, name: str) -> int:
        """In portions, as a statement that takes too long would be cancelled every time."""
        gone = 0
        while True:
            portion = self.db.execute(_SQL[name], at_once=self.at_once)
            gone += portion
            if portion < self.at_once:
                return gone
