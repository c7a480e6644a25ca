"""The ledger's writing side for many punches at once: five statements, whatever their number."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from attendance_service.domain.batch import Placed, by_person, place
from attendance_service.domain.punches import State
from attendance_service.domain.records import Record
from attendance_service.service.batch import BatchEntry
from attendance_service.service.ports import Kept
from attendance_service.store.photos import Photos
from attendance_service.store.punches import state_of
from attendance_service.store.records import record_of
from common.db import ConstraintViolated, Database, Transaction
from common.errors import conflict
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("batch.sql"))
_WRITE = _SQL.prepared("write_batch")


@dataclass(frozen=True, slots=True)
class Batches:
    """Implements `BatchStore`."""

    db: Database
    photos: Photos
    hint: Callable[[], None]

    def find_keys(self, subject_id: int, keys: Sequence[str]) -> dict[str, Kept]:
        """What these keys answered before."""
        rows = self.db.all(_SQL["find_keys"], subject_id=subject_id, keys=list(keys))
        if not rows:
            return {}
        found = self.db.all(_SQL["records"], ids=[row.record_id for row in rows])
        records = {row.id: record_of(row) for row in found}
        return {
            row.key: Kept(bytes(row.body_hash), row.status, records.get(row.record_id), None)
            for row in rows
        }

    def write_batch(self, subject_id: int, entries: Sequence[BatchEntry]) -> dict[int, Record]:
        """Place and write every entry in one transaction; the record of each index."""
        if not entries:
            return {}
        lates = by_person([entry.late for entry in entries])
        by_index = {entry.late.index: entry for entry in entries}
        try:
            with self.db.transaction() as tx:
                ids = sorted(lates)
                tx.execute(_SQL["ensure_states"], ids=ids)
                states = [state_of(row) for row in tx.all(_SQL["lock_states"], ids=ids)]
                placed: list[Placed] = []
                after: list[State] = []
                for state in states:
                    entries_of, moved = place(state, lates[state.employee_id])
                    placed += entries_of
                    after.append(moved)
                self._move(tx, after)
                made = self._write(tx, subject_id, placed, by_index)
        except ConstraintViolated as fault:
            if fault.constraint == "idempotency_pkey":
                raise conflict(
                    "in_flight", "The same batch is being worked on; send it again."
                ) from fault
            raise
        self.hint()
        return made

    def _move(self, tx: Transaction, states: Sequence[State]) -> None:
        tx.execute(
            _SQL["move_states"],
            ids=[state.employee_id for state in states],
            ns=[state.n for state in states],
            actions=[state.action.value for state in states],
            last=[state.last_at for state in states],
            until=[state.open_until for state in states],
        )

    def _write(
        self,
        tx: Transaction,
        subject_id: int,
        placed: Sequence[Placed],
        entries: dict[int, BatchEntry],
    ) -> dict[int, Record]:
        ours = [entries[item.index] for item in placed]
        photos = [self._photo(tx, entry) for entry in ours]
        offset = ours[0].late.offset
        sent = [_sent(*parts) for parts in zip(placed, ours, photos, strict=True)]
        clock_offset_ms = int(offset.total_seconds() * 1000) if offset is not None else None
        row = tx.run(_WRITE, (json.dumps(sent), subject_id, clock_offset_ms))
        assert row is not None, "an aggregate always has a row"
        columns = zip(row.employee_ids, row.ns, row.ids, row.committed_ats, strict=True)
        written = {(employee_id, n): made for employee_id, n, *made in columns}
        return {
            item.index: _record(item, entry, photo, *written[item.employee_id, item.n])
            for item, entry, photo in zip(placed, ours, photos, strict=True)
        }

    def _photo(self, tx: Transaction, entry: BatchEntry) -> str | None:
        if entry.photo is None:
            return None
        photo_id = uuid4()
        self.photos.keep(tx, photo_id, entry.person.employee_id, entry.photo)
        return str(photo_id)


def _sent(item: Placed, entry: BatchEntry, photo: str | None) -> dict[str, Any]:
    """One punch as the statement ``write_batch`` reads it."""
    place = entry.place
    return {
        "employee_id": item.employee_id,
        "n": item.n,
        "action": item.action,
        "at": item.at.isoformat(),
        "claimed_at": entry.late.claimed_at.isoformat(),
        "outcome": item.outcome.value,
        "place_id": place.id if place else None,
        "policy_version": place.policy.version if place else 0,
        "site_id": entry.person.site_id,
        "zone": entry.zone,
        "offset_minutes": entry.offset_minutes,
        "photo_id": photo,
        "key": entry.key,
        "body_hash": f"\\x{entry.body_hash.hex()}",
    }


def _record(
    item: Placed, entry: BatchEntry, photo: str | None, record_id: int, committed_at: datetime
) -> Record:
    return Record(
        id=record_id,
        employee_id=item.employee_id,
        n=item.n,
        action=item.action.value,
        at=item.at,
        committed_at=committed_at,
        status=item.outcome.value,
        place_id=entry.place.id if entry.place else None,
        zone=entry.zone,
        claimed_at=entry.late.claimed_at,
        policy_version=entry.place.policy.version if entry.place else 0,
        photo_id=UUID(photo) if photo else None,
        source="batch",
    )
