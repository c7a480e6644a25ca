"""How long a sign-in lasts, and what a refresh token that comes back means."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
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
# RFC 1918, RFC 4193 and link-local addresses: no route leads to them from elsewhere.
_NEAR = tuple(
    map(
        ipaddress.ip_network,
        (
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "169.254.0.0/16",
            "fc00::/7",
            "fe80::/10",
        ),
    )
)


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


def network_kind(address: str) -> str:
    """From how far a sign-in came: ``this_machine``, ``local_network`` or ``internet``.

    What is no address is taken for the farthest.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "internet"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if parsed.is_loopback:
        return "this_machine"
    near = any(parsed in network for network in _NEAR if network.version == parsed.version)
    return "local_network" if near else "internet"


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
