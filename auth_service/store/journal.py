"""Announcements, the audit, signing keys and services' secrets in PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from auth_service.service.values import Entry
from common.db import Transaction
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("journal.sql"))


class Journal:
    """What other services and later readers are told, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def announce_person(self, employee_id: int) -> None:
        """Somebody's account or rights changed."""
        self._announce("person", employee_id)

    def announce_session(self, employee_id: int, sid: str) -> None:
        """A session was revoked."""
        self._announce("session", employee_id, sid)

    def announce_site(self) -> None:
        """A site changed: everybody's zone or biometrics may have."""
        self._announce("site")

    def announce_key(self) -> None:
        """A signing key came or went."""
        self._announce("key")

    def write(self, entry: Entry) -> None:
        """Add a line to the audit."""
        self._tx.execute(
            _SQL["write"],
            actor=entry.actor,
            action=entry.action,
            object=entry.object,
            before=_json(entry.before),
            after=_json(entry.after),
            reason=entry.reason,
            request_id=entry.request_id,
        )

    def _announce(self, kind: str, employee_id: int | None = None, sid: str | None = None) -> None:
        self._tx.execute(_SQL["announce"], kind=kind, employee_id=employee_id, sid=sid)


class KeyRows:
    """Public signing keys and services' secrets, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def add_key(self, kid: str, jwk: Mapping[str, str], now: datetime) -> bool:
        """Publish a key; whether it was new."""
        row = self._tx.one(_SQL["add_key"], kid=kid, jwk=_json(jwk), now=now)
        return row is not None

    def published_at(self, kid: str) -> datetime | None:
        """When a key was published; ``None`` when it is not, or not any more."""
        row = self._tx.one(_SQL["published_at"], kid=kid)
        return row.created_at if row else None

    def retire_keys(self, current: str, now: datetime, after: timedelta) -> list[str]:
        """Withdraw the keys that ``current`` replaced longer than ``after`` ago; their names."""
        rows = self._tx.all(_SQL["retire_keys"], current=current, now=now, after=after)
        return [row.kid for row in rows]

    def keys(self) -> list[Mapping[str, str]]:
        """The published keys, newest first."""
        return [row.jwk for row in self._tx.all(_SQL["keys"])]

    def service(self, client_id: str) -> tuple[int, bytes] | None:
        """The account of a service and the fingerprint of its secret."""
        row = self._tx.one(_SQL["service"], client_id=client_id)
        return (row.employee_id, bytes(row.secret_hash)) if row else None

    def set_service_secret(self, client_id: str, employee_id: int, fingerprint: bytes) -> bool:
        """Keep a service's secret; whether that changed anything."""
        row = self._tx.one(
            _SQL["set_service_secret"],
            client_id=client_id,
            employee_id=employee_id,
            fingerprint=fingerprint,
        )
        return row is not None


def _json(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value)
