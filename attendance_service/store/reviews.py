"""The queue of records that wait for a person, and what people decided."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from attendance_service.domain.reviews import WAITING, WITHOUT_FACE_WORDS, Decided, Decision
from attendance_service.service.reviews import Found, Wanted
from attendance_service.store.records import record_of
from attendance_service.store.settling import settle
from common import logs
from common.db import Database, Row, Transaction
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("reviews.sql"))
_PAGES = {
    state: _SQL[state].replace("for_the_reason_wanted", _SQL["reason"])
    for state in ("open", "decided")
}


@dataclass(frozen=True, slots=True)
class Reviews:
    """Implements the use case's `ReviewStore`; ``hint`` wakes who numbers the events."""

    db: Database
    hint: Callable[[], None]

    def page(self, wanted: Wanted, employee_ids: Sequence[int] | None, not_of: int) -> list[Found]:
        """Records that wait or were decided, of these people (everybody's for ``None``)."""
        rows = self.db.all(
            _PAGES[wanted.state],
            ids=None if employee_ids is None else list(employee_ids),
            not_of=not_of,
            site_id=wanted.site_id,
            reason=wanted.reason,
            without_face=sorted(WITHOUT_FACE_WORDS),
            after=wanted.after,
            limit=wanted.limit,
        )
        decided = wanted.state == "decided"
        return [
            Found(record_of(row), row.has_photo, _decision(row, row.id) if decided else None)
            for row in rows
        ]

    def standing(self, record_id: int) -> Decision | None:
        """The decision that stands, if a person has made one."""
        row = self.db.one(_SQL["standing"], record_id=record_id)
        return _decision(row, record_id) if row else None

    def decide(
        self, record_id: int, employee_id: int, verdict: Decided, *, actor: int, reason: str | None
    ) -> bool:
        """Decide a record that waits; false when it does not wait any more."""
        with self.db.transaction() as tx:
            made = settle(tx, record_id, employee_id, verdict.status, WAITING)
            if made is None:
                return False
            tx.execute(
                _SQL["decide"],
                record_id=record_id,
                employee_id=employee_id,
                decided_by=actor,
                verdict=verdict.value,
                status_before=made.before,
                reason=reason,
            )
            _audit(tx, "record.decide", record_id, actor, made.before, verdict.status, reason)
        self.hint()
        return True

    def undo(self, decision: Decision, employee_id: int) -> bool:
        """Take a decision back: the record waits again; false when it was taken back meanwhile."""
        with self.db.transaction() as tx:
            if not tx.execute(_SQL["undo"], id=decision.id):
                return False
            was = decision.verdict.status
            # What waited for a machine waits for a person now: its check is over.
            settle(tx, decision.record_id, employee_id, "review", [was])
            _audit(tx, "record.undo", decision.record_id, decision.decided_by, was, "review", None)
        self.hint()
        return True


def _decision(row: Row, record_id: int) -> Decision:
    return Decision(
        row.decision_id,
        record_id,
        row.decided_by,
        Decided(row.verdict),
        row.reason,
        row.decided_at,
    )


def _audit(
    tx: Transaction,
    action: str,
    record_id: int,
    actor: int,
    before: str,
    after: str,
    reason: str | None,
) -> None:
    tx.execute(
        _SQL["audit"],
        actor=actor,
        action=action,
        object=f"record:{record_id}",
        before=json.dumps({"status": before}),
        after=json.dumps({"status": after}),
        reason=reason,
        request_id=logs.request_id() or None,
    )
