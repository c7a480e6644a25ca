"""Who may make an account for themself."""

from __future__ import annotations

from enum import StrEnum

from common.errors import forbidden


class Registration(StrEnum):
    """How far the door is open to those who have no account."""

    OPEN = "open"
    INVITED = "invited"
    CLOSED = "closed"

    def check(self, *, invited: bool, by_admin: bool) -> None:
        """Raise ``forbidden`` for whoever may not register; an admin makes accounts always.

        ``invited`` says that an invitation came along, good or not.
        """
        if self is Registration.OPEN or by_admin:
            return
        if self is Registration.CLOSED or not invited:
            text = "An invitation is needed." if self is Registration.INVITED else "Ask an admin."
            raise forbidden(f"Nobody registers here. {text}", code="registration_closed")
