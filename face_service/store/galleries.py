"""What the galleries are made of: opened templates, and the list of what has changed in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from common import logs
from common.db import Database
from common.sql import Queries
from common.vault import Unreadable, Vault
from face_service.domain.consent import CONSENT_VERSION
from face_service.domain.matching import Embedding
from face_service.store.faces import unpacked

_SQL = Queries(Path(__file__).with_name("galleries.sql"))


@dataclass(frozen=True, slots=True)
class Templates:
    """Implements `face_service.gallery.Templates` for the embeddings of one engine."""

    db: Database
    vault: Vault
    engine: str

    def head(self) -> int:
        """The number of the newest change."""
        row = self.db.one(_SQL["head"])
        assert row is not None, "the head is never deleted"
        return int(row.seq)

    def changes(self, after: int) -> tuple[int, frozenset[int]]:
        """Whose templates changed after a number, and the number of the last of these changes."""
        rows = self.db.all(_SQL["changes"], after=after)
        last = rows[-1].seq if rows else self.head()
        return last, frozenset(row.employee_id for row in rows)

    def of(self, employee_ids: Sequence[int]) -> Mapping[int, Sequence[Embedding]]:
        """The embeddings of those of these people who may be recognised.

        One that cannot be opened is left out, and so recognises nobody.
        """
        found: dict[int, list[Embedding]] = defaultdict(list)
        rows = self.db.all(
            _SQL["templates"],
            ids=list(employee_ids),
            engine=self.engine,
            version=CONSENT_VERSION,
        )
        for row in rows:
            key, sealed = bytes(row.wrapped_key), bytes(row.embedding)
            try:
                plain = self.vault.open(key, row.employee_id, sealed)
                found[row.employee_id].append(unpacked(plain))
            except Unreadable:
                logs.log().error("a template cannot be opened", employee_id=row.employee_id)
        return found


@dataclass(frozen=True, slots=True)
class Sites:
    """Which sites use faces, as auth_service says at this moment."""

    db: Database

    def uses_faces(self, site_id: int) -> bool | None:
        """Whether the site does; ``None`` when there is no such site."""
        row = self.db.one(_SQL["site"], id=site_id)
        return bool(row.biometrics) if row else None
