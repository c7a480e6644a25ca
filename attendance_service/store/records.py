"""The ledger's reading side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from attendance_service.domain.records import Record
from common.db import Database, Row
from common.sql import Queries

SQL = Queries(Path(__file__).with_name("records.sql"))
_PERSON_DAY = SQL.prepared("person_day")


@dataclass(frozen=True, slots=True)
class Records:
    """Implements the readers' `RecordStore` for records."""

    db: Database

    def get(self, record_id: int) -> Record | None:
        """One record."""
        row = self.db.one(SQL["record"], id=record_id)
        return record_of(row) if row else None

    def person_day(
        self, employee_id: int, start: datetime, end: datetime, limit: int
    ) -> list[Record]:
        """A person's accepted records between two instants, newest first."""
        rows = self.db.rows(_PERSON_DAY, (employee_id, start, end, limit))
        return [record_of(row) for row in rows]

    def of_people(
        self,
        employee_ids: Sequence[int] | None,
        *,
        start: datetime | None,
        end: datetime | None,
        status: str | None,
        before: tuple[datetime, int] | None,
        limit: int,
    ) -> list[Record]:
        """Records of one, several or (``None``) all people, newest first."""
        single = employee_ids is not None and len(employee_ids) == 1
        whose = {"employee_id": employee_ids[0]} if single and employee_ids else {}
        rows = self.db.all(
            SQL["of_person" if single else "of_people"],
            **whose,
            ids=None if employee_ids is None else list(employee_ids),
            start=start,
            end=end,
            status=status,
            before_at=before[0] if before else None,
            before_id=before[1] if before else None,
            limit=limit,
        )
        return [record_of(row) for row in rows]

    def last_records(self, employee_ids: Sequence[int]) -> list[Record]:
        """The newest standing record of each person."""
        rows = self.db.all(SQL["last_records"], ids=list(employee_ids))
        return [record_of(row) for row in rows]


def record_of(row: Row) -> Record:
    """A row of ``record`` as a `Record`."""
    return Record(
        id=row.id,
        employee_id=row.employee_id,
        n=row.n,
        action=row.action,
        at=row.at,
        committed_at=row.committed_at,
        status=row.status,
        place_id=row.place_id,
        zone=row.zone,
        claimed_at=row.claimed_at,
        policy_version=row.policy_version,
        evidence=row.evidence,
        photo_id=UUID(row.photo_id) if row.photo_id else None,
        source=row.source,
    )
