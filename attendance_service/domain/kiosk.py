"""A shared tablet: look (or show a badge, or type a PIN), confirm, done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from attendance_service.domain.evidence import (
    FaceResult,
    Judgement,
    LivenessResult,
    Outcome,
    Verdict,
    judge_liveness,
    kept_of,
    liveness_of,
)
from attendance_service.domain.policy import Evidence, Place
from attendance_service.domain.punches import Mode
from common.errors import DomainError, Kind, conflict, forbidden, unavailable

TICKET_LIFE = timedelta(seconds=60)
#: Pictures that somebody may be known by.
MOST_FRAMES = 5
#: All pictures of one look: those, and further ones in which a movement is made.
MOST_PICTURES = 6


class Way(StrEnum):
    """By what somebody is known at a kiosk; none counts for less than another."""

    FACE = "face"
    BADGE = "badge"
    PIN = "pin"


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who stands at a kiosk.

    ``similarity``, ``margin`` and ``threshold`` are cosines, where a face was recognised; ``live``
    says whether they were there, where that was asked.
    """

    employee_id: int
    way: Way
    similarity: float | None = None
    margin: float | None = None
    threshold: float | None = None
    live: LivenessResult | None = None

    def evidence(self, device_id: int) -> dict[str, Any]:
        """What is kept with the record of how the person was known."""
        kept: dict[str, Any] = {"known_by": self.way.value, "device": device_id}
        if self.way is Way.FACE:
            kept |= {"face": "accept", "similarity": self.similarity, "threshold": self.threshold}
        if self.margin is not None:
            kept["margin"] = self.margin
        if self.live is not None:
            kept["liveness"] = kept_of(self.live)
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


def judge(place: Place, evidence: Mapping[str, Any]) -> Judgement:
    """What becomes of a punch there, of what is kept of how somebody was known.

    Being there is asked of whoever shows a face; who is known by PIN or badge shows none, and
    nothing more can be asked of it. Where the place asks for more of a face than a kiosk judges,
    somebody looks.
    """
    if evidence["known_by"] != Way.FACE:
        return Judgement(Outcome.ACCEPTED)
    judged = Judgement(Outcome.ACCEPTED)
    if place.policy.needs_liveness:
        live = evidence.get("liveness")
        judged = judge_liveness(liveness_of(live)) if live else Judgement(Outcome.REVIEW)
    unjudged = place.policy.evidence - {Evidence.PHOTO, Evidence.FACE, Evidence.LIVENESS}
    if unjudged and judged.outcome is Outcome.ACCEPTED:
        return Judgement(Outcome.REVIEW)
    return judged


def seen(face: FaceResult) -> LivenessResult:
    """Whether they were there, of what the face service says of whom it has recognised.

    Raises ``unknown_face`` where the first picture is not surely theirs after all, and
    ``unavailable`` where nothing is said.
    """
    accepted = face.verdict is Verdict.ACCEPT
    if face.verdict is Verdict.DOWN or (accepted and face.liveness is None):
        raise down()
    if not accepted or face.liveness is None:
        raise unknown_face()
    return face.liveness


def needs_photo(place: Place) -> bool:
    """Whether a picture is kept of each punch there, whatever somebody was known by."""
    return Evidence.PHOTO in place.policy.evidence


def down() -> DomainError:
    """Who knows faces, badges and PINs does not answer."""
    return unavailable("This cannot be looked up at the moment; nothing was recorded.")


def unknown_face() -> DomainError:
    """A face that is nobody's, or not surely somebody's: then there is the other way."""
    return DomainError(
        Kind.NOT_FOUND, "unknown_face", "The face was not recognised; use your PIN or badge."
    )


def photo_missing() -> DomainError:
    """The place keeps a picture of each punch."""
    return forbidden("This place asks for a picture.", code="photo_missing")
