"""What a kiosk hands in and is offered, and what it needs from the outside, as it sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from attendance_service.domain.evidence import FaceResult
from attendance_service.domain.kiosk import Known
from attendance_service.domain.policy import Place
from attendance_service.domain.punches import Move
from attendance_service.service.ports import LiveProof
from common.identity import Person


@dataclass(frozen=True, slots=True)
class Shown:
    """What the camera of a kiosk saw: ``images`` of somebody who looks into it, to know them by.

    ``frames`` follow, in which the movement of ``challenge`` is made.
    """

    images: Sequence[bytes]
    frames: Sequence[bytes] = ()
    challenge: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What a ticket stands for: whose punch it would be, where, which way, on which evidence."""

    employee_id: int
    place_id: int
    action: str
    evidence: Mapping[str, Any]
    photo: bytes | None


@dataclass(frozen=True, slots=True)
class Offer:
    """Somebody is known and may confirm. ``photo``: with a picture, which is not there yet."""

    ticket: str
    person: Person
    action: Move
    place: Place
    expires_at: datetime
    photo: bool


class Peers(Protocol):
    """The services that know faces, badges and PINs, asked with the device's own token."""

    def identify(self, token: str, frames: Sequence[bytes]) -> Known:
        """Whom the frames show; raises ``unknown_face``, ``biometrics_off``, ``no_face`` …"""
        ...

    def compare(self, token: str, employee_id: int, image: bytes, proof: LiveProof) -> FaceResult:
        """Whether it is this person, and whether they are there; never raises."""
        ...

    def by_badge(self, token: str, badge: str) -> Known:
        """Whose badge it is; raises ``invalid_credentials``."""
        ...

    def by_pin(self, token: str, name: str, pin: str) -> Known:
        """Whose username or number and PIN these are; raises ``invalid_credentials``."""
        ...

    def badges(self, token: str, badges: Sequence[str]) -> Sequence[int | None]:
        """Whose badges these are, in their order; ``None`` for nobody's at the device's site."""
        ...


class TicketStore(Protocol):
    """Tickets, each good once."""

    def issue(self, device_id: int, held: Held, expires_at: datetime) -> str:
        """A new ticket."""
        ...

    def held(self, device_id: int, ticket: str, key: str, now: datetime) -> Held:
        """What it stands for; raises ``unknown_ticket``, ``ticket_used``, ``ticket_expired``."""
        ...

    def take(self, device_id: int, ticket: str, key: str, now: datetime) -> None:
        """From now on only ``key`` may take it; raises ``ticket_used``."""
        ...
