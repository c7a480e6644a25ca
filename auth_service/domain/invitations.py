"""What an invitation may promise, and for how long."""

from __future__ import annotations

from datetime import datetime, timedelta

from auth_service.domain import codes
from common.errors import DomainError, Kind, conflict, invalid

USUAL_LIFE = timedelta(days=7)
LONGEST_LIFE = timedelta(days=366)
_GROUPS = 5
_HINT = 4


def new_code() -> str:
    """A new code of 100 bits; its `hint` leaves 80 of them."""
    return codes.new_code(_GROUPS)


def hint(code: str) -> str:
    """The end of a code."""
    return code[-_HINT:]


def expiry(wanted: datetime | None, now: datetime) -> datetime:
    """When it ends; raises ``invalid_request`` for a time that is past or too far."""
    if wanted is None:
        return now + USUAL_LIFE
    if not now < wanted <= now + LONGEST_LIFE:
        raise invalid("An invitation ends within a year from now.", field="expires_at")
    return wanted


def check_uses(uses: int, used: int) -> None:
    """Raise a conflict when ``uses`` is less than what has been used."""
    if uses < used:
        raise conflict("already_used", f"It has been used {used} times.", used=used)


def no_invitation() -> DomainError:
    """The one answer for a code that is unknown, expired, used up or revoked."""
    return DomainError(Kind.GONE, "invitation_invalid", "This invitation is not valid any more.")
