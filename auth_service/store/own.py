"""One's own sessions and password, reset links, and everybody's rights, in PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from auth_service.service.account_values import OpenSession, Proof
from common.db import Transaction
from common.identity import Role
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("own.sql"))


class OwnRows:
    """One's own sessions and password, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def proof(self, employee_id: int) -> Proof | None:
        """By what this person proves who they are."""
        row = self._tx.one(_SQL["proof"], employee_id=employee_id)
        return Proof(**row._asdict()) if row else None

    def session(self, employee_id: int, sid: str) -> OpenSession | None:
        """One session of a person, if it holds."""
        row = self._tx.one(_SQL["session"], employee_id=employee_id, sid=sid)
        return OpenSession(**row._asdict()) if row else None

    def sessions(
        self, employee_id: int, now: datetime, before: tuple[datetime, str] | None, limit: int
    ) -> list[OpenSession]:
        """Sessions that hold, the newest first, from beyond ``before``."""
        at, sid = before or (None, None)
        rows = self._tx.all(
            _SQL["sessions"], employee_id=employee_id, now=now, at=at, sid=sid, limit=limit
        )
        return [OpenSession(**row._asdict()) for row in rows]

    def revoke(self, employee_id: int, sid: str) -> bool:
        """End a session of this person; whether it held until now."""
        return self._tx.one(_SQL["revoke"], employee_id=employee_id, sid=sid) is not None

    def replace_password(self, employee_id: int, old: str | None, new: str) -> bool:
        """Set another password hash; whether ``old`` was still the one."""
        row = self._tx.one(_SQL["replace_password"], employee_id=employee_id, old=old, new=new)
        return row is not None

    def set_link(
        self, employee_id: int, fingerprint: bytes, made_by: int, expires_at: datetime
    ) -> None:
        """Keep a reset link, in the place of the person's last one."""
        self._tx.execute(
            _SQL["set_link"],
            employee_id=employee_id,
            fingerprint=fingerprint,
            made_by=made_by,
            expires_at=expires_at,
        )

    def link(self, fingerprint: bytes, now: datetime) -> tuple[int, datetime] | None:
        """Whose link it is, and until when it is good."""
        row = self._tx.one(_SQL["link"], fingerprint=fingerprint, now=now)
        return (row.employee_id, row.expires_at) if row else None

    def use_link(self, fingerprint: bytes, now: datetime) -> int | None:
        """Use a link up; whose it was, or ``None`` when it is not good."""
        row = self._tx.one(_SQL["use_link"], fingerprint=fingerprint, now=now)
        return row.employee_id if row else None

    def drop_link(self, employee_id: int) -> None:
        """Forget a person's link."""
        self._tx.execute(_SQL["drop_link"], employee_id=employee_id)


class RightsRows:
    """What spans everybody's rights, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def guard(self) -> None:
        """Let nobody else change rights until the transaction ends."""
        self._tx.execute(_SQL["guard"])

    def another_admin(self, employee_id: int) -> bool:
        """Whether an admin who may act is there beside this one."""
        return self._tx.one(_SQL["another_admin"], employee_id=employee_id) is not None

    def holders(self) -> dict[Role, int]:
        """How many people hold each role."""
        return {Role(row.role): row.people for row in self._tx.all(_SQL["holders"])}
