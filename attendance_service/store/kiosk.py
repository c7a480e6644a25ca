"""Tickets of kiosks: only their hashes are kept, and photos sealed by what is not kept."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from attendance_service.service.kiosk_ports import Held
from common.db import Database
from common.errors import DomainError, Kind, conflict
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("kiosk.sql"))
_NONCE = 12


@dataclass(frozen=True, slots=True)
class Tickets:
    """Implements `TicketStore`."""

    db: Database

    def issue(self, device_id: int, held: Held, expires_at: datetime) -> str:
        """A new ticket for ``held``, good at this device until ``expires_at``."""
        ticket = secrets.token_urlsafe(32)
        self.db.execute(
            _SQL["keep"],
            ticket_hash=_hash(ticket),
            device_id=device_id,
            employee_id=held.employee_id,
            place_id=held.place_id,
            action=held.action,
            evidence=json.dumps(held.evidence),
            photo=_sealed(ticket, held.photo) if held.photo is not None else None,
            expires_at=expires_at,
        )
        return ticket

    def held(self, device_id: int, ticket: str, key: str, now: datetime) -> Held:
        """What a ticket stands for, if ``key`` may take it.

        Raises ``unknown_ticket``, ``ticket_used``, ``ticket_expired``.
        """
        row = self.db.one(_SQL["find"], ticket_hash=_hash(ticket), device_id=device_id, now=now)
        if row is None:
            raise _unknown()
        if row.used_key not in (None, key):
            raise _used()
        if row.over:
            raise DomainError(Kind.GONE, "ticket_expired", "That took too long; look again.")
        photo = None if row.photo is None else _opened(ticket, bytes(row.photo))
        return Held(row.employee_id, row.place_id, row.action, row.evidence, photo)

    def take(self, device_id: int, ticket: str, key: str, now: datetime) -> None:
        """From now on only ``key`` may take the ticket; raises ``ticket_used``."""
        mark = _hash(ticket)
        taken = self.db.execute(
            _SQL["take"], ticket_hash=mark, device_id=device_id, key=key, now=now
        )
        if not taken:
            raise _used()


def _unknown() -> DomainError:
    return DomainError(Kind.NOT_FOUND, "unknown_ticket", "Look at the camera again.")


def _used() -> DomainError:
    return conflict("ticket_used", "This was confirmed already.")


def _hash(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode()).digest()


def _key(ticket: str) -> AESGCM:
    """A key for one photo: 256 random bits are in the ticket, and only its other hash is kept."""
    return AESGCM(hashlib.sha256(b"photo\0" + ticket.encode()).digest())


def _sealed(ticket: str, photo: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + _key(ticket).encrypt(nonce, photo, None)


def _opened(ticket: str, sealed: bytes) -> bytes:
    try:
        return _key(ticket).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
    except InvalidTag as fault:
        raise _unknown() from fault
