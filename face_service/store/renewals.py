"""Enrolled photos as a renewal of their embeddings goes through them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from common.sql import Queries
from face_service.domain.consent import CONSENT_VERSION
from face_service.store.faces import Faces

_SQL = Queries(Path(__file__).with_name("renewals.sql"))


@dataclass(frozen=True, slots=True)
class Renewals(Faces):
    """The `RenewalStore` of the command: enrolled faces, found by the engine that saw them."""

    def outdated(self, engine: str) -> tuple[int, int]:
        """How many people have photos that another engine saw last, and how many photos."""
        row = self.db.one(_SQL["outdated"], engine=engine, version=CONSENT_VERSION)
        assert row is not None
        return row.people, row.photos

    def left_alone(self, engine: str) -> int:
        """How many people have such photos, and a face that must not be used now."""
        row = self.db.one(_SQL["left_alone"], engine=engine, version=CONSENT_VERSION)
        assert row is not None
        return int(row.people)

    def outdated_people(self, engine: str, *, after: int, limit: int) -> list[int]:
        """The next of those people, by their numbers, beyond ``after``."""
        rows = self.db.all(
            _SQL["outdated_people"],
            engine=engine,
            version=CONSENT_VERSION,
            after=after,
            limit=limit,
        )
        return [row.employee_id for row in rows]

    @contextmanager
    def claim(self, employee_id: int) -> Iterator[bool]:
        """Keep other renewals from this person until the block ends, and nobody else.

        It ends with the connection too, so a renewal that was killed claims nobody.
        """
        with self.db.transaction() as tx:
            row = tx.one(_SQL["claim"], employee_id=employee_id)
            yield row is not None and row.alone

    def outdated_photos(self, employee_id: int, engine: str) -> list[int]:
        """The numbers of the person's photos that another engine saw last."""
        rows = self.db.all(
            _SQL["outdated_photos"],
            employee_id=employee_id,
            engine=engine,
            version=CONSENT_VERSION,
        )
        return [row.id for row in rows]

    def photo(self, employee_id: int, face_id: int) -> bytes | None:
        """The JPEG of one enrolled photo; raises `Unreadable`, as whose it is must enrol again."""
        return self.opened_photo(employee_id, face_id)
