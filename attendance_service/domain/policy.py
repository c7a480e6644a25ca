"""Places and the policies that say which evidence a punch there needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from attendance_service.domain.punches import Mode


class Evidence(StrEnum):
    """What can be asked for beside the account itself."""

    PHOTO = "photo"
    FACE = "face"
    #: That a person is there and not a picture of one; only together with `FACE`.
    LIVENESS = "liveness"


class OnFaceDown(StrEnum):
    """What becomes of a punch whose face cannot be compared at the moment."""

    REFUSE = "refuse"
    PENDING = "pending"


class WithoutFace(StrEnum):
    """What becomes of a punch of somebody whose face cannot be asked for: no consent, nothing
    enrolled, or a site that uses no faces."""

    REFUSE = "refuse"
    REVIEW = "review"


class FaceCheck(StrEnum):
    """When a face is compared: before the answer to the punch, or by a job after it."""

    AT_ONCE = "at_once"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a place's policy. ``skew_seconds`` bounds a trusted device clock's error."""

    version: int
    evidence: frozenset[Evidence]
    mode: Mode = Mode.STRICT
    on_face_down: OnFaceDown = OnFaceDown.REFUSE
    skew_seconds: int = 120
    without_face: WithoutFace = WithoutFace.REVIEW
    face_check: FaceCheck = FaceCheck.AT_ONCE

    @property
    def needs_image(self) -> bool:
        """Whether a punch has to come with a picture."""
        return bool(self.evidence)

    @property
    def needs_face(self) -> bool:
        """Whether the picture has to show the person."""
        return Evidence.FACE in self.evidence or self.needs_liveness

    @property
    def needs_liveness(self) -> bool:
        """Whether the person has to show that they are there."""
        return Evidence.LIVENESS in self.evidence

    @property
    def compares_later(self) -> bool:
        """Whether the face is compared after the answer; until then the record is pending."""
        return self.needs_face and self.face_check is FaceCheck.LATER


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere at a site where people punch, under a policy."""

    id: int
    site_id: int
    name: str
    zone: str
    is_default: bool
    policy: Policy


#: What holds where no place is named and the site has no default one: no evidence is asked for.
OPEN_POLICY = Policy(version=0, evidence=frozenset())
