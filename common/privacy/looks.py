"""The access log: every look at somebody's photo is a row, written before the photo is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from prometheus_client import Counter

from common.db import Database, Row
from common.identity import Action, Subject
from common.privacy.statements import statements
from common.privacy.whose import People, whose

RECORD_PHOTO, ENROLLED_PHOTO, EXPORT = "record_photo", "enrolled_photo", "export"
_LOOKS = Counter("hazir_photo_looks", "Looks at people's photos, kept in the access log.", ["what"])


class Writes(Protocol):
    """A transaction, or a database in which each statement commits by itself."""

    def execute(self, sql: str, **values: object) -> int:
        """Run one statement."""
        ...


class Looks:
    """The access log of the service whose schema is named ``schema``."""

    def __init__(self, db: Database, schema: str) -> None:
        self._db = db
        self._sql = statements(schema)

    def note(
        self, employee_id: int, what: str, target: str, *, actor: int, tx: Writes | None = None
    ) -> None:
        """Keep that ``actor`` looks at ``target``, a photo of ``employee_id``.

        To be called before anything is shown: what cannot be kept must not be seen.
        """
        (tx or self._db).execute(
            self._sql["look"], employee_id=employee_id, actor=actor, what=what, object=target
        )
        _LOOKS.labels(what).inc()

    def of(self, employee_id: int, *, before: int | None = None, limit: int = 100) -> Sequence[Row]:
        """The newest looks at this person's photos, older than the row ``before``."""
        return self._db.all(
            self._sql["looks"], employee_id=employee_id, before_id=before, limit=limit
        )

    def page(
        self, people: People, caller: Subject, employee_id: int, before: int | None, limit: int
    ) -> Sequence[Row]:
        """The same for whom it is: the person, and admins; raises ``not_found``, ``forbidden``."""
        whose(people, caller, Action.PERSONAL_DATA, employee_id)
        return self.of(employee_id, before=before, limit=limit)

    def purge(self, days: int, at_once: int = 5000) -> int:
        """Delete what is older than ``days``; the number of rows."""
        return self._db.execute(self._sql["purge_looks"], days=days, at_once=at_once)
