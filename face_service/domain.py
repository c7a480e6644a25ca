"""Which face is meant, how like two faces are, and what follows from it: values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import hypot

import numpy as np
from numpy.typing import NDArray

from common.errors import DomainError, Kind, forbidden

Embedding = NDArray[np.float32]

CONSENT_VERSION = "2026-11"
MOST_PHOTOS = 5

# A second face counts when it is nearly as large as the one meant, and surely a face.
RIVAL_SIZE = 0.7
RIVAL_SCORE = 0.9
# At enrolment nobody else should be near the camera at all.
BYSTANDER_SIZE = 0.3
BYSTANDER_SCORE = 0.8
ENROL_SCORE = 0.8
ENROL_PIXELS = 80

# Similarity needed to accept, by the number of enrolled photos; docs/accuracy.md has the figures.
ACCEPT = {1: 0.41, 2: 0.42, 3: 0.43}
REVIEW_BAND = 0.04
# Photos of one enrolment must at least look related, else two people could share an account.
SAME_PERSON = 0.30


@dataclass(frozen=True, slots=True)
class Face:
    """A face in an image, in pixels of that image.

    ``landmarks`` are the right and left eye, the tip of the nose, the right and left corner of
    the mouth, each as x, y and as seen on the person. ``score`` is the detector's, 0 to 1.
    """

    x: float
    y: float
    width: float
    height: float
    landmarks: tuple[tuple[float, float], ...]
    score: float

    @property
    def area(self) -> float:
        """The area of the box in square pixels."""
        return self.width * self.height

    def prominence(self, width: float, height: float) -> float:
        """How much this face is the subject of a picture of this size: large, then central."""
        offset = hypot(self.x + self.width / 2 - width / 2, self.y + self.height / 2 - height / 2)
        return self.area * (1 - offset / hypot(width, height))


class Decision(StrEnum):
    """What a comparison comes to; ``review`` leaves it to a person."""

    ACCEPT = "accept"
    REVIEW = "review"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A comparison's outcome. ``similarity`` is a cosine (-1 to 1), ``threshold`` what accepts."""

    decision: Decision
    similarity: float
    threshold: float


def refused(code: str, message: str, field: str) -> DomainError:
    """An image that can be read and does not serve."""
    return DomainError(Kind.UNPROCESSABLE, code, message, field=field)


def consent_required() -> DomainError:
    """The refusal of an enrolment without a consent in force."""
    return forbidden("Agree to the use of your face first.", code="consent_required")


def foremost(faces: Sequence[Face], *, width: int, height: int) -> Face:
    """The largest and most central of ``faces``, of which there must be one."""
    return max(faces, key=lambda face: face.prominence(width, height))


def dominant(faces: Sequence[Face], *, width: int, height: int, field: str = "image") -> Face:
    """The face meant: the largest and most central. Raises ``no_face`` or ``several_faces``."""
    if not faces:
        raise refused("no_face", "There is no face in the image.", field)
    meant = foremost(faces, width=width, height=height)
    if _others(faces, meant, RIVAL_SIZE, RIVAL_SCORE):
        raise refused("several_faces", "There is more than one face in the image.", field)
    return meant


def enrollable(faces: Sequence[Face], *, width: int, height: int, field: str = "image") -> Face:
    """The one face of a photo good enough to be compared with for years.

    Raises ``no_face``, ``several_faces``, ``too_small`` or ``unclear_face``.
    """
    face = dominant(faces, width=width, height=height, field=field)
    if _others(faces, face, BYSTANDER_SIZE, BYSTANDER_SCORE):
        raise refused("several_faces", "Only one face may be in the photo.", field)
    if max(face.width, face.height) < ENROL_PIXELS:
        raise refused("too_small", "The face is too small: come closer.", field)
    if face.score < ENROL_SCORE:
        raise refused("unclear_face", "The face is not clear: look at the camera.", field)
    return face


def _others(faces: Sequence[Face], meant: Face, size: float, score: float) -> bool:
    return any(
        face is not meant and face.area >= size * meant.area and face.score > score
        for face in faces
    )


def normalised(embedding: Embedding) -> Embedding:
    """``embedding`` with length 1."""
    return embedding / np.float32(max(float(np.linalg.norm(embedding)), 1e-12))


def template(embeddings: Sequence[Embedding]) -> Embedding:
    """What several photos of one person have in common: the mean of their directions."""
    return normalised(np.mean([normalised(one) for one in embeddings], axis=0, dtype=np.float32))


def similarity(one: Embedding, other: Embedding) -> float:
    """The cosine between two embeddings of length 1."""
    return float(np.clip(np.dot(one, other), -1.0, 1.0))


def threshold(photos: int) -> float:
    """The similarity that accepts against a template made of ``photos`` photos."""
    return ACCEPT[max(1, min(photos, max(ACCEPT)))]


def judge(value: float, *, photos: int) -> Verdict:
    """What a similarity of ``value`` to a template of ``photos`` photos comes to."""
    needed = threshold(photos)
    if value >= needed:
        decision = Decision.ACCEPT
    elif value >= needed - REVIEW_BAND:
        decision = Decision.REVIEW
    else:
        decision = Decision.REJECT
    return Verdict(decision, value, needed)


def compare(probe: Embedding, enrolled: Sequence[Embedding]) -> Verdict:
    """``probe`` against the photos of one person."""
    return judge(similarity(normalised(probe), template(enrolled)), photos=len(enrolled))


def require_one_person(embeddings: Sequence[Embedding], *, field: str = "image") -> None:
    """Raise ``different_people`` unless each photo resembles what the others have in common."""
    for number, embedding in enumerate(embeddings):
        rest = [other for index, other in enumerate(embeddings) if index != number]
        if rest and similarity(normalised(embedding), template(rest)) < SAME_PERSON:
            raise refused("different_people", "The photos show different people.", field)
