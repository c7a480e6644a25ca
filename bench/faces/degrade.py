"""Ordinary photos made worse on purpose, each in one way, as an enrolment should notice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import cv2
import numpy as np

from face_service.domain.faces import Face

#: Takes a frame (BGR) and its face, gives the frame that is worse.
Worse = Callable[[Any, Face], Any]


def _between_eyes(face: Face) -> float:
    (ax, ay), (bx, by) = face.landmarks[:2]
    return float(np.hypot(bx - ax, by - ay))


def _out_of_focus(share: float, frame: Any, face: Face) -> Any:
    return cv2.GaussianBlur(frame, (0, 0), share * _between_eyes(face))


def _shaken(share: float, frame: Any, face: Face) -> Any:
    length = max(3, int(share * _between_eyes(face)) | 1)
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    return cv2.filter2D(frame, -1, kernel)


def _light(gain: float, frame: Any, _: Face) -> Any:
    """As a sensor gives it: the noise stays when the light goes."""
    noise = np.random.default_rng(1).normal(0, 3, frame.shape)
    return np.clip(frame * gain + noise, 0, 255).astype(np.uint8)


def _veiled(frame: Any, _: Face) -> Any:
    return cv2.addWeighted(frame, 0.15, np.full_like(frame, 150), 0.85, 0)


def _reduced(side: float, frame: Any, face: Face) -> Any:
    scale = side / max(face.width, face.height)
    return cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _leaning(angle: float, frame: Any, face: Face) -> Any:
    centre = (face.x + face.width / 2, face.y + face.height / 2)
    turn = cv2.getRotationMatrix2D(centre, angle, 1)
    size = (frame.shape[1], frame.shape[0])
    return cv2.warpAffine(frame, turn, size, borderMode=cv2.BORDER_REPLICATE)


def _without(side: str, share: float, frame: Any, face: Face) -> Any:
    """The picture ends where ``share`` of the face is outside it."""
    if side == "left":
        return np.ascontiguousarray(frame[:, max(0, int(face.x + share * face.width)) :])
    end = int(face.y + (1 - share) * face.height)
    return np.ascontiguousarray(frame[: max(32, end)])


def _turned(angle: float, frame: Any, face: Face) -> Any:
    """The head seen from the side: an ellipsoid with a nose, turned about the upright axis.

    Each point of the result is traced back to where it came from, step by step.
    """
    eyes, (nose_x, nose_y) = _between_eyes(face), face.landmarks[2]
    middle = (face.landmarks[0][0] + face.landmarks[1][0]) / 4 + nose_x / 2
    half, level = 1.25 * eyes, face.y + face.height / 2
    rows, columns = np.mgrid[0 : frame.shape[0], 0 : frame.shape[1]].astype(np.float64)
    reach = np.where(rows < nose_y, 0.45, 0.2) * eyes
    bridge = np.exp(-(((rows - nose_y) / reach) ** 2))
    curve = 1 - 0.5 * ((rows - level) / (1.7 * eyes)) ** 2

    def depth(x: Any) -> Any:
        head = half * np.sqrt(np.clip(curve - ((x - middle) / half) ** 2, 0, None))
        nose = bridge * np.exp(-(((x - nose_x) / (0.2 * eyes)) ** 2))
        return head + 0.3 * eyes * nose - half / 2

    turn, source = np.radians(angle), columns.copy()
    for _ in range(40):
        seen = middle + (source - middle) * np.cos(turn) + depth(source) * np.sin(turn)
        source -= 0.6 * (seen - columns)
    return cv2.remap(
        frame,
        source.astype(np.float32),
        rows.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )


#: Each way by what it is called, with the reasons of a refusal that would name it rightly.
WAYS: Mapping[str, tuple[Worse, frozenset[str]]] = {
    "out of focus, slightly": (partial(_out_of_focus, 0.05), frozenset({"blurred"})),
    "out of focus": (partial(_out_of_focus, 0.10), frozenset({"blurred"})),
    "moved during the exposure": (partial(_shaken, 0.4), frozenset({"blurred"})),
    "a quarter of the light": (partial(_light, 0.25), frozenset({"too_dark"})),
    "a tenth of the light": (partial(_light, 0.10), frozenset({"too_dark"})),
    "2.5 times the light": (partial(_light, 2.5), frozenset({"too_bright"})),
    "4 times the light": (partial(_light, 4.0), frozenset({"too_bright"})),
    "in fog or behind a dirty lens": (_veiled, frozenset({"unclear_face", "blurred"})),
    "face of 70 pixels": (partial(_reduced, 70), frozenset({"too_small"})),
    "face of 50 pixels": (partial(_reduced, 50), frozenset({"too_small"})),
    "turned by 35°": (partial(_turned, 35), frozenset({"turned_away"})),
    "turned by 50°": (partial(_turned, 50), frozenset({"turned_away"})),
    "leaning by 20°": (partial(_leaning, 20), frozenset({"tilted"})),
    "leaning by 30°": (partial(_leaning, 30), frozenset({"tilted"})),
    "a quarter cut off at the side": (partial(_without, "left", 0.25), frozenset({"cut_off"})),
    "a quarter cut off below": (partial(_without, "below", 0.25), frozenset({"cut_off"})),
}
