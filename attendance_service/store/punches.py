"""The ledger's writing side."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from pydantic_core import to_json

from attendance_service.domain.punches import Move, State
from attendance_service.domain.records import Record
from attendance_service.service.ports import Entry, Kept, KeyUsed
from attendance_service.store.photos import Photos
from attendance_service.store.records import SQL as RECORDS
from attendance_service.store.records import record_of
from attendance_service.store.together import Together
from common.db import ConstraintViolated, Database, Row, Transaction
from common.sql import Queries

SQL = Queries(Path(__file__).with_name("punches.sql"))
_PUNCH = SQL.prepared("punch")
# With company nobody waits: whoever holds a person's row would hold up all the others.
_PUNCH_FREE = SQL.prepared(
    "punch", alias="punch_free", change=("FOR UPDATE OF s", "FOR UPDATE OF s SKIP LOCKED")
)
_KEY = "idempotency_pkey"


class Punches:
    """Implements the check-in's `PunchStore`.

    ``hint`` wakes who numbers what was committed; it never fails, and losing one only costs time.
    """

    def __init__(self, db: Database, photos: Photos, hint: Callable[[], None]) -> None:
        self._db = db
        self._photos = photos
        self._hint = hint
        self._together = Together(self._write, lambda entry: entry.employee_id)

    def punch(self, entry: Entry) -> Record | None:
        """Write ``entry`` when its move is legal: with others that come now, or else alone."""
        row = self._together(entry)
        if row is None:
            # The move is not legal, the key is used, the person's row is held or was never made, or
            # another one's fault spoilt the statement: alone it is told which.
            try:
                row = self._db.run(_PUNCH, _values([entry]))
            except ConstraintViolated as fault:
                raise _key_used(fault) from fault
            self._hint()
        return _made(entry, row, None) if row else None

    def _write(self, entries: Sequence[Entry]) -> dict[Hashable, Row]:
        rows = self._db.rows(_PUNCH_FREE, _values(entries))
        self._hint()
        return {row.employee_id: row for row in rows}

    def punch_with_evidence(self, entry: Entry, *, check_until: datetime | None) -> Record | None:
        """The same with its photo, in one transaction."""
        try:
            with self._db.transaction() as tx:
                photo_id = self._photo(tx, entry)
                row = tx.run(_PUNCH, _values([entry], photo_id))
                if row is None:
                    raise _Undo
                if check_until is not None:
                    tx.execute(
                        SQL["check_later"],
                        record_id=row.id,
                        employee_id=entry.employee_id,
                        photo_id=str(photo_id),
                        deadline=check_until,
                    )
        except _Undo:
            return None
        except ConstraintViolated as fault:
            raise _key_used(fault) from fault
        self._hint()
        return _made(entry, row, photo_id)

    def refuse_by_evidence(self, entry: Entry, refusal: Mapping[str, Any]) -> Record:
        """Keep a refused punch with its photo."""
        try:
            with self._db.transaction() as tx:
                photo_id = self._photo(tx, entry)
                row = tx.one(
                    SQL["refuse_by_evidence"],
                    employee_id=entry.employee_id,
                    action=entry.action or "in",
                    at=entry.arrived,
                    claimed_at=entry.claimed_at,
                    place_id=entry.place_id,
                    policy_version=entry.policy_version,
                    site_id=entry.site_id,
                    zone=entry.zone,
                    offset_minutes=entry.offset_minutes,
                    source=entry.source,
                    evidence=_json(entry.evidence),
                    photo_id=str(photo_id) if photo_id else None,
                    subject_id=entry.subject_id,
                    key=entry.key,
                    body_hash=entry.body_hash,
                    refusal=_json(refusal),
                )
        except ConstraintViolated as fault:
            raise _key_used(fault) from fault
        self._hint()
        return _made(entry, row, photo_id)

    def keep_refusal(self, entry: Entry, status: int, refusal: Mapping[str, Any]) -> bool:
        """Remember a refusal by rule under its key; false when the key has an answer already."""
        kept = self._db.execute(
            SQL["keep_refusal"],
            subject_id=entry.subject_id,
            key=entry.key,
            body_hash=entry.body_hash,
            status=status,
            refusal=_json(refusal),
        )
        return kept == 1

    def find_key(self, subject_id: int, key: str) -> Kept | None:
        """What this key answered, if anything."""
        row = self._db.one(SQL["find_key"], subject_id=subject_id, route="punch", key=key)
        if row is None:
            return None
        record = None
        if row.record_id is not None:
            found = self._db.one(RECORDS["first_answer"], id=row.record_id)
            record = record_of(found) if found else None
        return Kept(bytes(row.body_hash), row.status, record, row.refusal)

    def ensure_state(self, employee_id: int) -> bool:
        """Make the person's state row; whether it was missing."""
        return self._db.execute(SQL["ensure_state"], employee_id=employee_id) == 1

    def state(self, employee_id: int) -> State:
        """The person's state."""
        row = self._db.one(SQL["state"], employee_id=employee_id)
        assert row is not None, "a state row is never deleted"
        return state_of(row)

    def states(self, employee_ids: Sequence[int]) -> list[State]:
        """The states of those who have ever punched."""
        return [state_of(row) for row in self._db.all(SQL["states"], ids=list(employee_ids))]

    def claim(self, subject_id: int, key: str) -> bool:
        """Mark a slow call as running."""
        return self._db.one(SQL["claim"], subject_id=subject_id, key=key) is not None

    def release(self, subject_id: int, key: str) -> None:
        """The slow call has ended."""
        self._db.execute(SQL["release"], subject_id=subject_id, key=key)

    def _photo(self, tx: Transaction, entry: Entry) -> UUID | None:
        if entry.photo is None:
            return None
        photo_id = uuid4()
        self._photos.keep(tx, photo_id, entry.employee_id, entry.photo)
        return photo_id


class _Undo(Exception):
    """The move is not legal: take back what the transaction wrote."""


def _values(entries: Sequence[Entry], photo_id: UUID | None = None) -> tuple[str, int]:
    return to_json([_sent(entry, photo_id) for entry in entries]).decode(), len(entries)


def _sent(entry: Entry, photo_id: UUID | None) -> dict[str, Any]:
    """An entry with the names of the statement's columns."""
    claimed = entry.claimed_at
    return {
        "employee_id": entry.employee_id,
        "action": entry.action or "toggle",
        "at": entry.arrived.isoformat(),
        "open_until": entry.open_until.isoformat(),
        "claimed_at": claimed.isoformat() if claimed else None,
        "outcome": entry.outcome,
        "place_id": entry.place_id,
        "policy_version": entry.policy_version,
        "site_id": entry.site_id,
        "zone": entry.zone,
        "offset_minutes": entry.offset_minutes,
        "source": entry.source,
        "evidence": entry.evidence,
        "photo_id": str(photo_id) if photo_id else None,
        "subject_id": entry.subject_id,
        "key": entry.key,
        "body_hash": entry.body_hash.hex(),
    }


def _json(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value)


def _key_used(fault: ConstraintViolated) -> Exception:
    return KeyUsed() if fault.constraint == _KEY else fault


def _made(entry: Entry, row: Row, photo_id: UUID | None) -> Record:
    return Record(
        id=row.id,
        employee_id=entry.employee_id,
        n=row.n,
        action=row.action,
        at=row.at,
        committed_at=row.committed_at,
        status=entry.outcome,
        place_id=entry.place_id,
        zone=entry.zone,
        claimed_at=entry.claimed_at,
        policy_version=entry.policy_version,
        evidence=dict(entry.evidence) if entry.evidence else None,
        photo_id=photo_id,
        source=entry.source,
    )


def state_of(row: Row) -> State:
    """A row of ``punch_state`` as a `State`."""
    return State(row.employee_id, row.n, Move(row.action), row.last_at, row.open_until)
