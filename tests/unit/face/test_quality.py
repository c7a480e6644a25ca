"""What an enrolled photo must be like, at every limit."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from common.errors import Kind
from face_service.domain import quality
from face_service.domain.faces import Face
from face_service.domain.quality import ADVICE, CloseUp, Crop, Limits, Quality, assess
from face_service.rest.models import Reason

SIZE = {"width": 640, "height": 480}
LIMITS = Limits()
_POINTS = ((0.34, 0.46), (0.66, 0.46), (0.5, 0.67), (0.37, 0.82), (0.63, 0.82))


def face(x: float = 220, y: float = 140, side: float = 200, *, score: float = 0.95) -> Face:
    points = tuple((x + px * side, y + py * side) for px, py in _POINTS)
    return Face(x, y, side, side, points, score)


def crop(low: int = 60, high: int = 190, cell: int = 4) -> Crop:
    """A chequered pattern, sharp, between these levels of grey."""
    rows, columns = np.mgrid[0:112, 0:112] // cell
    return np.where((rows + columns) % 2, high, low).astype(np.uint8)


UPRIGHT = (0.9, 0.93, 0.9)


def close_up(seen: Crop | None = None) -> CloseUp:
    return CloseUp(crop() if seen is None else seen, UPRIGHT)


def blurred(of: Crop, reach: int) -> Crop:
    kernel = np.ones(reach) / reach
    smooth = of.astype(float)
    for axis in (0, 1):
        smooth = np.apply_along_axis(np.convolve, axis, smooth, kernel, mode="same")
    return smooth.astype(np.uint8)


def reasons(shown: Face | None = None, seen: Crop | None = None, *others: Face) -> tuple[str, ...]:
    first = shown or face()
    return assess([first, *others], close_up(seen), LIMITS, **SIZE).reasons


def test_a_good_photo_is_taken() -> None:
    found = assess([face()], close_up(), LIMITS, **SIZE)
    assert found.acceptable
    assert found.quality is not None
    assert found.quality.size == 200
    assert found.quality.contrast == pytest.approx(130 / 255)
    assert found.quality.sharpness > 0.5


def test_without_a_face_nothing_is_measured() -> None:
    found = assess([], None, LIMITS, **SIZE)
    assert (found.acceptable, found.reasons, found.quality) == (False, ("no_face",), None)
    assert assess([face()], None, LIMITS, **SIZE).reasons == ("no_face",)


@pytest.mark.parametrize(
    ("shown", "seen", "reason"),
    [
        (face(side=79), None, "too_small"),
        (face(0, 20, 440), None, "too_near"),
        (face(-90), None, "cut_off"),
        (face(y=360), None, "cut_off"),
        (face(score=0.79), None, "unclear_face"),
        (None, crop(120, 148), "unclear_face"),
        (None, blurred(crop(cell=16), 9), "blurred"),
        (None, crop(10, 32, cell=28), "too_dark"),
        (None, crop(222, 255), "too_bright"),
    ],
)
def test_each_fault_has_its_reason(shown: Face | None, seen: Crop | None, reason: str) -> None:
    assert reason in reasons(shown, seen)


def test_just_within_the_limits_is_taken() -> None:
    assert reasons(face(side=80)) == ()
    assert reasons(face(20, 20, 430)) == ()
    assert reasons(face(score=0.8)) == ()


def turned(**pose: float) -> tuple[str, ...]:
    measured = Quality(0.9, 200, 0.6, 0.5, 0.5, 0, 0, 0)
    return tuple(sorted(quality._likeness(replace(measured, **pose), LIMITS)))


@pytest.mark.parametrize("sign", [1, -1])
def test_poses_at_their_limits(sign: int) -> None:
    assert turned(yaw=sign * 35.0, pitch=sign * 20.0, roll=sign * 20.0) == ()
    assert turned(yaw=sign * 35.1) == ("turned_away",)
    assert turned(pitch=sign * 20.1) == ("turned_away",)
    assert turned(roll=sign * 20.1) == ("tilted",)


def test_somebody_else_near_is_named_first() -> None:
    assert reasons(None, crop(222, 255), face(0, 0, 120)) == (
        "several_faces",
        "too_bright",
        "unclear_face",
    )
    assert reasons(None, None, face(0, 0, 90)) == ()


def test_what_is_to_be_put_right_first_comes_first_and_all_is_said() -> None:
    found = assess([face(side=60)], close_up(crop(10, 32)), LIMITS, **SIZE)
    assert found.reasons[:2] == ("too_small", "too_dark")
    said = quality.refusal(found)
    assert (said.kind, said.code, said.field) == (Kind.UNPROCESSABLE, "too_small", "image")
    assert said.message == ADVICE["too_small"]
    assert said.extra["reasons"] == list(found.reasons)


def test_the_document_has_the_same_reasons() -> None:
    assert get_args(Reason) == tuple(ADVICE)


def test_sharpness_falls_with_blur_alone() -> None:
    sharp = crop(cell=12)
    values = [quality.sharpness(blurred(sharp, reach)) for reach in (1, 3, 7, 13)]
    assert values == sorted(values, reverse=True)
    assert values[0] - values[-1] > 0.2
    dim = (sharp // 3 + 20).astype(np.uint8)
    assert quality.sharpness(dim) == pytest.approx(quality.sharpness(sharp), abs=0.02)


def test_a_picture_moved_along_one_side_is_not_sharp() -> None:
    sharp = crop(cell=12).astype(float)
    kernel = np.ones(15) / 15
    moved = np.apply_along_axis(np.convolve, 1, sharp, kernel, mode="same").astype(np.uint8)
    assert quality.sharpness(moved) < quality.sharpness(sharp.astype(np.uint8)) - 0.2


def test_an_even_surface_is_not_sharp_and_harms_nobody() -> None:
    assert quality.sharpness(np.full((80, 72), 128, np.uint8)) == pytest.approx(0, abs=1e-6)


def test_the_share_inside_the_picture() -> None:
    assert quality.visible(face(), **SIZE) == 1
    assert quality.visible(face(-100), **SIZE) == pytest.approx(0.5, abs=0.05)
    assert quality.visible(face(-1000), **SIZE) == 0


def test_a_head_leans_to_where_it_looks_more_like_a_face() -> None:
    assert quality.lean(UPRIGHT) == pytest.approx(0)
    assert quality.lean((0.93, 0.92, 0.82)) == pytest.approx(-27.5, abs=0.1)
    assert quality.lean((0.82, 0.92, 0.93)) == pytest.approx(27.5, abs=0.1)
    assert quality.lean((0.6, 0.76, 0.89)) == 90
    assert quality.lean((0.9, 0.8, 0.8)) == -45
    assert quality.lean((0.7, 0.7, 0.7)) == 0
