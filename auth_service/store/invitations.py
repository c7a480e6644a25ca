"""Invitations in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from auth_service.service.account_values import Invitation, NewInvitation
from common.db import Row, Transaction
from common.identity import Role
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("invitations.sql"))


class InvitationRows:
    """The invitations, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add(self, new: NewInvitation, fingerprint: bytes, hint: str, made_by: int) -> int:
        """Keep an invitation; its number."""
        row = self._tx.one(
            _SQL["add"],
            fingerprint=fingerprint,
            hint=hint,
            role=new.role,
            site_id=new.site_id,
            expires_at=new.expires_at,
            uses=new.uses,
            note=new.note,
            made_by=made_by,
        )
        assert row is not None
        self._tx.execute(_SQL["add_teams"], invitation_id=row.id, team_ids=list(new.team_ids))
        return int(row.id)

    def get(self, invitation_id: int) -> Invitation | None:
        """One invitation, kept as it is until the transaction ends."""
        if self._tx.one(_SQL["hold"], invitation_id=invitation_id) is None:
            return None
        row = self._tx.one(_SQL["get"], invitation_id=invitation_id)
        return _invitation(row)

    def page(self, made_by: int | None, before: int | None, limit: int) -> list[Invitation]:
        """Invitations (of ``made_by``), the newest first."""
        rows = self._tx.all(_SQL["page"], made_by=made_by, before=before, limit=limit)
        return [_invitation(row) for row in rows]

    def change(self, invitation_id: int, values: Mapping[str, Any]) -> None:
        """Set ``expires_at``, ``uses``, ``note``, ``revoked_at``."""
        for name, value in values.items():
            self._tx.execute(_SQL[f"set_{name}"], invitation_id=invitation_id, value=value)

    def good(self, fingerprint: bytes, now: datetime) -> Invitation | None:
        """The invitation with this code, if it is good and its maker may still promise it."""
        row = self._tx.one(_SQL["good"], fingerprint=fingerprint, now=now)
        return _invitation(self._tx.one(_SQL["get"], invitation_id=row.id)) if row else None

    def use(self, invitation_id: int, now: datetime) -> bool:
        """Count a use; whether there was one left."""
        return self._tx.one(_SQL["use"], invitation_id=invitation_id, now=now) is not None


def _invitation(row: Row) -> Invitation:
    return Invitation(
        id=row.id,
        hint=row.hint,
        role=Role(row.role),
        site_id=row.site_id,
        site_name=row.site_name,
        team_ids=tuple(row.team_ids),
        expires_at=row.expires_at,
        uses=row.uses,
        used=row.used,
        note=row.note,
        created_by=row.created_by,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
