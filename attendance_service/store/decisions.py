"""Records that wait for a decision, and the purge of what is past its time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from attendance_service.service.decide_faces import Waiting
from attendance_service.store.photos import Photos
from attendance_service.store.settling import settle
from common.db import Database
from common.privacy.purged import count
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("decisions.sql"))
_PURGES = {
    "idempotency_keys": "purge_keys",
    "photos": "purge_photos",
    "calls_in_flight": "purge_in_flight",
    "kiosk_tickets": "purge_tickets",
}


@dataclass(frozen=True, slots=True)
class Decisions:
    """Implements the queue of faces to be compared later."""

    db: Database
    photos: Photos
    hint: Callable[[], None]
    at_once: int = 5000
    clean: Callable[[], Mapping[str, int]] = dict

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
            made = settle(tx, waiting.record_id, waiting.employee_id, status, ["pending"])
            tx.execute(_SQL["done"], record_id=waiting.record_id)
            if made is None:
                return False
            tx.execute(_SQL["audit"], record_id=waiting.record_id, status=status, reason=reason)
        self.hint()
        return True

    def purge(self) -> int:
        """Delete what is past its time; the number of rows. ``clean`` does the rest of it."""
        gone = {what: self._purge(name) for what, name in _PURGES.items()}
        if gone["photos"]:
            self.db.execute(_SQL["audit_purge"], photos=gone["photos"])
        gone |= self.clean()
        return count(gone)

    def _purge(self, name: str) -> int:
        """In portions, as a statement that takes too long would be cancelled every time."""
        gone = 0
        while True:
            portion = self.db.execute(_SQL[name], at_once=self.at_once)
            gone += portion
            if portion < self.at_once:
                return gone
