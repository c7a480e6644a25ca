"""What a fake webcam plays: ``python -m tests.support.films``, kept outside version control.

A film is a motion JPEG of 640x480, which the browser plays at 30 frames a second, over and over.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tests.support import frames, pictures
from tests.support.portraits import FOLDER, OTHER, SAME, ensure

#: Whatever changes the films gets another folder.
FILMS = FOLDER / "films-2"

_MOVEMENTS = ("turn_left", "turn_right", "closer", "farther")
# Each picture is played so often, 15 pictures make a second.
_TWICE = 2
# Of each movement, in pictures: straight ahead, the movement itself, held at its end.
_STRAIGHT, _MOVING, _HELD = 24, 24, 27
# A head is drawn so often on its way: a turn takes long to draw.
_POSES = 12
# Pictures that have the mark of the movement that follows: a second before it begins.
_MARKED = 8
#: The marks: squares at the upper left, so blue, green, red (BGR), one for each movement.
MARKS = {
    "turn_left": (255, 0, 0),
    "turn_right": (0, 255, 0),
    "closer": (0, 0, 255),
    "farther": (0, 255, 255),
}
_MARK = 24
# Between two people and a little blurred, where a comparison with the first is left to a person.
_DOUBTFUL, _BLUR = 0.59, 1.5


def films() -> Path:
    """The folder with the films, made when they are not there yet."""
    ensure()
    made = {"far": _far, "doubtful": _doubtful, "movements": _moving}
    FILMS.mkdir(parents=True, exist_ok=True)
    for name, make in made.items():
        path = FILMS / f"{name}.mjpeg"
        if not path.is_file():
            draft = path.with_name(f".{name}.{os.getpid()}")
            draft.write_bytes(b"".join(make()))
            draft.replace(path)
    return FILMS


def _far() -> Iterator[bytes]:
    """A face that is too small to enrol."""
    yield from [frames.frame(size=0.3)] * 30


def _doubtful() -> Iterator[bytes]:
    """Somebody who is neither certainly the first nor certainly another."""
    one, other = (frames.scene(name) for name in (SAME[0], OTHER))
    between = one * (1 - _DOUBTFUL) + other * _DOUBTFUL
    yield from [_encoded(cv2.GaussianBlur(between, (0, 0), _BLUR))] * 30


def _moving() -> Iterator[bytes]:
    """Every movement of a challenge, one after the other, each begun soon after its mark."""
    noise = np.random.default_rng(7).normal(0, 0.8, (480, 640, 3)).astype(np.float32)
    shown = 0
    for kind in _MOVEMENTS:
        poses = [1 + n * _POSES // _MOVING for n in range(_MOVING)]
        way = [0.0] * _STRAIGHT + [pose / _POSES for pose in poses] + [1.0] * _HELD
        scenes: dict[float, Any] = {}
        for number, part in enumerate(way):
            if part not in scenes:
                scenes[part] = _posed(kind, part)
            shown += 1
            # No two pictures of a camera are the same: its noise is another one every time.
            scene = scenes[part] + np.roll(noise, 7919 * shown)
            if number < _MARKED:
                scene[:_MARK, :_MARK] = MARKS[kind]
            yield from [_encoded(scene)] * _TWICE


def _posed(kind: str, part: float) -> Any:
    """Somebody who has made this part of a movement."""
    if kind.startswith("turn"):
        return frames.scene(turn=part * (0.7 if kind == "turn_left" else -0.7))
    begin, end = (0.75, 1.1) if kind == "closer" else (1.0, 0.7)
    return frames.scene(size=begin * (end / begin) ** part)


def _encoded(scene: Any) -> bytes:
    pixels = np.clip(scene, 0, 255).astype(np.uint8)
    return pictures.encoded(pixels, options=[cv2.IMWRITE_JPEG_QUALITY, 90])


if __name__ == "__main__":
    sys.stdout.write(f"films: {films()}\n")
