"""Whether a photo is good enough to be compared with for years, and if not, what would help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from common.errors import DomainError
from face_service.domain.faces import Face, crowded, foremost, refused
from face_service.domain.pose import pose_of

#: A face cut out upright, as wide as high, grey: 0 is black, 255 is white.
Crop = NDArray[np.uint8]

#: By how much a face is turned in its plane to see which way it leans, in degrees.
LEAN = 45
# The part of such a crop that is face whatever the hair: rows and columns as shares of its side.
_ROWS, _COLUMNS = (0.22, 0.93), (0.18, 0.82)
# What is compared with the crop to see how sharp it is: its own blur over so many of 112 points.
_BLUR = 9 / 112
_TINY = 1e-9
# Where the five points are in a crop, as shares of its side, and how finely it is looked at.
_UPRIGHT = ((0.342, 0.462), (0.657, 0.460), (0.500, 0.641), (0.371, 0.825), (0.632, 0.823))
_GRID = 24

ADVICE: Mapping[str, str] = MappingProxyType(
    {
        "no_face": "There is no face in the photo.",
        "several_faces": "Only one face may be in the photo.",
        "too_near": "The face is too near: move back a little.",
        "cut_off": "A part of the face is outside the photo: move to the middle.",
        "too_small": "The face is too small: come closer.",
        "too_dark": "The face is too dark: turn to a light.",
        "too_bright": "The face is too bright: turn away from the light.",
        "turned_away": "The face is turned away: look straight into the camera.",
        "tilted": "The head leans to one side: hold it upright.",
        "blurred": "The photo is blurred: hold still, and clean the lens.",
        "unclear_face": "The face is not clear: take off what covers it, in even light.",
    }
)
"""What a person is told, by the reason; the order is that in which things are put right."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an enrolled photo must be like; docs/accuracy.md has what each refuses.

    ``least_size`` is in pixels of the box's longer side, ``most_share`` a part of the picture's
    height or width, ``least_visible`` a part of the face. Sharpness, brightness and contrast are
    from 0 to 1, angles in degrees to either side.
    """

    least_score: float = 0.8
    least_size: float = 80
    most_share: float = 0.9
    least_visible: float = 0.92
    least_sharpness: float = 0.4
    least_brightness: float = 0.17
    most_brightness: float = 0.86
    least_contrast: float = 0.15
    most_yaw: float = 35
    most_pitch: float = 20
    most_roll: float = 20


@dataclass(frozen=True, slots=True)
class CloseUp:
    """A face seen closely: cut out, and how surely it is one when it is turned in its plane.

    ``scores`` are the detector's, 0 to 1, of the face turned anticlockwise by -`LEAN`, 0 and `LEAN`
    degrees.
    """

    crop: Crop
    scores: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured of the face meant.

    ``score`` is the detector's, 0 to 1; ``size`` the longer side of its box in pixels.
    ``sharpness`` (0 to 1) is that of the crop, whatever the picture's resolution. ``brightness``
    is the middle of all points of the face, so that neither an eye nor a shine counts, and
    ``contrast`` the span between its dark and its light parts, both 0 to 1.
    ``yaw``, ``pitch`` and ``roll`` are degrees, as `Pose` has them; `lean` finds the last.
    """

    score: float
    size: float
    sharpness: float
    brightness: float
    contrast: float
    yaw: float
    pitch: float
    roll: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """Why a photo will not do, the first thing to put right first, and what was measured."""

    reasons: tuple[str, ...]
    quality: Quality | None

    @property
    def acceptable(self) -> bool:
        """Whether it will do."""
        return not self.reasons


def assess(
    faces: Sequence[Face], close_up: CloseUp | None, limits: Limits, *, width: int, height: int
) -> Assessment:
    """A photo of this size with these ``faces``; ``close_up`` is of the one meant, if any."""
    if not faces or close_up is None:
        return Assessment(("no_face",), None)
    face = foremost(faces, width=width, height=height)
    quality = measure(face, close_up)
    found = _framing(face, limits, width, height) | _likeness(quality, limits)
    if crowded(faces, face):
        found.add("several_faces")
    return Assessment(tuple(code for code in ADVICE if code in found), quality)


def refusal(assessment: Assessment) -> DomainError:
    """What is said of a photo that will not do: the first thing to put right, and all of them."""
    first = assessment.reasons[0]
    return refused(first, ADVICE[first], "image", reasons=list(assessment.reasons))


def measure(face: Face, close_up: CloseUp) -> Quality:
    """What can be measured of a face."""
    inner = _inner(close_up.crop)
    dark, middle, light = (float(one) / 255 for one in np.percentile(inner, (5, 50, 95)))
    pose = pose_of(face.landmarks)
    return Quality(
        score=face.score,
        size=max(face.width, face.height),
        sharpness=sharpness(inner),
        brightness=middle,
        contrast=light - dark,
        yaw=pose.yaw,
        pitch=pose.pitch,
        roll=lean(close_up.scores),
    )


def lean(scores: tuple[float, float, float]) -> float:
    """How far a head leans to its own left shoulder, in degrees, from `CloseUp.scores`.

    A detector is surest of an upright face. Its five points will not do: they hardly turn with a
    face that leans.
    """
    less, straight, more = scores
    bend = less + more - 2 * straight
    if bend >= 0:  # no top between them: it lies beyond the better one, if one is better
        return LEAN * float(np.sign(more - less))
    return float(np.clip(LEAN * (less - more) / (2 * bend), -2 * LEAN, 2 * LEAN))


def sharpness(face: Crop) -> float:
    """How much of the change from point to point a blur would take away, 0 to 1.

    What is sharp loses much of it, what is blurred already loses little. The idea is that of
    Crete, Dolmiere, Ladret and Nicolas (2007); light and contrast do not matter.
    """
    grey = face.astype(np.float64)
    return 1 - max(_already_blurred(grey), _already_blurred(grey.T))


def _already_blurred(grey: NDArray[np.float64]) -> float:
    """The share of the change along the rows that stays when each row is blurred."""
    reach = max(3, round(_BLUR * grey.shape[1] / (_COLUMNS[1] - _COLUMNS[0])))
    sums = np.cumsum(np.pad(grey, ((0, 0), (1, 0))), axis=1)
    smooth = np.abs(np.diff((sums[:, reach:] - sums[:, :-reach]) / reach, axis=1))
    change = np.abs(np.diff(grey, axis=1))[:, reach // 2 :][:, : smooth.shape[1]]
    lost = np.maximum(0.0, change - smooth).sum()
    return float(1 - lost / max(change.sum(), _TINY))


def _inner(crop: Crop) -> Crop:
    side = crop.shape[0]
    rows, columns = (slice(round(a * side), round(b * side)) for a, b in (_ROWS, _COLUMNS))
    return crop[rows, columns]


def visible(face: Face, *, width: int, height: int) -> float:
    """The share of a face that is inside its picture, 0 to 1.

    Where the face is follows from its five points: a detector's box stops at the edge.
    """
    points, upright = (
        np.array([complex(*point) for point in some]) for some in (face.landmarks, _UPRIGHT)
    )
    away = upright - upright.mean()
    scale = (away.conj() @ (points - points.mean())) / (away.conj() @ away).real
    grid = np.linspace(*_COLUMNS, _GRID)[:, None] + 1j * np.linspace(*_ROWS, _GRID)
    seen = points.mean() + scale * (grid - upright.mean())
    inside = (seen.real >= 0) & (seen.real <= width) & (seen.imag >= 0) & (seen.imag <= height)
    return float(inside.mean())


def _framing(face: Face, limits: Limits, width: int, height: int) -> set[str]:
    """What is wrong with where the face is in the picture."""
    found = {
        "too_small": max(face.width, face.height) < limits.least_size,
        "too_near": max(face.width / width, face.height / height) > limits.most_share,
        "cut_off": visible(face, width=width, height=height) < limits.least_visible,
    }
    return {code for code, holds in found.items() if holds}


def _likeness(quality: Quality, limits: Limits) -> set[str]:
    """What is wrong with how the face looks."""
    turned = abs(quality.yaw) > limits.most_yaw or abs(quality.pitch) > limits.most_pitch
    flat = quality.contrast < limits.least_contrast
    found = {
        "unclear_face": quality.score < limits.least_score or flat,
        "blurred": quality.sharpness < limits.least_sharpness,
        "too_dark": quality.brightness < limits.least_brightness,
        "too_bright": quality.brightness > limits.most_brightness,
        "turned_away": turned,
        "tilted": abs(quality.roll) > limits.most_roll,
    }
    return {code for code, holds in found.items() if holds}
