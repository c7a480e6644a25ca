"""What a username may be, and when two of them are the same."""

from __future__ import annotations

import unicodedata

from common.errors import invalid

LONGEST = 150
SERVICE_PREFIX = "service:"
# Persian and Arabic names are written with these; they are invisible, so they never distinguish.
_JOINERS = frozenset("\u200c\u200d")
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def key_of(username: str) -> str:
    """What two spellings of one name share: compatibility forms, capitals and joiners folded."""
    folded = unicodedata.normalize("NFKC", username).casefold()
    kept = "".join(character for character in folded if character not in _JOINERS)
    return unicodedata.normalize("NFKC", kept)


def checked(username: str) -> str:
    """``username`` in NFC; raises ``invalid_request`` when it may not be one."""
    name = unicodedata.normalize("NFC", username)
    if not 1 <= len(name) <= LONGEST:
        raise invalid(f"A username has 1 to {LONGEST} characters.", field="username")
    if any(_refused(character) for character in name):
        raise invalid("A username has no invisible characters.", field="username")
    if name != name.strip():
        raise invalid("A username neither begins nor ends with a space.", field="username")
    key = key_of(name)
    if not key:
        raise invalid("A username has at least one visible character.", field="username")
    if key.startswith(SERVICE_PREFIX):
        raise invalid("This name is reserved.", field="username")
    return name


def _refused(character: str) -> bool:
    return unicodedata.category(character) in _REFUSED_CATEGORIES and character not in _JOINERS
