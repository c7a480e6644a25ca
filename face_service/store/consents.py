"""Consents in PostgreSQL, and their history, which outlives them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from common.db import Database, Row, Transaction
from common.sql import Queries
from face_service.service.ports import Consent
from face_service.store import audit
from face_service.store.faces import erase_all, lock_subject

_SQL = Queries(Path(__file__).with_name("consents.sql"))


@dataclass(frozen=True, slots=True)
class Consents:
    """The `ConsentStore` of a running service."""

    db: Database

    def consent(self, employee_id: int) -> Consent | None:
        """The consent in force."""
        return _consent(self.db.one(_SQL["subject"], employee_id=employee_id))

    def give(self, employee_id: int, version: str, *, actor: int) -> Consent:
        """Record that the person agrees to ``version``; doing so twice changes nothing."""
        with self.db.transaction() as tx:
            tx.execute(_SQL["ensure_subject"], employee_id=employee_id)
            before = _consent(lock_subject(tx, employee_id))
            if before is not None and before.version == version:
                return before
            given = _consent(tx.one(_SQL["give"], employee_id=employee_id, version=version))
            assert given is not None
            _keep_consent(tx, employee_id, "given", version, actor)
            return given

    def withdraw(self, employee_id: int, *, actor: int) -> None:
        """Take the consent back: key destroyed, rows gone, history kept."""
        with self.db.transaction() as tx:
            before = _consent(lock_subject(tx, employee_id))
            if before is None:
                return
            gone = erase_all(tx, employee_id)
            tx.execute(_SQL["withdraw"], employee_id=employee_id)
            _keep_consent(tx, employee_id, "withdrawn", before.version, actor)
            audit.note(tx, "erase_faces", audit.person(employee_id), actor, before={"faces": gone})


def _consent(row: Row | None) -> Consent | None:
    if row is None or row.consent_version is None:
        return None
    return Consent(row.consent_version, row.consent_given_at)


def _keep_consent(tx: Transaction, employee_id: int, kind: str, version: str, actor: int) -> None:
    tx.execute(
        _SQL["keep_consent"], employee_id=employee_id, kind=kind, version=version, actor=actor
    )
    audit.note(tx, f"consent_{kind}", audit.person(employee_id), actor, after={"version": version})
