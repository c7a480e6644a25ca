"""How like two faces are, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from face_service.domain.faces import refused

Embedding = NDArray[np.float32]

# Similarity needed to accept, by the number of enrolled photos; docs/accuracy.md has the figures.
ACCEPT = {1: 0.41, 2: 0.42, 3: 0.43}
REVIEW_BAND = 0.04
# Photos of one enrolment must at least look related, else two people could share an account.
SAME_PERSON = 0.30


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
