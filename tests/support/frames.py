"""Frames as a webcam would send them, made of a portrait: still, turning, coming closer.

The head is turned as a half-ellipsoid with a nose on it, which the models take for one.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.support import pictures
from tests.support.portraits import OTHER, SAME, portrait

_WIDTH, _HEIGHT = 640, 480
_MIDDLE = (320, 250)
#: The tip of the nose (x, y), the distance of the eyes and the height of the face, in pixels.
_PLACES = {
    SAME[0]: ((488, 276), 119, 327),
    SAME[1]: ((285, 455), 126, 403),
    OTHER: ((599, 406), 135, 387),
}


@cache
def frame(
    name: str = SAME[0],
    *,
    size: float = 1.0,
    turn: float = 0.0,
    aside: int = 0,
    seed: int = 0,
    quality: int = 92,
) -> bytes:
    """A JPEG of 640x480 with the portrait in it, under the noise of a camera.

    ``size`` 1 is a face that fits three times into the frame; ``turn`` is in radians to the
    person's left, ``aside`` in pixels: where somebody sits today.
    """
    picture = scene(name, size=size, turn=turn, aside=aside)
    noise = np.random.default_rng(seed).normal(0, 2.5, picture.shape)
    pixels = np.clip(picture + noise, 0, 255).astype(np.uint8)
    return pictures.encoded(pixels, options=[cv2.IMWRITE_JPEG_QUALITY, quality])


def scene(
    name: str = SAME[0], *, size: float = 1.0, turn: float = 0.0, aside: int = 0
) -> NDArray[np.float32]:
    """The same without noise, as points of 0 to 255."""
    made: NDArray[np.float32] = _turned(*_scene(name, size, aside), turn)
    return made


def movement(kind: str, *, count: int = 5, aside: int = 0, name: str = SAME[0]) -> list[bytes]:
    """Frames in which the movement of a challenge is made, steadily."""
    if kind.startswith("turn"):
        ways = np.linspace(0, 0.7 if kind == "turn_left" else -0.7, count)
        return [frame(name, turn=float(way), aside=aside, seed=n) for n, way in enumerate(ways)]
    ends = (0.75, 1.1) if kind == "closer" else (1.0, 0.7)
    sizes = np.geomspace(*ends, count)
    return [frame(name, size=float(size), aside=aside, seed=n) for n, size in enumerate(sizes)]


def still(*, count: int = 3, aside: int = 0, name: str = SAME[0]) -> list[bytes]:
    """Somebody who hardly moves."""
    return [frame(name, turn=0.01 * n, aside=aside, seed=n) for n in range(count)]


def near(*, count: int = 3) -> list[bytes]:
    """A face that leaves the camera little else to see."""
    return [frame(size=1.6, seed=n) for n in range(count)]


def of_a_picture(*, count: int = 3, aside: int = 0) -> list[bytes]:
    """What the model takes for a picture of a face, which it is."""
    return still(count=count, aside=aside, name=SAME[1])


def saved_anew(jpeg: bytes, quality: int = 85) -> bytes:
    """The same picture with other bytes."""
    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    return pictures.encoded(pixels, options=[cv2.IMWRITE_JPEG_QUALITY, quality])


def _scene(name: str, size: float, aside: int) -> tuple[Any, tuple[float, float], float]:
    """The portrait in a room, where its nose is, and how far its eyes are apart."""
    head = cv2.imdecode(np.frombuffer(portrait(name), np.uint8), cv2.IMREAD_COLOR)
    (x, y), eyes, height = _PLACES[name]
    scale = size * _HEIGHT / 3.1 / height
    middle = (_MIDDLE[0] + aside, _MIDDLE[1])
    move = np.array([[scale, 0, middle[0] - scale * x], [0, scale, middle[1] - scale * y]])
    room = np.linspace(70, 130, _WIDTH, dtype=np.float32)[None, :, None]
    room = np.repeat(np.repeat(room, _HEIGHT, axis=0), 3, axis=2)
    inside = cv2.warpAffine(head, move, (_WIDTH, _HEIGHT), flags=cv2.INTER_AREA)
    there = cv2.warpAffine(np.ones(head.shape[:2], np.float32), move, (_WIDTH, _HEIGHT))
    return np.where(there[:, :, None] > 0.99, inside.astype(np.float32), room), middle, eyes * scale


def _turned(scene: Any, middle: tuple[float, float], eyes: float, turn: float) -> Any:
    """The scene with the head turned: where in it each point of the result comes from."""
    columns = np.arange(_WIDTH, dtype=np.float32)
    rows = np.arange(_HEIGHT, dtype=np.float32)
    x, y = np.meshgrid(columns, rows)
    goal, up = (x - middle[0]) / eyes, (y - middle[1]) / eyes
    came = goal.copy()
    for _ in range(30):
        inside = np.clip(1 - (came / 1.15) ** 2 - ((up + 0.1) / 1.7) ** 2, 0, 1)
        nose = 0.5 * np.exp(-(came**2 + up**2) / (2 * 0.3**2)) * (inside > 0)
        depth = np.sqrt(inside) + nose
        moved = came * (np.cos(turn) - 1) + depth * np.sin(turn)
        came = 0.5 * came + 0.5 * (goal - np.clip(inside * 4, 0, 1) * moved)
    where = (middle[0] + came * eyes).astype(np.float32)
    return cv2.remap(scene, where, y, cv2.INTER_LINEAR)
