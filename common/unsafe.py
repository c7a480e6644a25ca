"""What makes a secret or a setting unfit for use: the rules of a start, as pure functions."""

from __future__ import annotations

import base64
import binascii
import re
from ipaddress import ip_address
from urllib.parse import urlsplit

SHORTEST_SECRET = 16
#: In production: what 128 random bits take in the densest usual form.
SHORTEST_IN_PRODUCTION = 22
_FEWEST_CHARACTERS = 8
#: Longest first, so that of two words that begin alike the longer one goes.
_WELL_KNOWN = sorted(
    {
        *("secret", "password", "passwd", "changeme", "change", "default", "example", "sample"),
        *("admin", "root", "user", "guest", "test", "demo", "letmein", "qwerty", "welcome"),
        *("hazir", "postgres", "redis", "jwt", "token", "key", "dev", "development", "hook"),
        *("production", "super", "please", "replace", "this", "insert", "your", "here", "me"),
        *("abcdefghijklmnopqrstuvwxyz", "abcdef", "insecure", "unsafe", "not", "my", "the"),
    },
    key=len,
    reverse=True,
)
_LOOPBACK_NAMES = frozenset({"localhost"})


def key_bytes(text: str) -> bytes:
    """The 32 raw bytes of a key kept in base64; raises ``ValueError``."""
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as fault:
        raise ValueError("is not base64") from fault
    if len(raw) != 32:
        raise ValueError("is not a key of 32 bytes")
    return raw


def check_secret(value: str, *, production: bool) -> None:
    """Raise ``ValueError`` for a secret that is short or well known; production asks for more."""
    shortest = SHORTEST_IN_PRODUCTION if production else SHORTEST_SECRET
    if len(value) < shortest:
        raise ValueError("is too short or well known")
    if production and (len(set(value)) < _FEWEST_CHARACTERS or _of_known_words(value)):
        raise ValueError("is easily guessed or well known")


def _of_known_words(value: str) -> bool:
    """Whether little is left of ``value`` without common words, digits and signs."""
    rest = re.sub(r"[^a-z]", "", value.lower())
    for word in _WELL_KNOWN:
        rest = rest.replace(word, "")
    return len(rest) < _FEWEST_CHARACTERS


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine and nobody else's."""
    if host.lower() in _LOOPBACK_NAMES:
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def origins(text: str) -> tuple[str, ...]:
    """A parser of comma-separated web origins: ``scheme://host[:port]``, nothing wider."""
    found = tuple(word.strip() for word in text.split(",") if word.strip())
    for origin in found:
        if "*" in origin or origin == "null":
            raise ValueError(f"{origin} lets every page call; name the origins")
        parts = urlsplit(origin)
        whole = f"{parts.scheme}://{parts.netloc}" == origin and "@" not in origin
        if not whole or parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{origin} is not an origin such as https://attend.example.org")
    return found


def in_clear(url: str) -> bool:
    """Whether ``url`` leads to another machine without TLS."""
    parts = urlsplit(url)
    return parts.scheme != "https" and not is_loopback(parts.hostname or "")
