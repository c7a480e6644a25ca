"""Which passwords are taken: a length, and not what everybody tries first.

There are no rules of composition (NIST SP 800-63B, 5.1.1.2): they make passwords alike.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from common.errors import invalid

LONGEST = 128
_PRODUCT = "hazir"
_LEET = str.maketrans("0134578@$!", "oieastbasi")
_EDGES = re.compile(r"^[\W\d_]{0,4}|[\W\d_]{0,4}$")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "q1w2e3r4t5y6u7i8o9p0",
    "1q2w3e4r5t6y7u8i9o0p",
)


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """The shortest password taken, and the words that are too common (``None``: any is taken)."""

    shortest: int = 8
    common: frozenset[str] | None = None


def normal(password: str) -> str:
    """``password`` as it is hashed: in NFC, because keyboards compose letters differently."""
    return unicodedata.normalize("NFC", password)


def checked(password: str, username: str, policy: PasswordPolicy) -> str:
    """``password`` as it is hashed; raises ``invalid_request`` when it may not be one."""
    text = normal(password)
    if not policy.shortest <= len(text) <= LONGEST:
        raise invalid(
            f"A password has {policy.shortest} to {LONGEST} characters.", field="password"
        )
    if "\0" in text:
        raise invalid("A password holds no NUL character.", field="password")
    if policy.common is not None and is_common(text, username, policy.common):
        raise invalid("This password is among the first that anybody tries.", field="password")
    return text


def is_common(password: str, username: str, words: frozenset[str]) -> bool:
    """Whether ``password`` is a common word, a pattern, or the user's or the product's own name.

    Capitals, digits in place of letters, and up to four digits or signs around a word do not hide
    it.
    """
    folded = password.casefold()
    forms = {folded, _trimmed(folded)}
    forms |= {form.translate(_LEET) for form in forms}
    named = words | {_PRODUCT, username.casefold()}
    return not forms.isdisjoint(named) or _is_pattern(folded)


def _trimmed(text: str) -> str:
    return _EDGES.sub("", text)


def _is_pattern(text: str) -> bool:
    """One piece repeated, or one run along the alphabet, the digits or the keyboard."""
    if (text + text).find(text, 1) < len(text):
        return True
    return any(text in row or text in row[::-1] for row in _ROWS)
