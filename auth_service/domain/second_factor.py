"""Codes of an authenticator (TOTP, RFC 6238) and the recovery codes beside them."""

from __future__ import annotations

import hmac
import re
from datetime import datetime, timedelta

import pyotp

from auth_service.domain import codes

ISSUER = "Hazir"
STEP = 30
# One step either way: clocks of telephones are not ours, and people type slowly.
WINDOW = 1
# An authenticator is set up within this, a sign-in finished within that.
PENDING_LIFE = timedelta(minutes=10)
CHALLENGE_LIFE = timedelta(minutes=5)
MOST_TRIES = 5
# Without a password to ask for, the sign-in itself has to be this recent.
RECENT_SIGN_IN = timedelta(minutes=10)
RECOVERY_CODES = 10
_RECOVERY_GROUPS = 4
_TOTP = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """A new shared secret of 160 bits, in base 32."""
    return pyotp.random_base32()


def uri(secret: str, username: str) -> str:
    """The ``otpauth`` address that authenticators read from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def is_totp(code: str) -> bool:
    """Whether a code in its normal form is an authenticator's, and no recovery code."""
    return _TOTP.fullmatch(code) is not None


def accepted_step(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """The time step whose code ``code`` is, or ``None``.

    Steps up to ``last_step`` are over: RFC 6238, 5.2 lets a code be good once.
    """
    made = pyotp.HOTP(secret)
    present = int(now.timestamp()) // STEP
    for step in range(present - WINDOW, present + WINDOW + 1):
        right = hmac.compare_digest(made.at(step).encode(), code.encode())
        if right and step > last_step:
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Ten codes of 80 bits, each good once."""
    return [codes.new_code(_RECOVERY_GROUPS) for _ in range(RECOVERY_CODES)]
