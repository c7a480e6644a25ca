"""The one way from pending to decided, and the purge of what is past its time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from attendance_service.domain.punches import after_void
from attendance_service.domain.verification import VOIDED
from attendance_service.store.punches import state_of
from common.db import Database, Transaction
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("decisions.sql"))


def decide(tx: Transaction, record_id: int, employee_id: int, status: str, reason: str) -> bool:
    """Settle a pending record within ``tx``, with its event and its audit entry.

    False, and nothing has changed, when it does not wait any more: whoever was first decided.
    """
    row = tx.one(_SQL["lock_state"], employee_id=employee_id)
    kind = "voided" if status == VOIDED else "decided"
    made = tx.one(_SQL["decide"], record_id=record_id, status=status, kind=kind)
    if made is None or row is None:
        return False
    if status == VOIDED:
        back = after_void(state_of(row), made.n)
        tx.execute(
            _SQL["step_back"],
            employee_id=employee_id,
            action=back.action.value,
            open_until=back.open_until,
        )
    tx.execute(_SQL["audit"], record_id=record_id, status=status, reason=reason)
    return True


@dataclass(frozen=True, slots=True)
class Purge:
    """Deletes what is past its time."""

    db: Database
    at_once: int = 5000

    def __call__(self) -> int:
        """The number of rows that went."""
        return sum(self._purge(name) for name in ("purge_keys", "purge_photos", "purge_in_flight"))

    def _purge(self, name: str) -> int:
        """In portions, as a statement that takes too long would be cancelled every time."""
        gone = 0
        while True:
            portion = self.db.execute(_SQL[name], at_once=self.at_once)
            gone += portion
            if portion < self.at_once:
                return gone
