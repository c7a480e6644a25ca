"""What the use cases of one's own account and of getting one exchange with the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from common.identity import Role

LOCAL = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """By what somebody proves who they are; ``username_key`` is the name failures count under."""

    employee_id: int
    username: str
    username_key: str
    directory: str
    password_hash: str | None

    @property
    def local(self) -> bool:
        """Whether the password is kept here, so that it can be changed here."""
        return self.directory == LOCAL


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A sign-in that holds."""

    sid: str
    device: str
    address: str
    created_at: datetime
    used_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A second factor; ``enabled_at`` is empty until it is confirmed, for which ``expires_at``."""

    wrapped_key: bytes
    secret: bytes
    expires_at: datetime
    enabled_at: datetime | None
    last_step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvitation:
    """An invitation to be made."""

    role: Role
    site_id: int | None
    team_ids: tuple[int, ...]
    expires_at: datetime
    uses: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation(NewInvitation):
    """An invitation; ``hint`` is the end of its code."""

    id: int
    hint: str
    site_name: str | None
    used: int
    created_by: int
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class KioskCredential:
    """By what somebody is known at a kiosk: hashes only, and the end of the badge's code."""

    pin_hash: str | None = None
    badge_mark: bytes | None = None
    badge_hint: str | None = None


@dataclass(frozen=True, slots=True)
class KioskPerson:
    """Somebody who stands at a kiosk, and the hash of their PIN, if they have one."""

    employee_id: int
    full_name: str
    pin_hash: str | None
