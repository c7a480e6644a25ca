"""What the use cases of one's own account and of getting one need from the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from auth_service.service.account_values import (
    Factor,
    Invitation,
    KioskCredential,
    KioskPerson,
    NewInvitation,
    OpenSession,
    Proof,
)
from common.identity import Role


class OwnRows(Protocol):
    """One's own sessions and password, and links to reset it."""

    def proof(self, employee_id: int) -> Proof | None:
        """By what this person proves who they are."""
        ...

    def session(self, employee_id: int, sid: str) -> OpenSession | None:
        """One session of a person, if it holds."""
        ...

    def sessions(
        self, employee_id: int, now: datetime, before: tuple[datetime, str] | None, limit: int
    ) -> list[OpenSession]:
        """Sessions that hold, the newest first, from beyond ``before``."""
        ...

    def revoke(self, employee_id: int, sid: str) -> bool:
        """End a session of this person; whether it held until now."""
        ...

    def replace_password(self, employee_id: int, old: str | None, new: str) -> bool:
        """Set another password hash; whether ``old`` was still the one."""
        ...

    def set_link(
        self, employee_id: int, fingerprint: bytes, made_by: int, expires_at: datetime
    ) -> None:
        """Keep a reset link, in the place of the person's last one."""
        ...

    def link(self, fingerprint: bytes, now: datetime) -> tuple[int, datetime] | None:
        """Whose link it is, and until when it is good."""
        ...

    def use_link(self, fingerprint: bytes, now: datetime) -> int | None:
        """Use a link up; whose it was, or ``None`` when it is not good."""
        ...

    def drop_link(self, employee_id: int) -> None:
        """Forget a person's link."""
        ...


class FactorRows(Protocol):
    """Second factors, recovery codes, challenges."""

    def get(self, employee_id: int) -> Factor | None:
        """A person's second factor, kept as it is until the transaction ends."""
        ...

    def enabled(self, employee_id: int) -> bool:
        """Whether a person's sign-in asks for it."""
        ...

    def start(
        self, employee_id: int, wrapped_key: bytes, secret: bytes, expires_at: datetime
    ) -> bool:
        """Keep a pending one in the place of another pending one; whether none is enabled."""
        ...

    def enable(self, employee_id: int, now: datetime) -> None:
        """It is confirmed."""
        ...

    def stepped(self, employee_id: int, step: int) -> None:
        """Note the step of the newest code taken."""
        ...

    def remove(self, employee_id: int) -> bool:
        """Forget it with its recovery codes; whether one was enabled."""
        ...

    def set_recovery(self, employee_id: int, fingerprints: Sequence[bytes]) -> None:
        """Replace the recovery codes."""
        ...

    def use_recovery(self, employee_id: int, fingerprint: bytes, now: datetime) -> bool:
        """Use a recovery code up; whether it was good."""
        ...

    def recovery_left(self, employee_id: int) -> int:
        """How many recovery codes are unused."""
        ...

    def add_challenge(self, fingerprint: bytes, employee_id: int, expires_at: datetime) -> None:
        """Remember a sign-in that waits for its second factor."""
        ...

    def try_challenge(self, fingerprint: bytes, now: datetime, most: int) -> int | None:
        """Count a try of at most ``most``; whose sign-in it is, or ``None`` when it is over."""
        ...

    def end_challenge(self, fingerprint: bytes) -> bool:
        """It is answered; whether nobody else has answered it."""
        ...

    def end_challenges(self, employee_id: int) -> None:
        """Forget every waiting sign-in of a person."""
        ...


class InvitationRows(Protocol):
    """Invitations."""

    def add(self, new: NewInvitation, fingerprint: bytes, hint: str, made_by: int) -> int:
        """Keep an invitation; its number."""
        ...

    def get(self, invitation_id: int) -> Invitation | None:
        """One invitation, kept as it is until the transaction ends."""
        ...

    def page(self, made_by: int | None, before: int | None, limit: int) -> list[Invitation]:
        """Invitations (of ``made_by``), the newest first."""
        ...

    def change(self, invitation_id: int, values: Mapping[str, Any]) -> None:
        """Set ``expires_at``, ``uses``, ``note``, ``revoked_at``."""
        ...

    def good(self, fingerprint: bytes, now: datetime) -> Invitation | None:
        """The invitation with this code, if it is good and its maker may still promise it."""
        ...

    def use(self, invitation_id: int, now: datetime) -> bool:
        """Count a use; whether there was one left."""
        ...


class RightsRows(Protocol):
    """What spans everybody's rights."""

    def guard(self) -> None:
        """Let nobody else change rights until the transaction ends."""
        ...

    def another_admin(self, employee_id: int) -> bool:
        """Whether an admin who may act is there beside this one."""
        ...

    def holders(self) -> dict[Role, int]:
        """How many people hold each role."""
        ...


class KioskRows(Protocol):
    """PINs and badges."""

    def get(self, employee_id: int) -> KioskCredential:
        """What a person has, kept as it is until the transaction ends."""
        ...

    def put(self, employee_id: int, values: KioskCredential) -> None:
        """Replace what a person has; nothing at all forgets them."""
        ...

    def named(self, site_id: int, username_key: str, number: str) -> KioskPerson | None:
        """The person of this site with this username, school number or employee number."""
        ...

    def badged(self, site_id: int, marks: Sequence[bytes]) -> dict[bytes, KioskPerson]:
        """The people of this site with these badges."""
        ...


class AccountWork(Protocol):
    """This part of an open transaction."""

    @property
    def own(self) -> OwnRows:
        """One's own sessions and password."""
        ...

    @property
    def factors(self) -> FactorRows:
        """Second factors."""
        ...

    @property
    def kiosk(self) -> KioskRows:
        """PINs and badges."""
        ...

    @property
    def invitations(self) -> InvitationRows:
        """Invitations."""
        ...

    @property
    def rights(self) -> RightsRows:
        """What spans everybody's rights."""
        ...
