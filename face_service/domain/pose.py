"""How a head is turned, from the five points of a face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, atan2, degrees

import numpy as np

# An adult's face in units of the distance between the eyes: right eye, left eye, tip of the nose,
# right and left corner of the mouth. x to the right of the picture, y down, z to the camera.
_HEAD = np.array(
    [
        (-0.50, 0.00, 0.00),
        (0.50, 0.00, 0.00),
        (0.00, 0.65, 0.42),
        (-0.41, 1.15, 0.08),
        (0.41, 1.15, 0.08),
    ]
)
_TO_PROJECTION = np.linalg.pinv(_HEAD - _HEAD.mean(axis=0))


@dataclass(frozen=True, slots=True)
class Pose:
    """Degrees, 0 for a face that looks straight into the camera.

    ``yaw`` is positive when the person turns to their own left, ``pitch`` when they look up,
    ``roll`` when their head leans to their own left shoulder.
    """

    yaw: float
    pitch: float
    roll: float


def pose_of(landmarks: Sequence[tuple[float, float]]) -> Pose:
    """The pose of a head whose five points are these, in pixels.

    A rigid head seen from afar is fitted to the points, which is good to some ten degrees: faces
    differ, and ``pitch`` differs most, by the length of the nose.
    """
    points = np.asarray(landmarks, np.float64)
    across = points[1] - points[0]
    roll = atan2(across[1], across[0])
    # Made upright first, so that turning and leaning are told apart.
    cosine, sine = np.cos(roll), np.sin(roll)
    upright = (points - points.mean(axis=0)) @ np.array([[cosine, -sine], [sine, cosine]])
    left, _, right = np.linalg.svd((_TO_PROJECTION @ upright).T, full_matrices=False)
    ahead = (left @ right)[:, 2]
    sideways, downwards = (float(np.clip(one, -1.0, 1.0)) for one in ahead)
    return Pose(degrees(asin(sideways)), degrees(asin(-downwards)), degrees(roll))
