"""Alarms: one face on two accounts; and what identifications came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from common.db import Database, Row, Transaction
from common.errors import conflict, not_found
from common.sql import Queries
from face_service.domain.identification import Identification, Match
from face_service.service.ports import Alarm
from face_service.store import audit

_SQL = Queries(Path(__file__).with_name("alarms.sql"))


@dataclass(frozen=True, slots=True)
class Alarms:
    """The `AlarmStore` of a running service."""

    db: Database

    def note(
        self, found: Identification, *, actor: int, site_id: int, frames: int, engine: str
    ) -> None:
        """Keep an identification in the audit, and raise an alarm for `Identification.twins`."""
        after = {
            "decision": found.decision.value,
            "employee_id": found.employee_id,
            "similarity": _rounded(found.similarity),
            "margin": _rounded(found.margin),
            "threshold": found.threshold,
            "people": found.people,
            "frames": frames,
            "engine": engine,
        }
        with self.db.transaction() as tx:
            audit.note(tx, "identify_face", f"site:{site_id}", actor, after=after)
            if found.twins is not None:
                one, other = found.twins
                raise_alarms(tx, one.employee_id, [other], site_id=site_id, actor=actor)

    def page(self, *, open_: bool | None, before: int | None, limit: int) -> list[Alarm]:
        """Alarms, the newest first, older than the one numbered ``before``."""
        rows = self.db.all(_SQL["page"], open=open_, before=before, limit=limit)
        return [_alarm(row) for row in rows]

    def close(self, alarm_id: int, note: str, *, actor: int) -> Alarm:
        """Somebody has looked; raises ``not_found`` or ``already_closed``."""
        with self.db.transaction() as tx:
            row = tx.one(_SQL["hold"], id=alarm_id)
            if row is None:
                raise not_found("There is no such alarm.")
            if row.closed_at is not None:
                raise conflict("already_closed", "Somebody has closed this alarm already.")
            closed = tx.one(_SQL["close"], id=alarm_id, note=note, actor=actor)
            after = {"state": "closed", "note": note}
            audit.note(tx, "close_alarm", f"alarm:{alarm_id}", actor, after=after)
            assert closed is not None
            return _alarm(closed)


def raise_alarms(
    tx: Transaction, employee_id: int, alike: Sequence[Match], *, site_id: int, actor: int
) -> None:
    """Raise an alarm for each of ``alike`` whom the templates of ``employee_id`` resemble."""
    for match in alike:
        one, other = sorted((employee_id, match.employee_id))
        value = round(match.similarity, 4)
        row = tx.one(_SQL["raise"], one=one, other=other, similarity=value, site_id=site_id)
        if row is not None:
            after = {"employee_ids": [one, other], "similarity": value, "site_id": site_id}
            audit.note(tx, "raise_alarm", f"alarm:{row.id}", actor, after=after)


def forget_alarms(tx: Transaction, employee_id: int) -> int:
    """Forget whom this person's face resembled; how many alarms. The audit keeps that they were."""
    return tx.execute(_SQL["forget"], employee_id=employee_id)


def _alarm(row: Row) -> Alarm:
    return Alarm(
        id=row.id,
        employee_ids=(row.one, row.other),
        similarity=row.similarity,
        site_id=row.site_id,
        seen_at=row.seen_at,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        note=row.note,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
