"""Photos taken as evidence: encrypted with the person's key, gone when their time is over."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from common import logs
from common.db import Database, Transaction
from common.sql import Queries
from common.vault import Unreadable, Vault

_SQL = Queries(Path(__file__).with_name("photos.sql"))


@dataclass(frozen=True, slots=True)
class Photos:
    """Keeps and shows photos. ``days`` is how long one is kept."""

    db: Database
    vault: Vault
    days: int

    def keep(self, tx: Transaction, photo_id: UUID, employee_id: int, jpeg: bytes) -> None:
        """Store ``jpeg`` within the transaction of its record."""
        row = tx.one(_SQL["key"], employee_id=employee_id)
        if row is None:
            fresh = self.vault.new_key(employee_id)
            tx.execute(_SQL["keep_key"], employee_id=employee_id, wrapped=fresh)
            row = tx.one(_SQL["key"], employee_id=employee_id)
        assert row is not None
        sealed = self.vault.seal(bytes(row.wrapped), employee_id, jpeg)
        tx.execute(
            _SQL["keep"],
            id=str(photo_id),
            employee_id=employee_id,
            ciphertext=sealed,
            days=self.days,
        )

    def get(self, photo_id: UUID) -> bytes | None:
        """The JPEG, or ``None`` when it has expired, was erased or cannot be read any more."""
        row = self.db.one(_SQL["photo"], id=str(photo_id))
        if row is None:
            return None
        try:
            return self.vault.open(bytes(row.wrapped), row.employee_id, bytes(row.ciphertext))
        except Unreadable:
            logs.log().error("a photo cannot be decrypted", photo_id=str(photo_id))
            return None
