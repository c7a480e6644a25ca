"""PIN and badge: by what somebody is known at a shared tablet without their face.

Neither signs anybody in. They are worth something only to a device that is signed in itself, at
the person's own site.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata

from auth_service.domain.attempts import ACCOUNT, ADDRESS, Allowance, Counter
from common.errors import DomainError, Kind, invalid

_PIN = re.compile(r"[0-9]{4,8}")
_RUNS = ("01234567890", "09876543210")
SHORTEST_BADGE, LONGEST_BADGE = 4, 128
_HINT = 3
# A PIN of four digits is one of 10,000: ten failures at once and ten more in a week, about fifty in
# a month, leave a guesser half a chance in a hundred.
PER_PERSON = Allowance(10, 7 * 86_400)
# Everybody of a site stands before one tablet; what fails there is counted for it alone, and so
# never closes the sign-in of the network that it is in.
PER_DEVICE = Allowance(60, 15 * 60)


def checked_pin(text: str) -> str:
    """``text`` as ASCII digits; raises ``invalid_request`` or ``weak_pin``."""
    pin = _ascii_digits(text)
    if not _PIN.fullmatch(pin):
        raise invalid("A PIN has 4 to 8 digits.", field="pin")
    if len(set(pin)) == 1 or any(pin in run for run in _RUNS):
        raise invalid(
            "This PIN is among the first that anybody tries.", field="pin", code="weak_pin"
        )
    return pin


def pin_text(employee_id: int, pin: str) -> str:
    """What is hashed: with the number, so that a hash copied to another person opens nothing."""
    return f"{employee_id}:{_ascii_digits(pin)}"


def checked_badge(text: str) -> str:
    """A badge's code as it is compared; raises ``invalid_request`` when it may not be one."""
    badge = normal_badge(text)
    if not SHORTEST_BADGE <= len(badge) <= LONGEST_BADGE:
        raise invalid(
            f"A badge's code has {SHORTEST_BADGE} to {LONGEST_BADGE} characters.", field="badge"
        )
    return badge


def normal_badge(text: str) -> str:
    """A badge's code as readers spell it: capitals, blanks and line ends do not count."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(one for one in folded if unicodedata.category(one)[0] not in "CZ")


def badge_mark(key: bytes, badge: str) -> bytes:
    """What is kept of a badge: without ``key`` a short code could be found by trying all."""
    return hmac.new(key, badge.encode(), hashlib.sha256).digest()


def hint(badge: str) -> str:
    """The end of a badge's code, at most a quarter of it, by which an admin knows it again."""
    return badge[-min(_HINT, len(badge) // 4) :]


def counters(device_id: int, employee_id: int | None, factor: int = 1) -> list[Counter]:
    """What an attempt is charged to: the device, then the person whose PIN is tried, if any."""
    found = [_counter(ADDRESS, f"\0kiosk\0{device_id}", PER_DEVICE, factor)]
    if employee_id is not None:
        found.append(_counter(ACCOUNT, f"\0pin\0{employee_id}", PER_PERSON, factor))
    return found


def unknown() -> DomainError:
    """The one answer to a wrong PIN, an unknown name, badge, and to whoever is not of this site."""
    return DomainError(
        Kind.UNAUTHENTICATED, "invalid_credentials", "The number, the PIN or the badge is wrong."
    )


def _counter(kind: str, name: str, allowance: Allowance, factor: int) -> Counter:
    key = hashlib.sha256(name.encode()).digest()
    return Counter(kind, key, Allowance(allowance.most * factor, allowance.seconds))


def _ascii_digits(text: str) -> str:
    return "".join(
        character if value is None else str(value)
        for character in text.strip()
        for value in (unicodedata.decimal(character, None),)
    )
