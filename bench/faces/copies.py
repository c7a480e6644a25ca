"""Images shown before: how much of its fingerprint a copy keeps, and somebody who sits still."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from bench.faces.scores import share
from bench.faces.seeing import in_processes, tools
from common.errors import DomainError
from common.imaging.process import Picture
from face_service.domain.faces import Face, foremost
from face_service.domain.replays import bands, copied, equal_bands
from face_service.engine import frame_of

Way = Callable[[Any, Face, Any], Any]


def _saved(quality: int) -> Way:
    def way(pixels: Any, _: Face, __: Any) -> Any:
        jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return cv2.imdecode(jpeg, cv2.IMREAD_COLOR)

    return way


def _smaller(pixels: Any, _: Face, __: Any) -> Any:
    return cv2.resize(pixels, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)


def _cut(pixels: Any, _: Face, __: Any) -> Any:
    height, width = pixels.shape[:2]
    return pixels[height // 50 :, width // 50 :]


def _still(amount: float) -> Way:
    """The next frame of a fixed camera: the head moved by ``amount`` of its width, and noise."""

    def way(pixels: Any, face: Face, dice: Any) -> Any:
        height, width = pixels.shape[:2]
        middle = face.x + face.width / 2, face.y + face.height / 2
        angle = dice.uniform(-amount, amount) * 1.5
        x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        across = ((x - middle[0]) / (0.9 * face.width)) ** 4
        moved = np.exp(-(across + ((y - middle[1]) / (0.9 * face.height)) ** 4))
        right, down = dice.uniform(-amount, amount, 2) * face.width
        from_x = (x + moved * (right + angle * (y - middle[1]))).astype(np.float32)
        from_y = (y + moved * (down - angle * (x - middle[0]))).astype(np.float32)
        seen = cv2.remap(pixels, from_x, from_y, cv2.INTER_LINEAR)
        return np.clip(seen + dice.normal(0, 2.5, seen.shape), 0, 255).astype(np.uint8)

    return way


WAYS: dict[str, Way] = {
    "saved anew, JPEG quality 85": _saved(85),
    "saved anew, JPEG quality 70": _saved(70),
    "made smaller (0.8)": _smaller,
    "cut by 2 % at two sides": _cut,
    "*another* frame: the head moved by 1 % of its width, noise": _still(0.01),
    "*another* frame: the head moved by 2 %": _still(0.02),
    "*another* frame: the head moved by 4 %": _still(0.04),
}


def kept(path: Path) -> dict[str, int] | None:
    """How many bands each way of copying keeps of one photo; ``None`` of one without a face."""
    own = tools()
    try:
        picture = own.read(path)
    except (DomainError, OSError):
        return None
    faces = own.engine.detect(picture)
    if not faces:
        return None
    face = foremost(faces, width=picture.width, height=picture.height)
    pixels, mine = frame_of(picture), bands(own.engine.fingerprint(picture))
    dice = np.random.default_rng(int(path.stat().st_size))
    return {
        name: equal_bands(mine, bands(own.engine.fingerprint(_picture(way(pixels, face, dice)))))
        for name, way in WAYS.items()
    }


def report(live: Sequence[Path]) -> list[str]:
    """The lines about copies of the photos ``live``; empty without any."""
    found: dict[str, list[int]] = defaultdict(list)
    for one in in_processes(kept, list(live), "copies"):
        for name, count in (one or {}).items():
            found[name].append(count)
    if not found:
        return []
    lines = ["| the same photo | bands kept: 5 %, median, 95 % | found |", "| --- | --- | --- |"]
    for name, counts in found.items():
        ends = ", ".join(f"{one:.0f}" for one in np.percentile(counts, [5, 50, 95]))
        hits = sum(copied(count) for count in counts)
        lines.append(f"| {name} | {ends} | {share(hits, len(counts))} |")
    return lines


def _picture(pixels: Any) -> Picture:
    height, width = pixels.shape[:2]
    return Picture(width, height, bytearray(np.ascontiguousarray(pixels).tobytes()), b"")
