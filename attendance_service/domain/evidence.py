"""What the comparison of a face makes of a punch. Every doubt ends short of "accepted"."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from attendance_service.domain.policy import OnFaceDown, Policy


class Outcome(StrEnum):
    """What a record was when it was made."""

    ACCEPTED = "accepted"
    REVIEW = "review"
    PENDING = "pending"
    REFUSED = "refused"


class Verdict(StrEnum):
    """What the face service can say of a picture and a person."""

    ACCEPT = "accept"
    REVIEW = "review"
    REJECT = "reject"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    NOT_ENROLLED = "not_enrolled"
    BIOMETRICS_OFF = "biometrics_off"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class FaceResult:
    """The face service's answer; ``similarity`` and ``threshold`` are cosines where there are."""

    verdict: Verdict
    similarity: float | None = None
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of the punch, and the stable code of a refusal with its sentence."""

    outcome: Outcome
    code: str = ""
    message: str = ""


_REFUSALS = {
    Verdict.REJECT: ("face_mismatch", "The face in the picture is not the enrolled one."),
    Verdict.NO_FACE: ("no_face", "There is no face in the picture."),
    Verdict.SEVERAL_FACES: ("several_faces", "There is more than one face in the picture."),
    Verdict.NOT_ENROLLED: ("not_enrolled", "No face is enrolled for you; use another place."),
    Verdict.BIOMETRICS_OFF: (
        "biometrics_off",
        "Face recognition is turned off at your site; use another place.",
    ),
}


def judge(policy: Policy, *, has_image: bool, face: FaceResult | None) -> Judgement | None:
    """The judgement of ``policy`` on the evidence given.

    ``None`` means that the punch cannot be judged at the moment and the policy refuses to wait:
    nothing may be kept.
    """
    if policy.needs_image and not has_image:
        return Judgement(Outcome.REFUSED, "photo_missing", "This place asks for a picture.")
    if not policy.needs_face:
        return Judgement(Outcome.ACCEPTED)
    if policy.compares_later:
        return Judgement(Outcome.PENDING)
    verdict = face.verdict if face else Verdict.DOWN
    if verdict is Verdict.ACCEPT:
        return Judgement(Outcome.ACCEPTED)
    if verdict is Verdict.REVIEW:
        return Judgement(Outcome.REVIEW)
    if verdict is Verdict.DOWN:
        if policy.on_face_down is OnFaceDown.PENDING:
            return Judgement(Outcome.PENDING)
        return None
    code, message = _REFUSALS[verdict]
    return Judgement(Outcome.REFUSED, code, message)


def evidence_of(has_image: bool, face: FaceResult | None) -> dict[str, Any] | None:
    """What is kept with the record of how it was judged."""
    if not has_image and face is None:
        return None
    kept: dict[str, Any] = {"photo": has_image}
    if face is not None:
        kept["face"] = face.verdict.value
        if face.similarity is not None:
            kept["similarity"] = round(face.similarity, 4)
            kept["threshold"] = face.threshold
    return kept
