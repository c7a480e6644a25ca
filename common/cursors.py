"""Feed cursors: (epoch, sequence) sealed under the installation's key.

One cursor names one event for everybody, because a replay authorises again. It is encrypted with
AES-SIV (RFC 5297), which needs no nonce and always gives the same text for the same event, and
shows neither how many events there are nor how many somebody else made.
"""

from __future__ import annotations

import base64
import binascii
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from common.errors import DomainError, Kind

_SEALED = 16 + 8
_CONTEXT = b"hazir feed cursor"
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def foreign_cursor() -> DomainError:
    """The cursor was not made here, or was altered."""
    return DomainError(
        Kind.INVALID, "invalid_cursor", "This cursor is not one of ours.", field="after"
    )


def resync() -> DomainError:
    """The cursor is ours, but the feed before it is gone: read the state anew."""
    return DomainError(Kind.GONE, "resync", "The feed has moved on; read the state anew.")


class CursorSealer:
    """Seals and opens cursors of one epoch of the feed."""

    def __init__(self, key: bytes, epoch: str) -> None:
        self.epoch = epoch
        self._cipher = AESSIV(key)
        self._context = [_CONTEXT, UUID(epoch).bytes]

    def seal(self, sequence: int) -> str:
        """The cursor of the event with this sequence; 0 stands before the first event."""
        sealed = self._cipher.encrypt(sequence.to_bytes(8, "big"), self._context)
        return binascii.b2a_base64(sealed, newline=False).translate(_URL_SAFE).decode()

    def open(self, cursor: str) -> int:
        """The sequence in ``cursor``.

        Raises ``resync`` for a cursor of another epoch or an altered one: which of the two it is
        cannot be told, and in both cases nothing may be assumed about what was seen.
        """
        try:
            sealed = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError) as fault:
            raise foreign_cursor() from fault
        if len(sealed) != _SEALED:
            raise foreign_cursor()
        try:
            return int.from_bytes(self._cipher.decrypt(sealed, self._context), "big")
        except InvalidTag as fault:
            raise resync() from fault
