"""A shared tablet: look (or show a badge, or type a PIN), confirm, done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from attendance_service.domain.evidence import Outcome
from attendance_service.domain.policy import Evidence, Place
from attendance_service.domain.punches import Mode
from common.errors import DomainError, Kind, conflict, forbidden

TICKET_LIFE = timedelta(seconds=60)
MOST_FRAMES = 5


class Way(StrEnum):
    """By what somebody is known at a kiosk; none counts for less than another."""

    FACE = "face"
    BADGE = "badge"
    PIN = "pin"


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who stands at a kiosk.

    ``similarity``, ``margin`` and ``threshold`` are cosines, where a face was recognised.
    """

    employee_id: int
    way: Way
    similarity: float | None = None
    margin: float | None = None
    threshold: float | None = None

    def evidence(self, device_id: int) -> dict[str, Any]:
        """What is kept with the record of how the person was known."""
        kept: dict[str, Any] = {"known_by": self.way.value, "device": device_id}
        if self.way is Way.FACE:
            kept |= {"face": "accept", "similarity": self.similarity, "threshold": self.threshold}
        if self.margin is not None:
            kept["margin"] = self.margin
        return kept


def kiosk_place(places: Sequence[Place], wanted: int | None) -> Place:
    """Where a kiosk's punches count: at the place wanted, else the site's default, else the first.

    Its policy must leave the direction to the server. Raises ``no_kiosk_place``.
    """
    fitting = [
        place for place in places if place.policy.mode is Mode.TOGGLE and wanted in (None, place.id)
    ]
    if not fitting:
        raise conflict(
            "no_kiosk_place", "No place of this site lets a kiosk choose between in and out."
        )
    return min(fitting, key=lambda place: (not place.is_default, place.id))


def outcome(place: Place, known_by: Way) -> Outcome:
    """What becomes of a punch there.

    Where the place asks for more of a face than a kiosk judges, somebody looks; who is known by
    PIN or badge shows no face, and nothing more can be asked of it.
    """
    unjudged = place.policy.evidence - {Evidence.PHOTO, Evidence.FACE}
    return Outcome.REVIEW if known_by is Way.FACE and unjudged else Outcome.ACCEPTED


def needs_photo(place: Place) -> bool:
    """Whether a picture is kept of each punch there, whatever somebody was known by."""
    return Evidence.PHOTO in place.policy.evidence


def unknown_face() -> DomainError:
    """A face that is nobody's, or not surely somebody's: then there is the other way."""
    return DomainError(
        Kind.NOT_FOUND, "unknown_face", "The face was not recognised; use your PIN or badge."
    )


def photo_missing() -> DomainError:
    """The place keeps a picture of each punch."""
    return forbidden("This place asks for a picture.", code="photo_missing")
