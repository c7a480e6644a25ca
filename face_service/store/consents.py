"""Consents in PostgreSQL, and their history, which outlives them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from common.db import Database, Row, Transaction
from common.sql import Queries
from face_service.domain.consent import ConsentText
from face_service.service.ports import Consent
from face_service.store import audit
from face_service.store.faces import lock_subject

_SQL = Queries(Path(__file__).with_name("consents.sql"))


@dataclass(frozen=True, slots=True)
class Consents:
    """Consents given; how they end is `face_service.store.ending`."""

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


def take_back(
    tx: Transaction, employee_id: int, kind: str, subject: Row, actor: int | None
) -> None:
    """End the consent in ``subject`` within ``tx``, and with it the key; the history stays."""
    before = _consent(subject)
    assert before is not None, "there was one"
    tx.execute(_SQL["withdraw"], employee_id=employee_id)
    _keep_consent(tx, employee_id, kind, before, actor)


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
