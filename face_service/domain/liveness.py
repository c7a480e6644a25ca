"""Whether the camera saw a person or a picture of one. Every doubt ends short of "accept"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import median

from face_service.domain.challenge import LEAST_FRAMES, Movement, met
from face_service.domain.faces import Face
from face_service.domain.matching import Decision, Embedding, similarity
from face_service.domain.replays import Replay

#: The model was trained with what surrounds a face: this many times its width and height.
CONTEXT = 2.7
MOST_IMAGES = 8

# Frames that follow each other are much more alike than two photos of one person are.
_SAME_PERSON = 0.45
# How many of the frames that can be judged must be good by themselves.
_AGREEING = 2 / 3


class Reason(StrEnum):
    """Why a row of frames was judged as it was."""

    LIVE = "live"
    SPOOF_SUSPECTED = "spoof_suspected"
    TOO_CLOSE_TO_JUDGE = "too_close_to_judge"
    TOO_FEW_FRAMES = "too_few_frames"
    CHALLENGE_FAILED = "challenge_failed"
    CHALLENGE_EXPIRED = "challenge_expired"
    REPLAYED = "replayed"
    FRAMES_IDENTICAL = "frames_identical"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores from which frames are accepted, and below which they are rejected (0 to 1)."""

    accept: float
    review: float


@dataclass(frozen=True, slots=True)
class Look:
    """What one frame shows.

    ``face`` is the one meant, if there is exactly one; ``several`` says that there were more.
    ``real`` is the model's score (0 to 1), where the frame has enough context for it; ``embedding``
    is there when there are other frames to compare with. ``digest`` is the SHA-256 of the pixels,
    ``fingerprint`` what nearly the same picture has in common with it (`replays`).
    """

    digest: bytes
    fingerprint: bytes
    face: Face | None = None
    several: bool = False
    real: float | None = None
    embedding: Embedding | None = None


@dataclass(frozen=True, slots=True)
class Presented:
    """A challenge that came with the frames; without a ``movement`` it does not hold (any more)."""

    movement: Movement | None


@dataclass(frozen=True, slots=True)
class LivenessVerdict:
    """What a row of frames comes to; ``score`` is the median of those that could be judged."""

    decision: Decision
    score: float | None
    reason: Reason


def context(face: Face, *, width: int, height: int) -> float:
    """How many times the face fits into a frame of this size, by the narrower side."""
    return min(width / max(face.width, 1.0), height / max(face.height, 1.0))


def patch(face: Face, *, width: int, height: int) -> tuple[int, int, int, int]:
    """The part of a frame that the model looks at: left, top, right, bottom, all inside it.

    It is `CONTEXT` times the face, or as much as there is, moved into the frame where it ends.
    """
    scale = min(CONTEXT, context(face, width=width - 1, height=height - 1))
    left, right = _within(face.x + face.width / 2, face.width * scale, width)
    top, bottom = _within(face.y + face.height / 2, face.height * scale, height)
    return left, top, right, bottom


def _within(centre: float, length: float, side: int) -> tuple[int, int]:
    start = min(max(centre - length / 2, 0.0), max(side - 1 - length, 0.0))
    return int(start), min(int(start + length) + 1, side)


def judge(
    looks: Sequence[Look],
    thresholds: Thresholds,
    *,
    replay: Replay = Replay.NO,
    challenge: Presented | None = None,
) -> LivenessVerdict:
    """What ``looks``, in the order of their frames, come to.

    Without a challenge nothing shows that the frames were made now: only their looks are judged.
    """
    scores = [look.real for look in looks if look.real is not None]
    score = median(scores) if scores else None
    refusal = _refusal(looks, scores, thresholds, replay, challenge)
    if refusal is not None:
        return LivenessVerdict(Decision.REJECT, score, refusal)
    doubt = _doubt(looks, scores, thresholds, replay)
    if doubt is not None:
        return LivenessVerdict(Decision.REVIEW, score, doubt)
    return LivenessVerdict(Decision.ACCEPT, score, Reason.LIVE)


def _refusal(
    looks: Sequence[Look],
    scores: Sequence[float],
    thresholds: Thresholds,
    replay: Replay,
    challenge: Presented | None,
) -> Reason | None:
    if any(look.several for look in looks):
        return Reason.SEVERAL_FACES
    faces = [look.face for look in looks if look.face is not None]
    if len(faces) < len(looks):
        return Reason.NO_FACE
    if len({look.digest for look in looks}) < len(looks):
        return Reason.FRAMES_IDENTICAL
    if replay is Replay.SAME:
        return Reason.REPLAYED
    if challenge is not None and challenge.movement is None:
        return Reason.CHALLENGE_EXPIRED
    if len(scores) < min(LEAST_FRAMES, len(looks)):
        return Reason.TOO_CLOSE_TO_JUDGE
    if median(scores) < thresholds.review:
        return Reason.SPOOF_SUSPECTED
    if not _one_person(looks):
        return Reason.SEVERAL_FACES
    if challenge is None or challenge.movement is None or len(looks) < LEAST_FRAMES:
        return None
    return None if met(challenge.movement, faces) else Reason.CHALLENGE_FAILED


def _doubt(
    looks: Sequence[Look], scores: Sequence[float], thresholds: Thresholds, replay: Replay
) -> Reason | None:
    if replay is Replay.COPIES:
        return Reason.REPLAYED
    if len(looks) < LEAST_FRAMES:
        return Reason.TOO_FEW_FRAMES
    good = sum(score >= thresholds.accept for score in scores)
    if median(scores) < thresholds.accept or good < _AGREEING * len(scores):
        return Reason.SPOOF_SUSPECTED
    return None


def _one_person(looks: Sequence[Look]) -> bool:
    """Whether each frame shows whom the one before shows."""
    seen = [look.embedding for look in looks if look.embedding is not None]
    if len(seen) < len(looks) and len(looks) > 1:
        return False
    return all(similarity(one, other) >= _SAME_PERSON for one, other in pairwise(seen))
