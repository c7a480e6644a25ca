"""Everything kept about a person: erasing it, reading it all, and letting it go when it is time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from common.db import Database, Row
from common.privacy.looks import EXPORT, Looks
from common.privacy.purged import count
from common.privacy.scrub import Scrub
from common.sql import Queries
from face_service.domain.consent import CONSENT_VERSION
from face_service.service.ports import EnrolledFace, Template
from face_service.service.privacy import Erased
from face_service.store import audit
from face_service.store.ending import Ending
from face_service.store.faces import DESTROYED, Faces, listed, lock_subject

_SQL = Queries(Path(__file__).with_name("personal.sql"))
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Implements the use case's `PersonalStore`."""

    db: Database
    faces: Faces
    looks: Looks
    ending: Ending

    def erase(self, employee_id: int, *, actor: int) -> Erased:
        """Destroy the key, delete photos and templates, end the consent."""
        with self.db.transaction() as tx:
            erased = self.ending(tx, employee_id, "erased", actor=actor)
            # Also for jobs decided before, whose keys were destroyed and may still lie on the disk.
            tx.execute(DESTROYED)
            after = {"faces": erased.faces, "jobs": erased.jobs, "key_destroyed": True}
            audit.note(tx, "data.erase", audit.person(employee_id), actor, after=after)
        return erased

    def withdraw(self, employee_id: int, *, actor: int) -> None:
        """End the consent: key destroyed, rows gone, history kept."""
        with self.db.transaction() as tx:
            self.ending(tx, employee_id, "withdrawn", actor=actor)

    def begin_export(self, employee_id: int, *, actor: int) -> None:
        """Keep that everything is about to be copied, in the audit and in the access log."""
        with self.db.transaction() as tx:
            audit.note(tx, "data.export", audit.person(employee_id), actor)
            self.looks.note(employee_id, EXPORT, f"person:{employee_id}", actor=actor, tx=tx)

    def consents(self, employee_id: int) -> list[Row]:
        """The history of the consent, with the texts."""
        return self.db.all(_SQL["consents"], employee_id=employee_id)

    def enrolled(self, employee_id: int) -> list[tuple[EnrolledFace, Template | None]]:
        """Every enrolled photo with its template, whatever may be done with it."""
        rows = self.db.all(_SQL["enrolled"], employee_id=employee_id)
        return [(listed(row), self.faces.template(employee_id, row)) for row in rows]

    def photo(self, employee_id: int, face_id: int) -> bytes | None:
        """The JPEG of one enrolled photo; raises `Unreadable`."""
        return self.faces.opened_photo(employee_id, face_id)

    def pages(self, what: str, employee_id: int) -> Iterator[list[Row]]:
        """Rows of one kind about the person, some at a time, the oldest first."""
        after, sql = 0, _SQL[what]
        while rows := self.db.all(sql, employee_id=employee_id, after=after, limit=_PAGE):
            yield rows
            after = rows[-1].id

    def access_log(self, employee_id: int) -> Iterator[list[Row]]:
        """Every look at a photo, some at a time, the newest first."""
        before = None
        while rows := list(self.looks.of(employee_id, before=before, limit=_PAGE)):
            yield rows
            before = rows[-1].id


@dataclass(frozen=True, slots=True)
class Retention:
    """Lets go of what is not in use any more and past its time; every process may have one.

    ``days`` are those of people who left; ``look_days`` those of the access log.
    """

    db: Database
    looks: Looks
    scrub: Scrub
    ending: Ending
    #: Deletes what is known of pictures that were shown long ago.
    shown: Callable[[], int]
    days: int
    look_days: int

    def __call__(self) -> int:
        """Do it; how much is gone."""
        self.db.execute(_SQL["come_back"], version=CONSENT_VERSION)
        self.db.execute(_SQL["leave"], version=CONSENT_VERSION)
        gone = {"faces": 0, "face_keys": 0}
        for row in self.db.all(_SQL["due"], days=self.days, at_once=500):
            faces = self._expire(row.employee_id)
            if faces is not None:
                gone["faces"] += faces
                gone["face_keys"] += 1
        gone["shown"] = self.shown()
        gone["access_log"] = self.looks.purge(self.look_days)
        self.scrub()
        return count(gone)

    def _expire(self, employee_id: int) -> int | None:
        """End one person's consent, key and photos; how many, or nothing if they are back."""
        with self.db.transaction() as tx:
            lock_subject(tx, employee_id)
            row = tx.one(_SQL["still_due"], employee_id=employee_id, version=CONSENT_VERSION)
            gone = self.ending(tx, employee_id, "expired", actor=None) if row else None
            tx.execute(_SQL["left"], employee_id=employee_id)
        return gone.faces if gone else None
