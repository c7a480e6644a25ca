"""Second factors, recovery codes and challenges in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from auth_service.service.account_values import Factor
from common.db import Transaction
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("factors.sql"))


class FactorRows:
    """The second factors, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def get(self, employee_id: int) -> Factor | None:
        """A person's second factor, kept as it is until the transaction ends."""
        row = self._tx.one(_SQL["get"], employee_id=employee_id)
        if row is None:
            return None
        return Factor(
            wrapped_key=bytes(row.wrapped_key),
            secret=bytes(row.secret),
            expires_at=row.expires_at,
            enabled_at=row.enabled_at,
            last_step=row.last_step,
        )

    def enabled(self, employee_id: int) -> bool:
        """Whether a person's sign-in asks for it."""
        return self._tx.one(_SQL["enabled"], employee_id=employee_id) is not None

    def start(
        self, employee_id: int, wrapped_key: bytes, secret: bytes, expires_at: datetime
    ) -> bool:
        """Keep a pending one in the place of another pending one; whether none is enabled."""
        row = self._tx.one(
            _SQL["start"],
            employee_id=employee_id,
            wrapped_key=wrapped_key,
            secret=secret,
            expires_at=expires_at,
        )
        return row is not None

    def enable(self, employee_id: int, now: datetime) -> None:
        """It is confirmed."""
        self._tx.execute(_SQL["enable"], employee_id=employee_id, now=now)

    def stepped(self, employee_id: int, step: int) -> None:
        """Note the step of the newest code taken."""
        self._tx.execute(_SQL["stepped"], employee_id=employee_id, step=step)

    def remove(self, employee_id: int) -> bool:
        """Forget it with its recovery codes; whether one was enabled."""
        row = self._tx.one(_SQL["remove"], employee_id=employee_id)
        return row is not None and row.enabled_at is not None

    def set_recovery(self, employee_id: int, fingerprints: Sequence[bytes]) -> None:
        """Replace the recovery codes."""
        self._tx.execute(_SQL["drop_recovery"], employee_id=employee_id)
        self._tx.execute(
            _SQL["add_recovery"], employee_id=employee_id, fingerprints=list(fingerprints)
        )

    def use_recovery(self, employee_id: int, fingerprint: bytes, now: datetime) -> bool:
        """Use a recovery code up; whether it was good."""
        row = self._tx.one(
            _SQL["use_recovery"], employee_id=employee_id, fingerprint=fingerprint, now=now
        )
        return row is not None

    def recovery_left(self, employee_id: int) -> int:
        """How many recovery codes are unused."""
        row = self._tx.one(_SQL["recovery_left"], employee_id=employee_id)
        return int(row.codes) if row else 0

    def add_challenge(self, fingerprint: bytes, employee_id: int, expires_at: datetime) -> None:
        """Remember a sign-in that waits for its second factor."""
        self._tx.execute(
            _SQL["add_challenge"],
            fingerprint=fingerprint,
            employee_id=employee_id,
            expires_at=expires_at,
        )

    def try_challenge(self, fingerprint: bytes, now: datetime, most: int) -> int | None:
        """Count a try of at most ``most``; whose sign-in it is, or ``None`` when it is over."""
        row = self._tx.one(_SQL["try_challenge"], fingerprint=fingerprint, now=now, most=most)
        return row.employee_id if row else None

    def end_challenge(self, fingerprint: bytes) -> bool:
        """It is answered; whether nobody else has answered it."""
        return self._tx.one(_SQL["end_challenge"], fingerprint=fingerprint) is not None

    def end_challenges(self, employee_id: int) -> None:
        """Forget every waiting sign-in of a person."""
        self._tx.execute(_SQL["end_challenges"], employee_id=employee_id)
