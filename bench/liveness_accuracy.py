"""How often pictures of faces are told from faces: ``python -m bench.liveness_accuracy FOLDER``.

FOLDER holds ``real`` and ``spoof``, each with photos or with a folder for each kind. Everything
goes through the product's own decoder, engine and rules, the photos as they are and as
attendance_service hands them on (saved anew). Prints figures only.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import cv2
import numpy as np

from bench.faces.statistics import rate
from common.config import environment
from common.imaging.process import Picture
from common.imaging.reader import ImageReader
from face_service import engine, weights
from face_service.domain.faces import Face, foremost
from face_service.domain.liveness import CONTEXT, context
from face_service.domain.replays import bands, equal_bands
from face_service.settings import Settings

_DEFAULTS = {name: Settings.__dataclass_fields__[name].default for name in Settings.__slots__}
ACCEPT, REVIEW = (float(_DEFAULTS[f"liveness_{name}"]) for name in ("accept", "review"))
#: The frame's size in faces, from which to which: the first group is judged by the product.
_GROUPS = ((CONTEXT, 99.0), (1.8, CONTEXT), (0.0, 1.8))


@dataclass(frozen=True, slots=True)
class Shot:
    """One photo: whether it is of a person, its kind, how much surrounds the face, its score."""

    real: bool
    kind: str
    context: float
    score: float


def photos(folder: Path) -> Iterator[tuple[bool, str, Path]]:
    """Every photo with what it is."""
    for name in ("real", "spoof"):
        for path in sorted((folder / name).rglob("*.jpg")):
            kind = path.parent.name if path.parent.name != name else ""
            yield name == "real", f"{name} {kind}".strip(), path


def shots(folder: Path, prepared: Callable[[bytes], bytes]) -> tuple[list[Shot], list[float]]:
    """Each photo with a face in it, and the milliseconds that the model took for it."""
    reader, model = ImageReader(size=1), engine.FaceEngine(weights.model_dir(environment()))
    found, times = [], []
    for real, kind, path in photos(folder):
        picture = reader.pixels(prepared(path.read_bytes()))
        seen = meant(model, picture)
        if seen is None:
            print(f"no face in one photo of {kind}")
            continue
        size = context(seen, width=picture.width, height=picture.height)
        began = perf_counter()
        score = model.real(picture, seen)
        times.append((perf_counter() - began) * 1e3)
        found.append(Shot(real, kind, size, score))
    reader.close()
    return found, times


def meant(model: engine.FaceEngine, picture: Picture) -> Face | None:
    """The face of a photo."""
    faces = model.detect(picture)
    return foremost(faces, width=picture.width, height=picture.height) if faces else None


def share(hits: int, count: int) -> str:
    """A rate with its confidence interval."""
    if not count:
        return "-"
    found = rate(hits, count)
    low, high = found.low, found.high
    if hits == count:  # the rule of three, from the other side
        low, high = max(0.0, 1 - 3 / count), 1.0
    return f"{hits} of {count} [{low:.0%}, {high:.0%}]"


def table(found: list[Shot]) -> None:
    """Print the outcomes by kind and by what surrounds the face."""
    kinds = defaultdict(list)
    for shot in found:
        group = next(place for place, (low, _) in enumerate(_GROUPS) if shot.context >= low)
        kinds[(not shot.real, shot.kind, group)].append(shot.score)
    print("| photos | frame, in faces | accepted | review | rejected | lowest, median, highest |")
    print("| --- | --- | --- | --- | --- | --- |")
    for (_, kind, group), scores in sorted(kinds.items()):
        low, high = _GROUPS[group]
        accepted = sum(score >= ACCEPT for score in scores)
        rejected = sum(score < REVIEW for score in scores)
        doubtful = len(scores) - accepted - rejected
        three = (min(scores), median(scores), max(scores))
        print(
            f"| {kind} | {low:g} to {high:g} | {share(accepted, len(scores))} | {doubtful} | "
            f"{share(rejected, len(scores))} | {', '.join(f'{one:.2f}' for one in three)} |"
        )


def thresholds(found: list[Shot]) -> None:
    """Print what other thresholds would do to the photos that the product judges."""
    judged = [shot for shot in found if shot.context >= CONTEXT]
    print("\n| a score of at least | spoofs above it | people below it |")
    print("| --- | --- | --- |")
    for needed in (0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95):
        spoofs = [shot.score for shot in judged if not shot.real]
        people = [shot.score for shot in judged if shot.real]
        above = sum(score >= needed for score in spoofs)
        below = sum(score < needed for score in people)
        print(f"| {needed:g} | {share(above, len(spoofs))} | {share(below, len(people))} |")


def encoded(pixels: Any, quality: int) -> bytes:
    """A JPEG."""
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def decoded(jpeg: bytes) -> Any:
    """Its pixels."""
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


def sits_still(pixels: Any, face: Face, amount: float, dice: Any) -> Any:
    """The next frame of a fixed camera: the head moved by ``amount`` of its width, and noise."""
    height, width = pixels.shape[:2]
    middle = face.x + face.width / 2, face.y + face.height / 2
    angle = dice.uniform(-amount, amount) * 1.5
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    near = ((x - middle[0]) / (0.9 * face.width)) ** 4 + (
        (y - middle[1]) / (0.9 * face.height)
    ) ** 4
    moved = np.exp(-near)
    across, down = dice.uniform(-amount, amount, 2) * face.width
    from_x = x + moved * (across + angle * (y - middle[1]))
    from_y = y + moved * (down - angle * (x - middle[0]))
    seen = cv2.remap(pixels, from_x.astype(np.float32), from_y.astype(np.float32), cv2.INTER_LINEAR)
    return np.clip(seen + dice.normal(0, 2.5, seen.shape), 0, 255).astype(np.uint8)


def copies(folder: Path) -> None:
    """Print how many bands of the fingerprint copies keep, and frames of people who sit still."""
    model, dice = engine.FaceEngine(weights.model_dir(environment())), np.random.default_rng(0)

    def smaller(pixels: Any) -> Any:
        return cv2.resize(pixels, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)

    def cut(pixels: Any) -> Any:
        height, width = pixels.shape[:2]
        return pixels[height // 50 :, width // 50 :]

    ways: dict[str, Callable[[Any, Face], Any]] = {
        "saved anew, quality 85": lambda pixels, _: decoded(encoded(pixels, 85)),
        "saved anew, quality 70": lambda pixels, _: decoded(encoded(pixels, 70)),
        "made smaller (0.8)": lambda pixels, _: smaller(pixels),
        "cut by 2 % (found out no more)": lambda pixels, _: cut(pixels),
        "a head that moved by 1 % (made)": lambda p, face: sits_still(p, face, 0.01, dice),
        "a head that moved by 2 % (made)": lambda p, face: sits_still(p, face, 0.02, dice),
        "a head that moved by 4 % (made)": lambda p, face: sits_still(p, face, 0.04, dice),
    }
    print("\n| the same photo | bands kept: 5 %, median, 95 % | 12 or more |")
    print("| --- | --- | --- |")
    frames = [decoded(path.read_bytes()) for real, _, path in photos(folder) if real]
    pairs = [(frame, face) for frame in frames if (face := meant(model, picture_of(frame)))]
    for name, way in ways.items():
        kept = [same(model, frame, way(frame, face)) for frame, face in pairs]
        ends = np.percentile(kept, [5, 50, 95])
        found = sum(one >= 12 for one in kept)
        print(f"| {name} | {', '.join(f'{one:.0f}' for one in ends)} | {share(found, len(kept))} |")


def same(model: engine.FaceEngine, one: Any, other: Any) -> int:
    """How many bands two frames have in common."""
    mine, yours = (bands(model.fingerprint(picture_of(frame))) for frame in (one, other))
    return equal_bands(mine, yours)


def picture_of(pixels: Any) -> Picture:
    """Pixels as the engine takes them."""
    height, width = pixels.shape[:2]
    return Picture(width, height, bytearray(np.ascontiguousarray(pixels).tobytes()), b"")


def main(folder: Path) -> None:
    """Print the report."""
    engine.prepare()
    print(f"engine {engine.engine_name()}, accept {ACCEPT}, review {REVIEW}\n\nas they are:\n")
    found, times = shots(folder, bytes)
    table(found)
    thresholds(found)
    print("\nsaved anew, as attendance_service hands them on:\n")
    again, _ = shots(folder, lambda jpeg: encoded(decoded(jpeg), 85))
    table(again)
    thresholds(again)
    copies(folder)
    print(f"\nthe model: {median(times):.1f} ms for a face")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
