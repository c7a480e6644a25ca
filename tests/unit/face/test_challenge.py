"""Whether a row of faces makes the movement that was asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from face_service.domain.challenge import LEAST_FRAMES, Movement, drawn, met, turn
from face_service.domain.faces import Face

LEFT, RIGHT, CLOSER, FARTHER = Movement


def face(turned: float = 0.0, *, side: float = 100, roll: float = 0.0) -> Face:
    """A face whose nose is ``turned`` eye distances to its left of the middle of the eyes."""
    right, left = complex(30, 40), complex(70, 40)
    tilt = complex(1, roll) / abs(complex(1, roll))
    along = (left - right) * tilt
    middle = (right + left) / 2
    nose = middle + turned * along + 25j * tilt
    points = [middle - along / 2, middle + along / 2, nose, complex(0), complex(0)]
    marks = tuple((point.real, point.imag) for point in points)
    return Face(0, 0, side, side, marks, 0.9)


def turned(*ways: float) -> list[Face]:
    return [face(way) for way in ways]


def sized(*sides: float) -> list[Face]:
    return [face(side=side) for side in sides]


@given(st.floats(-1, 1), st.floats(-0.6, 0.6))
def test_a_turn_is_told_however_the_head_is_tilted(way: float, roll: float) -> None:
    assert turn(face(way, roll=roll)) == pytest.approx(way, abs=1e-6)


def test_eyes_in_one_place_turn_nowhere() -> None:
    assert turn(Face(0, 0, 9, 9, ((1.0, 1.0), (1.0, 1.0), (3.0, 3.0)), 0.9)) == 0


STEADY = (0.0, 0.1, 0.2, 0.3)


def test_each_movement_is_met_by_itself_alone() -> None:
    rows = {
        LEFT: turned(*STEADY),
        RIGHT: turned(*(-way for way in STEADY)),
        CLOSER: sized(100, 110, 121, 133),
        FARTHER: sized(133, 121, 110, 100),
    }
    for asked in Movement:
        assert [kind for kind, row in rows.items() if met(asked, row)] == [asked]


@pytest.mark.parametrize(
    ("ways", "enough"),
    [
        ((0.0, 0.1, 0.2), True),
        ((0.0, 0.1, 0.199), False),  # not far enough
        ((0.2, 0.3, 0.41), True),
        ((0.21, 0.3, 0.5), False),  # did not look straight ahead at first
        ((0.0, 0.17, 0.2), True),
        ((0.0, 0.18, 0.2), False),  # a jump: somebody else may have come
        ((0.0, 0.0, 0.2), False),
        ((0.0, 0.1, 0.08, 0.2), True),
        ((0.0, 0.1, 0.05, 0.2), False),  # and back again
        ((0.0, 0.2), False),
    ],
)
def test_a_turn_is_far_enough_steady_and_begins_straight_ahead(
    ways: tuple[float, ...], enough: bool
) -> None:
    assert met(LEFT, turned(*ways)) is enough
    assert met(RIGHT, turned(*(-way for way in ways))) is enough


@pytest.mark.parametrize(
    ("sides", "enough"),
    [((80, 90, 101), True), ((80, 90, 99), False), ((80, 80, 101), False), ((80, 101), False)],
)
def test_coming_closer_is_a_face_a_quarter_larger(sides: tuple[float, ...], enough: bool) -> None:
    assert met(CLOSER, sized(*sides)) is enough
    assert met(FARTHER, sized(*reversed(sides))) is enough


def test_a_flat_picture_that_is_turned_about_does_not_turn_its_head() -> None:
    flat = []
    for narrow in (1.0, 0.9, 0.8, 0.7):
        marks = tuple((x * narrow, y) for x, y in face(0.05).landmarks)
        flat.append(Face(0, 0, 100 * narrow, 100, marks, 0.9))
    assert not any(met(asked, flat) for asked in (LEFT, RIGHT))


def test_the_lot_draws_evenly_and_the_alternative_without_turning() -> None:
    assert {drawn(lot, alternative=False) for lot in range(4)} == set(Movement)
    assert {drawn(lot, alternative=True) for lot in range(4)} == {CLOSER, FARTHER}
    assert LEAST_FRAMES == 3
