"""Webhooks signed and verified: Standard Webhooks 1.0.0, and the older signature beside it.

The signature covers the message's id, its time and its body, so that a captured message verifies
nothing else and not for long. While a secret is exchanged there are two: messages are signed with
both and accepted with either.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence

#: Seconds by which a message's time may differ from the receiver's clock.
WINDOW = 300
NAMES = ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
#: HMAC-SHA256 of the body alone, in hex; sent for receivers of the older kind, accepted by nobody.
OLDER_SIGNATURE = "X-Webhook-Signature"

_PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64
_MOST_KEYS = 2
_MOST_SIGNATURES = 16
_VISIBLE = re.compile(r"[\x21-\x7e]{1,128}")
_SECONDS = re.compile(r"[0-9]{1,12}")


class BadSignature(Exception):
    """The message is not what a holder of the secret sent just now."""


def new_secret() -> str:
    """A fresh secret as it is written down: ``whsec_`` and 32 bytes in base64."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def written(key: bytes) -> str:
    """``key`` as a receiver's configuration takes it."""
    return _PREFIX + base64.b64encode(key).decode()


def keys(text: str) -> tuple[bytes, ...]:
    """The keys in ``text``: one secret, or two with a space between them, the newest first.

    Raises ``ValueError`` for anything else.
    """
    words = text.split()
    if not 1 <= len(words) <= _MOST_KEYS:
        raise ValueError("must be one secret, or two while they are exchanged")
    return tuple(_key(word) for word in words)


def _key(word: str) -> bytes:
    try:
        raw = base64.b64decode(word.removeprefix(_PREFIX), validate=True)
    except binascii.Error as fault:
        raise ValueError("is not whsec_ and base64") from fault
    if not word.startswith(_PREFIX) or not _SHORTEST <= len(raw) <= _LONGEST:
        raise ValueError(f"is not whsec_ and {_SHORTEST} to {_LONGEST} bytes in base64")
    return raw


def derived(signing: Sequence[bytes], purpose: str) -> tuple[bytes, ...]:
    """Keys for ``purpose`` alone: whoever holds them learns nothing of ``signing``."""
    return tuple(hmac.digest(key, purpose.encode(), "sha256") for key in signing)


def signed(
    signing: Sequence[bytes], message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """The headers of a message, signed with every one of the keys ``signing``."""
    signatures = [_signature(key, message_id, str(timestamp), body) for key in signing]
    return {
        ID: message_id,
        TIMESTAMP: str(timestamp),
        SIGNATURE: " ".join(f"v1,{base64.b64encode(one).decode()}" for one in signatures),
        OLDER_SIGNATURE: hmac.new(signing[0], body, hashlib.sha256).hexdigest(),
    }


def verified(
    accepted: Sequence[bytes], headers: Mapping[str, str], body: bytes, *, now: float
) -> str:
    """The id of a message that one of the keys ``accepted`` signed at most `WINDOW` seconds ago.

    ``headers`` holds what came under each of `NAMES`. Raises `BadSignature`, for every reason
    alike.
    """
    message_id, timestamp = headers.get(ID) or "", headers.get(TIMESTAMP) or ""
    if not _VISIBLE.fullmatch(message_id) or not _SECONDS.fullmatch(timestamp):
        raise BadSignature
    if abs(now - int(timestamp)) > WINDOW:
        raise BadSignature
    offered = [_offered(word) for word in (headers.get(SIGNATURE) or "").split()[:_MOST_SIGNATURES]]
    wanted = [_signature(key, message_id, timestamp, body) for key in accepted]
    # Every pair is compared, so that the time taken says nothing of which one fitted.
    fitting = [hmac.compare_digest(one, other) for one in offered for other in wanted]
    if not any(fitting):
        raise BadSignature
    return message_id


def _offered(word: str) -> bytes:
    version, _, text = word.partition(",")
    if version != "v1":
        return b""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> bytes:
    return hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")
