"""Codes that people copy by hand: invitations and recovery codes.

Crockford's base 32: no letter that is taken for a digit. Each character is five bits of chance.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_GROUP = 4
_MISREAD = str.maketrans({"o": "0", "i": "1", "l": "1"})
# Blanks, dashes, and the invisible marks that right-to-left text brings along.
_BETWEEN = frozenset({"Zs", "Pd", "Cf"})


def new_code(groups: int) -> str:
    """A new code of ``groups`` times four characters, with dashes between them."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(_GROUP)) for _ in range(groups))


def normal(text: str) -> str:
    """A code as it is compared: digits of any script, capitals, dashes and blanks made alike."""
    kept = (one for one in text if unicodedata.category(one) not in _BETWEEN)
    return "".join(map(_ascii_digit, kept)).casefold().translate(_MISREAD)


def fingerprint(code: str, owner: int = 0) -> bytes:
    """What is kept of a code; ``owner`` keeps two people's from being compared."""
    return hashlib.sha256(f"{owner}\0{normal(code)}".encode()).digest()


def _ascii_digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
