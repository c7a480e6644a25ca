"""Whom an enrolment sends away: of ordinary photos, and of photos made worse on purpose."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from bench.faces.degrade import WAYS
from bench.faces.seeing import Seen, in_processes, tools
from bench.faces.statistics import rate
from common.errors import DomainError
from common.imaging.process import Picture
from face_service.domain.faces import foremost
from face_service.domain.quality import assess
from face_service.engine import frame_of

MOST_DEGRADED = 300
_WEBCAM = 640


def refusals(seen: Iterable[Seen]) -> list[str]:
    """Why ordinary photos would not be enrolled."""
    readable = [one for one in seen if one.fault in {None, "no_face"}]
    if not readable:
        return []
    reasons = Counter(reason for one in readable for reason in one.reasons)
    refused = sum(bool(one.reasons) for one in readable)
    lines = [
        "| ordinary photos | refused [95 %] |",
        "| --- | --- |",
        f"| for any reason | {rate(refused, len(readable)).percent()} |",
    ]
    lines += [
        f"| {reason} | {rate(count, len(readable)).percent()} |"
        for reason, count in reasons.most_common()
    ]
    return lines


@dataclass(frozen=True, slots=True)
class Caught:
    """What an enrolment said of one photo made worse in each way; ``None`` where it took it."""

    reasons: dict[str, tuple[str, ...]]


def _reasons(frame: Any) -> tuple[str, ...]:
    height, width = frame.shape[:2]
    picture = Picture(width, height, bytearray(frame.tobytes()), b"")
    engine = tools().engine
    faces = engine.detect(picture)
    if not faces:
        return ("no_face",)
    face = foremost(faces, width=width, height=height)
    close_up = engine.close_up(picture, face)
    return assess(faces, close_up, tools().limits, width=width, height=height).reasons


def _reduced(frame: Any) -> Any:
    """``frame`` as large as a webcam's at most: larger ones only take longer."""
    scale = _WEBCAM / max(frame.shape[:2])
    if scale >= 1:
        return frame
    return cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _worsen(path: Path, ways: Sequence[str]) -> Caught | None:
    """What is said of each way; ``None`` for a photo that is refused as it is."""
    try:
        frame = _reduced(frame_of(tools().read(path)))
    except DomainError:
        return None
    if _reasons(frame):
        return None
    height, width = frame.shape[:2]
    picture = Picture(width, height, bytearray(frame.tobytes()), b"")
    face = foremost(tools().engine.detect(picture), width=width, height=height)
    made = {way: np.ascontiguousarray(WAYS[way][0](frame, face)) for way in ways}
    return Caught({way: _reasons(worse) for way, worse in made.items()})


def degraded(photos: Sequence[Path]) -> list[str]:
    """How many photos made worse are refused, and how many of them for the right reason."""
    chosen = random.Random(1).sample(list(photos), min(MOST_DEGRADED, len(photos)))
    call = partial(_worsen, ways=tuple(WAYS))
    found = [one for one in in_processes(call, chosen, "degraded photos") if one is not None]
    if not found:
        return []
    lines = [
        f"| {len(found)} good photos made worse | refused [95 %] | for that reason |",
        "| --- | --- | --- |",
    ]
    for way, (_, right) in WAYS.items():
        said = [one.reasons[way] for one in found]
        refused = rate(sum(map(bool, said)), len(said))
        named = sum(bool(right.intersection(reasons)) for reasons in said)
        lines.append(f"| {way} | {refused.percent()} | {named / len(said):.1%} |")
    return lines
