"""How many guesses may fail: for an account, an address, the whole installation."""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass

ACCOUNT = "account"
ADDRESS = "address"
SITE = "site"


@dataclass(frozen=True, slots=True)
class Allowance:
    """``most`` failures at once; the count sinks to nothing again in ``seconds``."""

    most: float
    seconds: float

    @property
    def drain(self) -> float:
        """By how much the count sinks each second."""
        return self.most / self.seconds


@dataclass(frozen=True, slots=True)
class Allowances:
    """The three counters. NIST SP 800-63B, 5.2.2: an account fails 100 times in 30 days at most."""

    account: Allowance = Allowance(100, 30 * 86_400)
    address: Allowance = Allowance(50, 15 * 60)
    site: Allowance = Allowance(2_000, 15 * 60)


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter that a log-in is charged to. ``key`` does not show whose it is."""

    kind: str
    key: bytes
    allowance: Allowance


def counters(username_key: str, address: str, limits: Allowances, *, known: bool) -> list[Counter]:
    """The counters of a log-in, in the order in which they are locked: the address's is the first.

    From an address ``known`` to belong to the account its own counter is used, and the whole
    installation's is not: whoever guesses elsewhere does not lock the owner out.
    """
    network = network_of(address)
    account = f"{username_key}\0{network if known else ''}"
    found = [
        Counter(ADDRESS, _hash(network), limits.address),
        Counter(ACCOUNT, _hash(account), limits.account),
    ]
    if not known:
        found.append(Counter(SITE, b"", limits.site))
    return found


def second_factor_of(employee_id: int) -> str:
    """The name under which wrong codes of a person are counted; no username holds a NUL."""
    return f"\0second factor\0{employee_id}"


def public_counters(address: str, limits: Allowances) -> list[Counter]:
    """The counters of a guess at a link or a code that names nobody."""
    return [
        Counter(ADDRESS, _hash(network_of(address)), limits.address),
        Counter(SITE, b"", limits.site),
    ]


def wait(counter: Counter, level: float) -> float:
    """The seconds until another attempt is taken; 0 when the one that led to ``level`` was."""
    over = level - counter.allowance.most
    return (over + 1) / counter.allowance.drain if over > 0 else 0.0


def network_of(address: str) -> str:
    """The address that counts: of IPv6 the /64, all of which one subscriber holds."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
