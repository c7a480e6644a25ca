"""How like two faces are, and what follows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import DomainError
from face_service.domain import matching
from face_service.domain.matching import Decision, Embedding, Thresholds

THRESHOLDS = Thresholds()


@pytest.mark.parametrize(
    ("photos", "needed"), [(0, 0.41), (1, 0.41), (2, 0.42), (3, 0.43), (5, 0.43)]
)
def test_thresholds_follow_the_number_of_photos(photos: int, needed: float) -> None:
    assert THRESHOLDS.accepting(photos) == needed


@pytest.mark.parametrize(
    ("value", "decision"),
    [
        (1.0, Decision.ACCEPT),
        (0.41, Decision.ACCEPT),
        (0.409, Decision.REVIEW),
        (0.3701, Decision.REVIEW),
        (0.36, Decision.REJECT),
        (-1.0, Decision.REJECT),
    ],
)
def test_decisions_at_their_edges(value: float, decision: Decision) -> None:
    verdict = matching.judge(value, THRESHOLDS, photos=1)
    assert (verdict.decision, verdict.similarity, verdict.threshold) == (decision, value, 0.41)


def test_other_thresholds_decide_otherwise() -> None:
    strict = Thresholds(accept_one=0.6, review_band=0.1)
    decisions = [matching.judge(value, strict, photos=1).decision for value in (0.6, 0.5, 0.49)]
    assert decisions == [Decision.ACCEPT, Decision.REVIEW, Decision.REJECT]
    one, other = vector(1, 0), vector(0.8, 0.6)
    matching.require_one_person([one, other], Thresholds(same_person=0.7))
    with pytest.raises(DomainError):
        matching.require_one_person([one, other], Thresholds(same_person=0.9))


def vector(*numbers: float) -> Embedding:
    return np.array(numbers, np.float32)


def test_a_template_is_the_mean_direction_whatever_the_lengths() -> None:
    made = matching.template([vector(10, 0), vector(0, 0.1)])
    assert np.allclose(made, [0.5**0.5, 0.5**0.5])
    verdict = matching.compare(vector(3, 3), [vector(1, 0), vector(0, 1)], THRESHOLDS)
    assert verdict.similarity == pytest.approx(1)
    assert np.array_equal(matching.normalised(vector(0, 0)), vector(0, 0))


def test_photos_of_two_people_are_told_apart() -> None:
    one, same, other = vector(1, 0.1, 0), vector(1, 0, 0), vector(0, 0, 1)
    matching.require_one_person([one], THRESHOLDS)
    matching.require_one_person([one, same], THRESHOLDS)
    with pytest.raises(DomainError) as caught:
        matching.require_one_person([one, same, other], THRESHOLDS)
    assert caught.value.code == "different_people"


numbers = st.lists(st.floats(-100, 100, width=32), min_size=4, max_size=4)


@given(numbers, numbers)
def test_similarity_is_symmetric_and_bounded(one: list[float], other: list[float]) -> None:
    a, b = matching.normalised(vector(*one)), matching.normalised(vector(*other))
    assert -1 <= matching.similarity(a, b) <= 1
    assert matching.similarity(a, b) == matching.similarity(b, a)
