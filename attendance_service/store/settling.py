"""The one way in which a record's standing changes, whoever or whatever decides it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from attendance_service.domain.records import Record
from attendance_service.domain.reviews import after_settling
from attendance_service.store.punches import state_of
from common.db import Transaction
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("settling.sql"))


@dataclass(frozen=True, slots=True)
class Settled:
    """A record whose standing has changed, and what it was before."""

    record_id: int
    before: str


def settle(
    tx: Transaction, record_id: int, employee_id: int, status: str, among: Sequence[str]
) -> Settled | None:
    """Give a record another status, with its event, and move the person's state if it hung on it.

    Nothing changes, and nothing is returned, unless the record's status is ``among`` those given
    and no person's decision stands.
    """
    state = tx.one(_SQL["lock_state"], employee_id=employee_id)
    row = tx.one(
        _SQL["settle"],
        record_id=record_id,
        status=status,
        among=list(among),
        kind="voided" if status == "voided" else "decided",
    )
    if row is None:
        return None
    if state is not None:
        record = Record(row.id, employee_id, row.n, row.action, row.at, row.at, status)
        was = state_of(state)
        now = after_settling(was, record, row.status_before, status)
        if now != was:
            tx.execute(
                _SQL["move_state"],
                employee_id=employee_id,
                action=now.action.value,
                open_until=now.open_until,
            )
    return Settled(row.id, row.status_before)
