"""Erasing a person's photos by destroying their key, and reading everything kept about a person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from attendance_service.domain.records import Record
from attendance_service.service.privacy import Erased
from attendance_service.store.photos import Photos
from attendance_service.store.records import record_of
from common import logs
from common.db import Database, Row, Transaction
from common.privacy.looks import EXPORT, Looks
from common.privacy.scrub import Scrub
from common.privacy.statements import statements
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("privacy.sql"))
_DESTROYED = statements("attendance")["destroyed"]
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Implements the use case's `PersonalStore`."""

    db: Database
    photos: Photos
    looks: Looks

    def erase(self, employee_id: int, *, actor: int) -> Erased:
        """Destroy the person's key and delete their photos; records stay."""
        with self.db.transaction() as tx:
            # Whoever stores a photo at this moment holds the key's row, and is waited for.
            had_key = tx.one(_SQL["lock_key"], employee_id=employee_id) is not None
            gone = tx.execute(_SQL["erase_photos"], employee_id=employee_id)
            if had_key:
                tx.execute(_SQL["destroy_key"], employee_id=employee_id)
                tx.execute(_DESTROYED)
            waiting = tx.one(_SQL["waiting"], employee_id=employee_id)
            after = {"photos": gone, "key_destroyed": had_key}
            _audit(tx, "photos.erase", employee_id, actor, after)
        return Erased(gone, waiting.records if waiting else 0)

    def destroy_idle_keys(self, at_once: int = 500) -> int:
        """Destroy keys with which nothing is encrypted any more; the number of keys."""
        with self.db.transaction() as tx:
            ids = [row.employee_id for row in tx.all(_SQL["idle_keys"], at_once=at_once)]
            gone = tx.execute(_SQL["destroy_idle_keys"], ids=ids) if ids else 0
            if gone:
                tx.execute(_DESTROYED)
        return gone

    def begin_export(self, employee_id: int, *, actor: int) -> None:
        """Keep that everything is about to be copied, in the audit and in the access log."""
        with self.db.transaction() as tx:
            _audit(tx, "data.export", employee_id, actor, {})
            self.looks.note(employee_id, EXPORT, f"person:{employee_id}", actor=actor, tx=tx)

    def records(self, employee_id: int) -> Iterator[list[Record]]:
        """Every record, some at a time, the oldest first."""
        for rows in self._pages("records", employee_id):
            yield [record_of(row) for row in rows]

    def decisions(self, employee_id: int) -> Iterator[list[Row]]:
        """What people decided about the records, some at a time."""
        yield from self._pages("decisions", employee_id)

    def access_log(self, employee_id: int) -> Iterator[list[Row]]:
        """Every look at a photo, some at a time, the newest first."""
        before = None
        while rows := list(self.looks.of(employee_id, before=before, limit=_PAGE)):
            yield rows
            before = rows[-1].id

    def photos_of(self, employee_id: int) -> Iterator[tuple[int, bytes]]:
        """Each photo that is still there, with its record's number."""
        for rows in self._pages("photo_ids", employee_id):
            for row in rows:
                jpeg = self.photos.get(UUID(row.photo_id))
                if jpeg is not None:
                    yield row.id, jpeg

    def _pages(self, name: str, employee_id: int) -> Iterator[list[Row]]:
        after = 0
        while rows := self.db.all(_SQL[name], employee_id=employee_id, after=after, limit=_PAGE):
            yield rows
            after = rows[-1].id


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What else is past its time, beside rows that only need to be deleted."""

    personal: PersonalData
    looks: Looks
    scrub: Scrub
    look_days: int

    def __call__(self) -> dict[str, int]:
        """Do it; how much of what is gone."""
        gone = {
            "keys": self.personal.destroy_idle_keys(),
            "access_log": self.looks.purge(self.look_days),
        }
        self.scrub()
        return gone


def _audit(tx: Transaction, action: str, employee_id: int, actor: int, after: Any) -> None:
    tx.execute(
        _SQL["audit"],
        actor=actor,
        action=action,
        object=f"person:{employee_id}",
        after=json.dumps(after) if after else None,
        request_id=logs.request_id() or None,
    )
