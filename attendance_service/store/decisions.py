"""The one way from pending to decided, and the purge of what is past its time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from attendance_service.store.settling import settle
from common.db import Database, Transaction
from common.privacy.purged import count
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("decisions.sql"))
_PURGES = {
    "idempotency_keys": "purge_keys",
    "photos": "purge_photos",
    "calls_in_flight": "purge_in_flight",
    "kiosk_tickets": "purge_tickets",
}


def decide(tx: Transaction, record_id: int, employee_id: int, status: str, reason: str) -> bool:
    """Settle a pending record within ``tx``, with its event and its audit entry.

    False, and nothing has changed, when it does not wait any more: whoever was first decided.
    """
    if settle(tx, record_id, employee_id, status, ["pending"]) is None:
        return False
    tx.execute(_SQL["audit"], record_id=record_id, status=status, reason=reason)
    return True


@dataclass(frozen=True, slots=True)
class Purge:
    """Deletes what is past its time; ``clean`` does the rest of it."""

    db: Database
    at_once: int = 5000
    clean: Callable[[], Mapping[str, int]] = dict

    def __call__(self) -> int:
        """How much went."""
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
