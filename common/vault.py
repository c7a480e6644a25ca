"""Encryption at rest with a key for each person, so that destroying one key erases one person.

AES-256-GCM with a random nonce before the ciphertext; the person's number is authenticated with
it, so that nobody's data can be passed off as another's. The person's key is itself kept only
encrypted under the service's master key, which is a secret outside the database.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Unreadable(Exception):
    """The data, its key or the person it is said to belong to do not fit together."""


class Vault:
    """Wraps the keys of people under one master key of 32 bytes."""

    def __init__(self, master: bytes) -> None:
        self._master = AESGCM(master)

    def new_key(self, employee_id: int) -> bytes:
        """A fresh key for a person, wrapped: what may be stored."""
        return _seal(self._master, AESGCM.generate_key(256), employee_id)

    def seal(self, wrapped: bytes, employee_id: int, plain: bytes) -> bytes:
        """``plain`` encrypted with the person's key."""
        return _seal(self._key(wrapped, employee_id), plain, employee_id)

    def open(self, wrapped: bytes, employee_id: int, sealed: bytes) -> bytes:
        """What `seal` encrypted; raises `Unreadable`."""
        return _open(self._key(wrapped, employee_id), sealed, employee_id)

    def _key(self, wrapped: bytes, employee_id: int) -> AESGCM:
        return AESGCM(_open(self._master, wrapped, employee_id))


def _seal(cipher: AESGCM, plain: bytes, employee_id: int) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + cipher.encrypt(nonce, plain, _owner(employee_id))


def _open(cipher: AESGCM, sealed: bytes, employee_id: int) -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _owner(employee_id))
    except (InvalidTag, ValueError) as fault:
        raise Unreadable from fault


def _owner(employee_id: int) -> bytes:
    return employee_id.to_bytes(8, "big")
