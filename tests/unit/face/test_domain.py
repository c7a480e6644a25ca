"""The rules about faces, as values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import DomainError, Kind
from face_service import domain
from face_service.domain import Decision, Embedding, Face

SIZE = {"width": 640, "height": 480}


def face(x: float, y: float, side: float = 100, *, score: float = 0.95) -> Face:
    return Face(x, y, side, side, ((0.0, 0.0),) * 5, score)


CENTRE = face(270, 190)


def code(call: object, *faces: Face, field: str = "image") -> str:
    assert callable(call)
    with pytest.raises(DomainError) as caught:
        call(list(faces), **SIZE, field=field)
    assert (caught.value.kind, caught.value.field) == (Kind.UNPROCESSABLE, field)
    return caught.value.code


def test_without_faces_there_is_none() -> None:
    assert code(domain.dominant, field="reference") == "no_face"
    assert code(domain.enrollable) == "no_face"


def test_the_largest_face_is_meant_and_of_equals_the_central_one() -> None:
    large, small = face(400, 200, 150), face(270, 190, 100)
    assert domain.foremost([small, large], **SIZE) is large
    corner = face(0, 0)
    assert domain.foremost([corner, CENTRE], **SIZE) is CENTRE


def test_a_rival_must_be_nearly_as_large_and_surely_a_face() -> None:
    # 84 pixels a side are 70.6 % of the area, 83 are 68.9 %.
    assert code(domain.dominant, CENTRE, face(0, 0, 84)) == "several_faces"
    assert domain.dominant([CENTRE, face(0, 0, 83)], **SIZE) is CENTRE
    assert domain.dominant([CENTRE, face(0, 0, 99, score=0.9)], **SIZE) is CENTRE


def test_enrolment_wants_nobody_else_near() -> None:
    assert code(domain.enrollable, CENTRE, face(0, 0, 55, score=0.81)) == "several_faces"
    assert domain.enrollable([CENTRE, face(0, 0, 54)], **SIZE) is CENTRE
    assert domain.enrollable([CENTRE, face(0, 0, 80, score=0.8)], **SIZE) is CENTRE


def test_enrolment_wants_a_large_and_clear_face() -> None:
    assert code(domain.enrollable, face(270, 190, 79)) == "too_small"
    assert domain.enrollable([face(270, 190, 80)], **SIZE).width == 80
    assert code(domain.enrollable, face(270, 190, score=0.79)) == "unclear_face"


@pytest.mark.parametrize(
    ("photos", "needed"), [(0, 0.41), (1, 0.41), (2, 0.42), (3, 0.43), (5, 0.43)]
)
def test_thresholds_follow_the_number_of_photos(photos: int, needed: float) -> None:
    assert domain.threshold(photos) == needed


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
    verdict = domain.judge(value, photos=1)
    assert (verdict.decision, verdict.similarity, verdict.threshold) == (decision, value, 0.41)


def vector(*numbers: float) -> Embedding:
    return np.array(numbers, np.float32)


def test_a_template_is_the_mean_direction_whatever_the_lengths() -> None:
    made = domain.template([vector(10, 0), vector(0, 0.1)])
    assert np.allclose(made, [0.5**0.5, 0.5**0.5])
    assert domain.compare(vector(3, 3), [vector(1, 0), vector(0, 1)]).similarity == pytest.approx(1)
    assert np.array_equal(domain.normalised(vector(0, 0)), vector(0, 0))


def test_photos_of_two_people_are_told_apart() -> None:
    one, same, other = vector(1, 0.1, 0), vector(1, 0, 0), vector(0, 0, 1)
    domain.require_one_person([one])
    domain.require_one_person([one, same])
    with pytest.raises(DomainError) as caught:
        domain.require_one_person([one, same, other])
    assert caught.value.code == "different_people"


numbers = st.lists(st.floats(-100, 100, width=32), min_size=4, max_size=4)


@given(numbers, numbers)
def test_similarity_is_symmetric_and_bounded(one: list[float], other: list[float]) -> None:
    a, b = domain.normalised(vector(*one)), domain.normalised(vector(*other))
    assert -1 <= domain.similarity(a, b) <= 1
    assert domain.similarity(a, b) == domain.similarity(b, a)


def test_consent_is_asked_for_by_its_code() -> None:
    assert domain.consent_required().code == "consent_required"
