"""Reading the audit of a service, for those who may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from common.audit.store import statements
from common.db import Database, Row
from common.identity import SYSTEM, Action, Subject, require


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which decisions a list asks for: ``start`` is inclusive, ``end`` is not.

    ``before`` is the id of the last row of the page before.
    """

    actor: int | None = None
    object: str | None = None
    action: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    before: int | None = None
    limit: int = 100


class AuditLines:
    """The decisions of the service whose schema is named ``schema``."""

    def __init__(self, db: Database, schema: str) -> None:
        self._db = db
        self._page = statements("listing.sql", schema)["page"]

    def page(self, subject: Subject, wanted: Wanted) -> Sequence[Row]:
        """The newest decisions of those ``wanted``; raises ``forbidden``."""
        require(subject, Action.READ_AUDIT, SYSTEM)
        return self._db.all(
            self._page,
            before_id=wanted.before,
            actor=wanted.actor,
            action=wanted.action,
            object=wanted.object,
            start=wanted.start,
            end=wanted.end,
            limit=wanted.limit,
        )
