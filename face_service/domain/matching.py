"""How like two faces are, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from face_service.domain.faces import refused

Embedding = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The similarities (cosines) at which something follows; docs/accuracy.md has their errors.

    ``accept_one`` is needed against one enrolled photo, ``accept_three`` against three and more;
    in the ``review_band`` below that a person decides. Photos of one enrolment must reach
    ``same_person``, else two people could share an account.
    """

    accept_one: float = 0.41
    accept_two: float = 0.42
    accept_three: float = 0.43
    review_band: float = 0.04
    same_person: float = 0.30

    def accepting(self, photos: int) -> float:
        """The similarity that accepts against a template made of ``photos`` photos."""
        by_number = (self.accept_one, self.accept_two, self.accept_three)
        return by_number[max(1, min(photos, len(by_number))) - 1]


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


def normalised(embedding: Embedding) -> Embedding:
    """``embedding`` with length 1."""
    return embedding / np.float32(max(float(np.linalg.norm(embedding)), 1e-12))


def template(embeddings: Sequence[Embedding]) -> Embedding:
    """What several photos of one person have in common: the mean of their directions."""
    return normalised(np.mean([normalised(one) for one in embeddings], axis=0, dtype=np.float32))


def similarity(one: Embedding, other: Embedding) -> float:
    """The cosine between two embeddings of length 1."""
    return float(np.clip(np.dot(one, other), -1.0, 1.0))


def judge(value: float, thresholds: Thresholds, *, photos: int) -> Verdict:
    """What a similarity of ``value`` to a template of ``photos`` photos comes to."""
    needed = thresholds.accepting(photos)
    if value >= needed:
        decision = Decision.ACCEPT
    elif value >= needed - thresholds.review_band:
        decision = Decision.REVIEW
    else:
        decision = Decision.REJECT
    return Verdict(decision, value, needed)


def compare(probe: Embedding, enrolled: Sequence[Embedding], thresholds: Thresholds) -> Verdict:
    """``probe`` against the photos of one person."""
    alike = similarity(normalised(probe), template(enrolled))
    return judge(alike, thresholds, photos=len(enrolled))


def require_one_person(
    embeddings: Sequence[Embedding], thresholds: Thresholds, *, field: str = "image"
) -> None:
    """Raise ``different_people`` unless each photo resembles what the others have in common."""
    for number, embedding in enumerate(embeddings):
        rest = [other for index, other in enumerate(embeddings) if index != number]
        if rest and similarity(normalised(embedding), template(rest)) < thresholds.same_person:
            raise refused("different_people", "The photos show different people.", field)
