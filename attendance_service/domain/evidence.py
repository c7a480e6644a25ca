"""What a face makes of a punch. Every doubt ends short of "accepted"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from attendance_service.domain.policy import OnFaceDown, Policy, WithoutFace

#: Pictures that may follow the first one, to show that somebody is there.
MOST_FRAMES = 5
#: What a challenge of the face service may look like.
CHALLENGE = r"^[!-~]{1,200}$"


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
    CONSENT_OUTDATED = "consent_outdated"
    BIOMETRICS_OFF = "biometrics_off"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class LivenessResult:
    """What the face service says of who was before the camera.

    ``verdict`` is accept, review or reject, ``score`` the model's (0 to 1), ``reason`` a word of
    the face service; ``challenged`` says that the frames came with a challenge.
    """

    verdict: Verdict
    score: float | None
    reason: str
    challenged: bool


@dataclass(frozen=True, slots=True)
class FaceResult:
    """The face service's answer; ``similarity`` and ``threshold`` are cosines where there are."""

    verdict: Verdict
    similarity: float | None = None
    threshold: float | None = None
    liveness: LivenessResult | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of the punch; the stable code of a refusal, its sentence and closer reason."""

    outcome: Outcome
    code: str = ""
    message: str = ""
    reason: str = ""


_REFUSALS = {
    Verdict.REJECT: ("face_mismatch", "The face in the picture is not the enrolled one."),
    Verdict.NO_FACE: ("no_face", "There is no face in the picture."),
    Verdict.SEVERAL_FACES: ("several_faces", "There is more than one face in the picture."),
    Verdict.NOT_ENROLLED: ("not_enrolled", "No face is enrolled for you; use another place."),
    Verdict.CONSENT_OUTDATED: (
        "consent_outdated",
        "The consent text has changed: agree to it anew, or use another place.",
    ),
    Verdict.BIOMETRICS_OFF: (
        "biometrics_off",
        "Face recognition is turned off at your site; use another place.",
    ),
}

#: The face service's words for what it cannot compare, as what is kept of it.
REASONS = {
    word.value: word
    for word in (
        Verdict.NO_FACE,
        Verdict.SEVERAL_FACES,
        Verdict.NOT_ENROLLED,
        Verdict.CONSENT_OUTDATED,
        Verdict.BIOMETRICS_OFF,
    )
} | dict.fromkeys(("consent_required", "not_found", "erased"), Verdict.NOT_ENROLLED)
#: Whose face cannot be asked for: they have another way, and it is no worse than this one.
WITHOUT_FACE = frozenset({Verdict.NOT_ENROLLED, Verdict.CONSENT_OUTDATED, Verdict.BIOMETRICS_OFF})

_NOT_LIVE = "The camera must see you yourself, live."
#: What can be done better at the next try.
_NOT_LIVE_BECAUSE = {
    "too_close_to_judge": "Step back, so that more than the face is in the picture.",
    "challenge_failed": "The movement that was asked for was not seen; try again.",
    "challenge_expired": "That took too long; try again.",
    "replayed": "These pictures were used before; take new ones.",
    "frames_identical": "The pictures are all the same; take new ones.",
    "no_face": "There is a picture without a face; stay before the camera.",
    "several_faces": "There must be one person before the camera.",
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
    if verdict in WITHOUT_FACE and policy.without_face is WithoutFace.REVIEW:
        return Judgement(Outcome.REVIEW)
    if verdict in _REFUSALS:
        return Judgement(Outcome.REFUSED, *_REFUSALS[verdict])
    live = face.liveness if face else None
    unknown = policy.needs_liveness and live is None
    if verdict is Verdict.DOWN or unknown:
        return Judgement(Outcome.PENDING) if policy.on_face_down is OnFaceDown.PENDING else None
    if policy.needs_liveness and live is not None:
        judged = judge_liveness(live)
        if judged.outcome is not Outcome.ACCEPTED:
            return judged
    return Judgement(Outcome.ACCEPTED if verdict is Verdict.ACCEPT else Outcome.REVIEW)


def judge_liveness(live: LivenessResult) -> Judgement:
    """What comes of whether somebody was there, once it is known who."""
    if live.verdict is Verdict.REJECT:
        message = _NOT_LIVE_BECAUSE.get(live.reason, _NOT_LIVE)
        return Judgement(Outcome.REFUSED, "not_live", message, live.reason)
    # Frames that answer nothing may have been made at any time: somebody has to look.
    surely = live.verdict is Verdict.ACCEPT and live.challenged
    return Judgement(Outcome.ACCEPTED if surely else Outcome.REVIEW)


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
        if face.liveness is not None:
            kept["liveness"] = kept_of(face.liveness)
    return kept


def kept_of(live: LivenessResult) -> dict[str, Any]:
    """What is kept with a record of whether somebody was there."""
    return {
        "decision": live.verdict.value,
        "score": None if live.score is None else round(live.score, 4),
        "reason": live.reason,
        "challenge": live.challenged,
    }


def liveness_of(kept: Mapping[str, Any]) -> LivenessResult:
    """What `kept_of` was made of."""
    return LivenessResult(
        Verdict(kept["decision"]), kept["score"], kept["reason"], kept["challenge"]
    )
