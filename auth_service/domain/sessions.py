"""How long a sign-in lasts, and what a refresh token that comes back means."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

# Clients that may not know how to refresh get an hour; everybody else ten minutes.
LONG_ACCESS = timedelta(minutes=60)
SHORT_ACCESS = timedelta(minutes=10)
SESSION_LIFE = timedelta(days=30)
GRACE = timedelta(seconds=10)
_LONGEST_DEVICE = 200


class Verdict(Enum):
    """What to do with a refresh token."""

    ROTATE = "rotate"
    REPEAT = "repeat"
    STOLEN = "stolen"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """A refresh token that was found, with the state of its session.

    ``generation`` is the token's number, ``newest`` the session's; ``rotated_at`` is when the
    newest one was first handed out.
    """

    sid: str
    employee_id: int
    generation: int
    newest: int
    rotated_at: datetime | None
    expires_at: datetime
    revoked: bool
    locked: bool


def judge(token: Presented, now: datetime) -> Verdict:
    """What ``token`` is worth at ``now``.

    The newest one is exchanged. Its immediate predecessor gets the same successor again for
    `GRACE`, because an answer can be lost on its way. Anything older was copied.
    """
    if token.revoked or token.locked or token.expires_at <= now:
        return Verdict.ENDED
    if token.generation == token.newest:
        return Verdict.ROTATE
    recent = token.rotated_at is not None and now - token.rotated_at <= GRACE
    if token.generation == token.newest - 1 and recent:
        return Verdict.REPEAT
    return Verdict.STOLEN


def new_refresh_token() -> str:
    """The first refresh token of a session: 32 random bytes."""
    return secrets.token_urlsafe(32)


def successor(token: str, key: bytes) -> str:
    """The refresh token that follows ``token``: only a holder of ``key`` can tell it.

    It can be told again, so that nothing secret is kept for a repeated answer.
    """
    return _text(hmac.digest(key, token.encode(), "sha256"))


def fingerprint(token: str) -> bytes:
    """What is kept of a refresh token or a service's secret; both have 256 bits of chance."""
    return hashlib.sha256(token.encode()).digest()


def device_name(user_agent: str) -> str:
    """A browser's or program's own description, short and printable, for a list of sessions."""
    printable = "".join(character for character in user_agent if character.isprintable())
    return printable.strip()[:_LONGEST_DEVICE]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
