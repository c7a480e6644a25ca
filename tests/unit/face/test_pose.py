"""How a head is turned, against heads turned on purpose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from face_service.domain.pose import pose_of

# A head in units of the distance between the eyes, as seen in a mirror of the picture's axes.
_HEAD = np.array(
    [(-0.5, 0, 0), (0.5, 0, 0), (0, 0.65, 0.42), (-0.41, 1.15, 0.08), (0.41, 1.15, 0.08)]
)


def points(yaw: float, pitch: float, roll: float, scale: float = 80.0) -> list[tuple[float, float]]:
    """The five points of a head that looks to its left by ``yaw``, up by ``pitch``, leans."""
    a, b, c = np.radians((yaw, pitch, roll))
    turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    nod = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    lean = np.array([[np.cos(c), -np.sin(c)], [np.sin(c), np.cos(c)]])
    flat = (_HEAD @ nod.T @ turn.T)[:, :2] @ lean.T
    return [(320 + scale * x, 240 + scale * y) for x, y in flat]


def test_a_face_that_looks_into_the_camera_is_at_zero() -> None:
    pose = pose_of(points(0, 0, 0))
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx((0, 0, 0), abs=1e-6)


@pytest.mark.parametrize("yaw", [-50, -30, 15, 40])
def test_turning_is_told_by_its_side_and_size(yaw: float) -> None:
    pose = pose_of(points(yaw, 0, 0))
    assert pose.yaw == pytest.approx(yaw, abs=1)
    assert pose.pitch == pytest.approx(0, abs=1)
    assert pose.roll == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("pitch", [-30, -10, 20])
def test_looking_up_is_positive(pitch: float) -> None:
    pose = pose_of(points(0, pitch, 0))
    assert pose.pitch == pytest.approx(pitch, abs=1)
    assert pose.yaw == pytest.approx(0, abs=1)


@given(st.floats(-35, 35), st.floats(-20, 20), st.floats(-60, 60), st.floats(5, 2000, width=32))
def test_leaning_and_size_change_nothing_else(
    yaw: float, pitch: float, roll: float, scale: float
) -> None:
    upright, leaning = pose_of(points(yaw, pitch, 0)), pose_of(points(yaw, pitch, roll, scale))
    assert leaning.yaw == pytest.approx(upright.yaw, abs=0.1)
    assert leaning.pitch == pytest.approx(upright.pitch, abs=0.1)
    assert leaning.roll - upright.roll == pytest.approx(roll, abs=0.1)


@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)), min_size=5, max_size=5))
def test_whatever_a_detector_says_there_is_an_answer(found: list[tuple[float, float]]) -> None:
    pose = pose_of(found)
    assert all(abs(angle) <= 180 for angle in (pose.yaw, pose.pitch, pose.roll))
