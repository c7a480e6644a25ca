"""Sessions, refresh tokens and failed log-ins in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from auth_service.domain.attempts import Counter
from auth_service.domain.sessions import Presented
from auth_service.service.values import NewSession
from common.db import Transaction
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("sessions.sql"))


class SessionRows:
    """The sessions, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def open(self, new: NewSession) -> None:
        """Begin a session."""
        self._tx.execute(_SQL["open"], **asdict(new))

    def add_token(self, sid: str, generation: int, fingerprint: bytes) -> None:
        """Remember a refresh token."""
        self._tx.execute(_SQL["add_token"], sid=sid, generation=generation, fingerprint=fingerprint)

    def presented(self, fingerprint: bytes) -> Presented | None:
        """The token and its session, the session kept as it is until the transaction ends."""
        row = self._tx.one(_SQL["presented"], fingerprint=fingerprint)
        return Presented(**row._asdict()) if row else None

    def rotated(self, sid: str, generation: int, now: datetime) -> None:
        """Note the newest generation."""
        self._tx.execute(_SQL["rotated"], sid=sid, generation=generation, now=now)

    def ended(self, sid: str) -> bool:
        """Whether this session was ended before its time."""
        return self._tx.one(_SQL["ended"], sid=sid) is not None

    def revoke(self, sid: str) -> int | None:
        """End a session; whose it was, or ``None`` when it had ended before."""
        row = self._tx.one(_SQL["revoke"], sid=sid)
        return row.employee_id if row else None

    def revoke_all(self, employee_id: int, keep: str = "") -> list[str]:
        """End every session of a person but ``keep``; those that ended now."""
        rows = self._tx.all(_SQL["revoke_all"], employee_id=employee_id, keep=keep)
        return [row.sid for row in rows]

    def address_known(self, employee_id: int, network: str) -> bool:
        """Whether the person has signed in from this address before."""
        row = self._tx.one(_SQL["address_known"], employee_id=employee_id, network=network)
        return row is not None

    def charge(self, counters: Sequence[Counter], now: datetime) -> dict[str, float]:
        """Count one attempt on each counter; the level of each kind that was counted.

        When the first is over its limit, the others are left as they are: one address must not
        use up what is everybody's.
        """
        rows = self._tx.all(
            _SQL["charge"],
            now=now,
            mosts=[counter.allowance.most for counter in counters],
            drains=[counter.allowance.drain for counter in counters],
            **_names(counters),
        )
        return {row.kind: row.level for row in rows}

    def refund(self, counters: Sequence[Counter]) -> None:
        """The attempt was good: take it back, and clear the account's count."""
        self._tx.execute(_SQL["refund"], **_names(counters))

    def purge(self, now: datetime) -> None:
        """Forget sessions, counters, challenges and links that are over."""
        self._tx.execute(_SQL["purge_sessions"], now=now)
        self._tx.execute(_SQL["purge_attempts"], now=now)
        self._tx.execute(_SQL["purge_challenges"], now=now)
        self._tx.execute(_SQL["purge_links"], now=now)


def _names(counters: Sequence[Counter]) -> dict[str, list[str] | list[bytes]]:
    return {
        "kinds": [counter.kind for counter in counters],
        "keys": [counter.key for counter in counters],
    }
