"""Consents and enrolled faces in PostgreSQL, encrypted with a key for each person.

Destroying that key is the erasure: what lingers in free pages cannot be read any more. A backup
made before still holds the key, wrapped, until the backup itself expires.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from common import logs
from common.db import Database, Row, Transaction
from common.errors import conflict
from common.sql import Queries
from common.vault import Unreadable, Vault
from face_service.domain import MOST_PHOTOS, Embedding, Verdict, consent_required
from face_service.ports import Consent, EnrolledFace, NewFace, Template

_SQL = Queries(Path(__file__).with_name("queries.sql"))


class PostgresFaces:
    """The `FaceStore` of a running service."""

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def consent(self, employee_id: int) -> Consent | None:
        """The consent in force."""
        return _consent(self._db.one(_SQL["subject"], employee_id=employee_id))

    def give(self, employee_id: int, version: str, *, actor: int) -> Consent:
        """Record that the person agrees to ``version``; doing so twice changes nothing."""
        with self._db.transaction() as tx:
            tx.execute(_SQL["ensure_subject"], employee_id=employee_id)
            before = _consent(_lock(tx, employee_id))
            if before is not None and before.version == version:
                return before
            given = _consent(tx.one(_SQL["give"], employee_id=employee_id, version=version))
            assert given is not None
            _keep_consent(tx, employee_id, "given", version, actor)
            return given

    def withdraw(self, employee_id: int, *, actor: int) -> None:
        """Take the consent back: key destroyed, rows gone, history kept."""
        with self._db.transaction() as tx:
            before = _consent(_lock(tx, employee_id))
            if before is None:
                return
            gone = tx.execute(_SQL["erase_all"], employee_id=employee_id)
            tx.execute(_SQL["withdraw"], employee_id=employee_id)
            _keep_consent(tx, employee_id, "withdrawn", before.version, actor)
            _note(tx, "erase_faces", _person(employee_id), actor, before={"faces": gone})

    def add(
        self, employee_id: int, faces: Sequence[NewFace], *, engine: str, actor: int
    ) -> list[EnrolledFace]:
        """Enrol ``faces``; raises ``consent_required`` or ``enrolment_full``."""
        with self._db.transaction() as tx:
            subject = _lock(tx, employee_id)
            # Looked at again under the lock: it may have been withdrawn during the embedding.
            if subject is None or subject.consent_version is None:
                raise consent_required()
            if len(tx.all(_SQL["list"], employee_id=employee_id)) + len(faces) > MOST_PHOTOS:
                raise conflict(
                    "enrolment_full", f"At most {MOST_PHOTOS} photos are kept; erase one first."
                )
            wrapped = subject.wrapped_key and bytes(subject.wrapped_key)
            if not wrapped:
                wrapped = self._vault.new_key(employee_id)
                tx.execute(_SQL["set_key"], employee_id=employee_id, wrapped_key=wrapped)
            added = [self._insert(tx, employee_id, wrapped, face, engine) for face in faces]
            ids = [face.id for face in added]
            after = {"faces": ids, "engine": engine, "consent": subject.consent_version}
            _note(tx, "enrol_faces", _person(employee_id), actor, after=after)
            return added

    def faces(self, employee_id: int) -> list[EnrolledFace]:
        """The enrolled photos, the oldest first."""
        return [_listed(row) for row in self._db.all(_SQL["list"], employee_id=employee_id)]

    def templates(self, employee_id: int) -> list[Template]:
        """The enrolled embeddings, the oldest first."""
        return [
            Template(
                row.id,
                row.engine,
                _unpacked(
                    self._vault.open(bytes(row.wrapped_key), employee_id, bytes(row.embedding))
                ),
            )
            for row in self._db.all(_SQL["embeddings"], employee_id=employee_id)
        ]

    def photo(self, employee_id: int, face_id: int) -> bytes | None:
        """The JPEG of one enrolled photo, or ``None``."""
        row = self._db.one(_SQL["photo"], employee_id=employee_id, id=face_id)
        if row is None:
            return None
        return self._vault.open(bytes(row.wrapped_key), employee_id, bytes(row.photo))

    def replace(self, employee_id: int, template: Template) -> None:
        """Store another engine's embedding of the same photo, if the photo is still there."""
        with self._db.transaction() as tx:
            subject = _lock(tx, employee_id)
            if subject is not None and subject.wrapped_key is not None:
                plain = _packed(template.embedding)
                sealed = self._vault.seal(bytes(subject.wrapped_key), employee_id, plain)
                tx.execute(
                    _SQL["replace"],
                    employee_id=employee_id,
                    id=template.id,
                    engine=template.engine,
                    embedding=sealed,
                )

    def erase(self, employee_id: int, face_id: int | None, *, actor: int) -> bool:
        """Erase one photo or all of them; with the last one goes the key."""
        with self._db.transaction() as tx:
            subject = _lock(tx, employee_id)
            if subject is None:
                return False
            if face_id is None:
                gone = tx.execute(_SQL["erase_all"], employee_id=employee_id)
            else:
                gone = tx.execute(_SQL["erase_one"], employee_id=employee_id, id=face_id)
            if not tx.all(_SQL["list"], employee_id=employee_id):
                tx.execute(_SQL["set_key"], employee_id=employee_id, wrapped_key=None)
            if gone:
                before = {"faces": gone, "face": face_id}
                _note(tx, "erase_faces", _person(employee_id), actor, before=before)
            return gone > 0

    def note(self, verdict: Verdict, *, actor: int, employee_id: int | None, engine: str) -> None:
        """Keep a decision in the audit."""
        after = {
            "decision": verdict.decision.value,
            "similarity": round(verdict.similarity, 4),
            "threshold": verdict.threshold,
            "engine": engine,
        }
        target = "images" if employee_id is None else _person(employee_id)
        self._db.execute(_SQL["note"], **_entry("verify_face", target, actor, after=after))

    def _insert(
        self, tx: Transaction, employee_id: int, wrapped: bytes, face: NewFace, engine: str
    ) -> EnrolledFace:
        row = tx.one(
            _SQL["add"],
            employee_id=employee_id,
            engine=engine,
            embedding=self._vault.seal(wrapped, employee_id, _packed(face.embedding)),
            photo=self._vault.seal(wrapped, employee_id, face.jpeg),
            score=face.score,
        )
        return _listed(row)


def _lock(tx: Transaction, employee_id: int) -> Row | None:
    return tx.one(_SQL["lock_subject"], employee_id=employee_id)


def _consent(row: Row | None) -> Consent | None:
    if row is None or row.consent_version is None:
        return None
    return Consent(row.consent_version, row.consent_given_at)


def _listed(row: Row) -> EnrolledFace:
    return EnrolledFace(row.id, row.engine, row.score, row.created_at)


def _keep_consent(tx: Transaction, employee_id: int, kind: str, version: str, actor: int) -> None:
    tx.execute(
        _SQL["keep_consent"], employee_id=employee_id, kind=kind, version=version, actor=actor
    )
    _note(tx, f"consent_{kind}", _person(employee_id), actor, after={"version": version})


def _note(
    tx: Transaction,
    action: str,
    target: str,
    actor: int,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    tx.execute(_SQL["note"], **_entry(action, target, actor, before=before, after=after))


def _entry(
    action: str,
    target: str,
    actor: int,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "actor": actor,
        "action": action,
        "object": target,
        "before": json.dumps(before) if before else None,
        "after": json.dumps(after) if after else None,
        "request_id": logs.request_id() or None,
    }


def _person(employee_id: int) -> str:
    return f"person:{employee_id}"


def _packed(embedding: Embedding) -> bytes:
    return embedding.astype("<f4").tobytes()


def _unpacked(raw: bytes) -> Embedding:
    if len(raw) != 512:
        raise Unreadable
    return np.frombuffer(raw, "<f4")
