"""Consents in PostgreSQL, and their history, which outlives them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from common.db import Database, Row, Transaction
from common.sql import Queries
from face_service.domain.consent import ConsentText
from face_service.service.ports import Consent
from face_service.store import audit
from face_service.store.faces import DESTROYED, erase_all, lock_subject
from face_service.store.liveness import forget_seen

_SQL = Queries(Path(__file__).with_name("consents.sql"))


@dataclass(frozen=True, slots=True)
class Consents:
    """The `ConsentStore` of a running service."""

    db: Database

    def consent(self, employee_id: int) -> Consent | None:
        """The consent in force."""
        return _consent(self.db.one(_SQL["subject"], employee_id=employee_id))

    def give(self, employee_id: int, text: ConsentText, *, actor: int) -> Consent:
        """Record that the person agrees to ``text``; doing so twice changes nothing."""
        with self.db.transaction() as tx:
            tx.execute(_SQL["ensure_subject"], employee_id=employee_id)
            before = _consent(lock_subject(tx, employee_id))
            if before and (before.version, before.sha256) == (text.version, text.sha256):
                return before
            _keep_text(tx, text)
            row = tx.one(
                _SQL["give"],
                employee_id=employee_id,
                version=text.version,
                language=text.language,
                sha256=text.sha256,
                days=text.face_days,
            )
            given = _consent(row)
            assert given is not None
            _keep_consent(tx, employee_id, "given", given, actor)
            return given

    def withdraw(self, employee_id: int, *, actor: int) -> None:
        """Take the consent back: key destroyed, rows gone, history kept."""
        with self.db.transaction() as tx:
            end(tx, employee_id, "withdrawn", actor=actor)


def end(tx: Transaction, employee_id: int, kind: str, *, actor: int | None) -> int:
    """End a person's consent within ``tx``, and with it key and photos; how many there were.

    ``kind`` says why in the history: withdrawn, erased, or expired (which nobody decides).
    """
    subject = lock_subject(tx, employee_id)
    forget_seen(tx, employee_id)
    before = _consent(subject)
    if subject is None or before is None:
        return 0
    gone = erase_all(tx, employee_id)
    tx.execute(_SQL["withdraw"], employee_id=employee_id)
    if subject.wrapped_key is not None:
        tx.execute(DESTROYED)
    _keep_consent(tx, employee_id, kind, before, actor)
    audit.note(tx, "erase_faces", audit.person(employee_id), actor, before={"faces": gone})
    return gone


def _consent(row: Row | None) -> Consent | None:
    if row is None or row.consent_version is None:
        return None
    return Consent(
        row.consent_version, row.consent_given_at, row.consent_language, row.consent_sha256
    )


def _keep_text(tx: Transaction, text: ConsentText) -> None:
    tx.execute(
        _SQL["keep_text"],
        sha256=text.sha256,
        version=text.version,
        language=text.language,
        title=text.title,
        paragraphs=list(text.paragraphs),
    )


def _keep_consent(
    tx: Transaction, employee_id: int, kind: str, consent: Consent, actor: int | None
) -> None:
    tx.execute(
        _SQL["keep_consent"],
        employee_id=employee_id,
        kind=kind,
        version=consent.version,
        language=consent.language,
        sha256=consent.sha256,
        actor=actor,
    )
    after = {"version": consent.version}
    if consent.sha256:
        after |= {"language": str(consent.language), "sha256": consent.sha256}
    audit.note(tx, f"consent_{kind}", audit.person(employee_id), actor, after=after)
