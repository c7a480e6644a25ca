"""Enrolled faces in PostgreSQL, encrypted with a key for each person.

Destroying that key is the erasure: what lingers of the photos in free pages cannot be read any
more, and what lingers of the key itself is overwritten soon after (`common.privacy.scrub`). A
backup made before still holds the key, wrapped, until the backup itself expires.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from common import logs
from common.db import Database, Row, Transaction
from common.errors import conflict
from common.privacy.statements import statements
from common.sql import Queries
from common.vault import Unreadable, Vault
from face_service.domain.consent import (
    CONSENT_VERSION,
    MOST_PHOTOS,
    consent_outdated,
    consent_required,
)
from face_service.domain.matching import Embedding
from face_service.domain.quality import Quality
from face_service.service.ports import Alike, EnrolledFace, EnrolmentMoved, NewFace, Template
from face_service.store import audit
from face_service.store.alarms import raise_alarms

_SQL = Queries(Path(__file__).with_name("faces.sql"))
#: Says that a key was destroyed, so that its traces are made away with soon.
DESTROYED = statements("face")["destroyed"]


@dataclass(frozen=True, slots=True)
class Faces:
    """The `FaceStore` of a running service."""

    db: Database
    vault: Vault

    def add(
        self,
        employee_id: int,
        faces: Sequence[NewFace],
        *,
        beside: Sequence[int],
        engine: str,
        actor: int,
        alike: Alike | None = None,
    ) -> list[EnrolledFace]:
        """Enrol ``faces`` beside those numbered ``beside``, with an alarm for each of ``alike``.

        Raises ``consent_required``, ``enrolment_full``, ``enrolment_unreadable`` (of the key) or
        `EnrolmentMoved`.
        """
        with self.db.transaction() as tx:
            subject = lock_subject(tx, employee_id)
            # Looked at again under the lock: it may have been withdrawn during the embedding.
            if subject is None or subject.consent_version != CONSENT_VERSION:
                raise consent_required()
            there = [row.id for row in tx.all(_SQL["list"], employee_id=employee_id)]
            if there != list(beside):
                raise EnrolmentMoved
            if len(there) + len(faces) > MOST_PHOTOS:
                raise conflict(
                    "enrolment_full", f"At most {MOST_PHOTOS} photos are kept; erase one first."
                )
            wrapped = subject.wrapped_key and bytes(subject.wrapped_key)
            if not wrapped:
                wrapped = self.vault.new_key(employee_id)
                tx.execute(_SQL["set_key"], employee_id=employee_id, wrapped_key=wrapped)
            try:
                added = [self._insert(tx, employee_id, wrapped, face, engine) for face in faces]
            except Unreadable as fault:
                message = "What is enrolled cannot be opened any more; erase it first."
                raise conflict("enrolment_unreadable", message) from fault
            ids = [face.id for face in added]
            after = {"faces": ids, "engine": engine, "consent": subject.consent_version}
            audit.note(tx, "enrol_faces", audit.person(employee_id), actor, after=after)
            if alike is not None:
                site_id = alike.site_id
                raise_alarms(tx, employee_id, alike.matches, site_id=site_id, actor=actor)
            return added

    def faces(self, employee_id: int) -> list[EnrolledFace]:
        """The enrolled photos, the oldest first."""
        return [listed(row) for row in self.db.all(_SQL["list"], employee_id=employee_id)]

    def templates(self, employee_id: int) -> list[Template]:
        """The enrolled embeddings, the oldest first, to be compared with.

        Raises ``consent_outdated``: what was agreed to under another text is not used.
        """
        rows = self.db.all(_SQL["embeddings"], employee_id=employee_id)
        if any(row.consent_version != CONSENT_VERSION for row in rows):
            raise consent_outdated()
        found = (self.template(employee_id, row) for row in rows)
        return [one for one in found if one is not None]

    def template(self, employee_id: int, row: Row) -> Template | None:
        """The embedding in ``row``; one that cannot be opened recognises nobody."""
        try:
            return Template(row.id, row.engine, unpacked(self.opened(employee_id, row)))
        except Unreadable:
            logs.log().error("a template cannot be opened", employee_id=employee_id, face=row.id)
            return None

    def opened(self, employee_id: int, row: Row) -> bytes:
        """The plain bytes of the embedding in ``row``, which has the wrapped key too."""
        return self.vault.open(bytes(row.wrapped_key), employee_id, bytes(row.embedding))

    def photo(self, employee_id: int, face_id: int) -> bytes | None:
        """The JPEG of one enrolled photo, or ``None``, also when it cannot be opened any more."""
        try:
            return self.opened_photo(employee_id, face_id)
        except Unreadable:
            logs.log().error("a photo cannot be opened", employee_id=employee_id, face=face_id)
            return None

    def opened_photo(self, employee_id: int, face_id: int) -> bytes | None:
        """The JPEG of one enrolled photo, or ``None``; raises `Unreadable`."""
        row = self.db.one(_SQL["photo"], employee_id=employee_id, id=face_id)
        if row is None:
            return None
        return self.vault.open(bytes(row.wrapped_key), employee_id, bytes(row.photo))

    def newest(self, employee_id: int) -> int | None:
        """The number of the photo that was enrolled last."""
        row = self.db.one(_SQL["newest"], employee_id=employee_id)
        return None if row is None else row.id

    def renew(self, employee_id: int, templates: Sequence[Template]) -> int:
        """Keep the embeddings that an engine made of photos that are still there; how many.

        Photos that the same engine has seen already are left alone, and so are those of people
        whose consent is to an older text.
        """
        with self.db.transaction() as tx:
            subject = lock_subject(tx, employee_id)
            if subject is None or subject.wrapped_key is None:
                return 0
            if subject.consent_version != CONSENT_VERSION:
                return 0
            wrapped = bytes(subject.wrapped_key)
            renewed = [
                one.id
                for one in templates
                if tx.execute(
                    _SQL["renew"],
                    employee_id=employee_id,
                    id=one.id,
                    engine=one.engine,
                    embedding=self.vault.seal(wrapped, employee_id, _packed(one.embedding)),
                )
            ]
            if renewed:
                after = {"faces": renewed, "engine": templates[0].engine}
                audit.note(tx, "renew_faces", audit.person(employee_id), None, after=after)
            return len(renewed)

    def erase(self, employee_id: int, face_id: int | None, *, actor: int) -> bool:
        """Erase one photo or all of them; with the last one goes the key.

        Those that are left get another key: of the one erased nothing can be read either.
        """
        with self.db.transaction() as tx:
            subject = lock_subject(tx, employee_id)
            if subject is None:
                return False
            if face_id is None:
                gone = erase_all(tx, employee_id)
            else:
                gone = tx.execute(_SQL["erase_one"], employee_id=employee_id, id=face_id)
            if gone and subject.wrapped_key is not None:
                wrapped = self._sealed_anew(tx, employee_id, bytes(subject.wrapped_key))
                tx.execute(_SQL["set_key"], employee_id=employee_id, wrapped_key=wrapped)
                tx.execute(DESTROYED)
            if gone:
                before = {"faces": gone, "face": face_id}
                audit.note(tx, "erase_faces", audit.person(employee_id), actor, before=before)
            return gone > 0

    def _sealed_anew(self, tx: Transaction, employee_id: int, wrapped: bytes) -> bytes | None:
        """Seal what is enrolled with another key, and return that; ``None`` when nothing is."""
        left = tx.all(_SQL["sealed"], employee_id=employee_id)
        if not left:
            return None
        fresh = self.vault.new_key(employee_id)

        def anew(sealed: bytes) -> bytes:
            try:
                return self.vault.seal(
                    fresh, employee_id, self.vault.open(wrapped, employee_id, sealed)
                )
            except Unreadable:
                return sealed  # no key opens it, this one as little as the other

        for row in left:
            tx.execute(
                _SQL["seal_anew"],
                employee_id=employee_id,
                id=row.id,
                embedding=anew(bytes(row.embedding)),
                photo=anew(bytes(row.photo)),
            )
        return fresh

    def _insert(
        self, tx: Transaction, employee_id: int, wrapped: bytes, face: NewFace, engine: str
    ) -> EnrolledFace:
        row = tx.one(
            _SQL["add"],
            employee_id=employee_id,
            engine=engine,
            embedding=self.vault.seal(wrapped, employee_id, _packed(face.embedding)),
            photo=self.vault.seal(wrapped, employee_id, face.jpeg),
            score=face.quality.score,
            quality=json.dumps(asdict(face.quality)),
        )
        return listed(row)


def lock_subject(tx: Transaction, employee_id: int) -> Row | None:
    """What is kept of a person besides their photos, locked until ``tx`` ends."""
    return tx.one(_SQL["lock_subject"], employee_id=employee_id)


def erase_all(tx: Transaction, employee_id: int) -> int:
    """Erase every enrolled photo of a person; how many there were. The key is left as it is."""
    return tx.execute(_SQL["erase_all"], employee_id=employee_id)


def listed(row: Row) -> EnrolledFace:
    """A row of the list of enrolled photos."""
    quality = Quality(**row.quality) if row.quality else None
    return EnrolledFace(row.id, row.engine, row.score, quality, row.created_at)


def _packed(embedding: Embedding) -> bytes:
    return embedding.astype("<f4").tobytes()


def unpacked(raw: bytes) -> Embedding:
    """The embedding that was kept as ``raw``; raises `Unreadable`."""
    if len(raw) != 512:
        raise Unreadable
    return np.frombuffer(raw, "<f4")
