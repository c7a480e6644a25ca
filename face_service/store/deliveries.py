"""Results on their way to a receiver, in PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from common.db import Database
from common.sql import Queries
from face_service.domain.jobs import DeliveryState
from face_service.service.job_ports import Message

_SQL = Queries(Path(__file__).with_name("deliveries.sql"))


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Implements `Outbox`."""

    db: Database

    def begin(self, delivery_id: int, *, seconds: int) -> Message | None:
        """Take a waiting delivery for so many seconds, counting the try."""
        row = self.db.one(_SQL["begin"], id=delivery_id, seconds=seconds)
        if row is None:
            return None
        return Message(row.message_id, row.url, bytes(row.body), row.turn, row.attempts)

    def delivered(self, delivery_id: int, turn: int, status: int) -> bool:
        """The receiver took it; false when the turn has passed on."""
        return self.db.execute(_SQL["delivered"], id=delivery_id, turn=turn, status=status) == 1

    def postpone(
        self, delivery_id: int, turn: int, *, seconds: int | None, error: str, status: int | None
    ) -> bool:
        """Queue it again after so many seconds; ``None``: it is dead."""
        state = DeliveryState.DEAD if seconds is None else DeliveryState.WAITING
        with self.db.transaction() as tx:
            changed = tx.execute(
                _SQL["postpone"],
                id=delivery_id,
                turn=turn,
                state=state.value,
                status=status,
                error=error,
            )
            if changed and seconds is not None:
                tx.execute(_SQL["queue"], about=delivery_id, seconds=seconds)
        return changed == 1

    def overdue(self) -> list[tuple[int, int, int]]:
        """(id, turn, tries) of the deliveries whose lease is over."""
        return [(row.id, row.turn, row.attempts) for row in self.db.all(_SQL["overdue"])]
