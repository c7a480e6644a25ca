"""Signing in by way of a provider's own page: what is kept of the way out until the way back."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

#: How long somebody may take at the provider, in seconds.
LIFE = 600
_LONGEST = 1000
_ADDRESS = re.compile(r"((?i:https?)://[^/?#@\\\s]+)(/[^\s\\]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Journey:
    """One sign-in on its way; only the browser that began it holds this.

    ``verifier`` is of RFC 7636, ``nonce`` of OpenID Connect Core; ``return_to`` is where the page
    goes on.
    """

    directory: str
    state: str
    nonce: str
    verifier: str
    return_to: str


def new_journey(directory: str, return_to: str) -> Journey:
    """A journey that nobody can guess: 256 bits for each of its three secrets."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Journey(directory, state, nonce, verifier, return_to)


def challenge(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def landing(wish: str | None, origins: AbstractSet[str], otherwise: str) -> str:
    """Where the page goes on: ``wish`` when it is on one of our ``origins``, else ``otherwise``."""
    if wish is None or len(wish) > _LONGEST or not wish.isprintable():
        return otherwise
    found = _ADDRESS.fullmatch(wish)
    if found is None or found.group(1).lower() not in origins:
        return otherwise
    return found.group(1).lower() + (found.group(2) or "/")


def failed(return_to: str, code: str, more: Mapping[str, str]) -> str:
    """The page's address that tells why nobody is signed in; the reason stays in the browser."""
    page = urlsplit(return_to)._replace(fragment="").geturl()
    return f"{page}#/signin?{urlencode({'error': code, **more})}"
