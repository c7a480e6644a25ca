"""Which face is meant."""

from __future__ import annotations

import pytest

from common.errors import DomainError, Kind
from face_service.domain import faces
from face_service.domain.faces import Face

SIZE = {"width": 640, "height": 480}


def face(x: float, y: float, side: float = 100, *, score: float = 0.95) -> Face:
    return Face(x, y, side, side, ((0.0, 0.0),) * 5, score)


CENTRE = face(270, 190)


def code(call: object, *shown: Face, field: str = "image") -> str:
    assert callable(call)
    with pytest.raises(DomainError) as caught:
        call(list(shown), **SIZE, field=field)
    assert (caught.value.kind, caught.value.field) == (Kind.UNPROCESSABLE, field)
    return caught.value.code


def test_without_faces_there_is_none() -> None:
    assert code(faces.dominant, field="reference") == "no_face"


def test_the_largest_face_is_meant_and_of_equals_the_central_one() -> None:
    large, small = face(400, 200, 150), face(270, 190, 100)
    assert faces.foremost([small, large], **SIZE) is large
    corner = face(0, 0)
    assert faces.foremost([corner, CENTRE], **SIZE) is CENTRE


def test_a_rival_must_be_nearly_as_large_and_surely_a_face() -> None:
    # 84 pixels a side are 70.6 % of the area, 83 are 68.9 %.
    assert code(faces.dominant, CENTRE, face(0, 0, 84)) == "several_faces"
    assert faces.dominant([CENTRE, face(0, 0, 83)], **SIZE) is CENTRE
    assert faces.dominant([CENTRE, face(0, 0, 99, score=0.9)], **SIZE) is CENTRE


def test_an_enrolment_allows_nobody_else_near() -> None:
    assert faces.crowded([CENTRE, face(0, 0, 55, score=0.81)], CENTRE)
    assert not faces.crowded([CENTRE, face(0, 0, 54)], CENTRE)
    assert not faces.crowded([CENTRE, face(0, 0, 80, score=0.8)], CENTRE)
    assert not faces.crowded([CENTRE], CENTRE)
