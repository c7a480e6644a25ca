"""What the product sees on each photo, worked out by two processes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from common.config import environment
from common.errors import DomainError
from common.imaging.process import Picture
from common.imaging.reader import ImageReader
from face_service import engine, weights
from face_service.domain.faces import dominant, foremost
from face_service.domain.matching import Embedding
from face_service.domain.quality import Limits, assess
from face_service.tuning import limits

Task = TypeVar("Task")
Found = TypeVar("Found")

PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """One photo: why it has no embedding, or the embedding of the face that is meant.

    ``several`` says that a check-in would be refused because another face is nearly as large;
    ``reasons`` are those for which an enrolment would be.
    """

    fault: str | None = None
    embedding: Embedding | None = None
    several: bool = False
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tools:
    """The product's own decoder and engine, in one process."""

    reader: ImageReader
    engine: engine.FaceEngine
    limits: Limits

    def read(self, path: Path) -> Picture:
        """The pixels of a file; raises what an upload of it would be told."""
        return self.reader.pixels(path.read_bytes())


_tools: list[Tools] = []


def _start(models: str) -> None:
    engine.prepare()
    made = engine.FaceEngine(Path(models))
    _tools.append(Tools(ImageReader(size=1), made, limits(environment())))


def tools() -> Tools:
    """This process's own."""
    return _tools[0]


def in_processes(
    call: Callable[[Task], Found], tasks: Sequence[Task], said: str
) -> Iterable[Found]:
    """``call`` of each task, in their order, in `PROCESSES` processes that have `tools`."""
    models = str(weights.model_dir(environment()))
    crew: dict[str, Any] = {"mp_context": get_context("spawn"), "initializer": _start}
    with ProcessPoolExecutor(min(PROCESSES, os.cpu_count() or 1), initargs=(models,), **crew) as go:
        for number, found in enumerate(go.map(call, tasks, chunksize=4), 1):
            if number % 500 == 0 or number == len(tasks):
                print(f"{said}: {number} of {len(tasks)}", file=sys.stderr, flush=True)
            yield found


def see(path: Path) -> Seen:
    """What the product sees on ``path``."""
    own = tools()
    try:
        picture = own.read(path)
    except (DomainError, OSError) as fault:
        return Seen(fault.code if isinstance(fault, DomainError) else "unreadable")
    faces = own.engine.detect(picture)
    if not faces:
        return Seen("no_face", reasons=("no_face",))
    size = {"width": picture.width, "height": picture.height}
    try:
        dominant(faces, **size)
        several = False
    except DomainError:
        several = True
    face = foremost(faces, **size)
    report = assess(faces, own.engine.close_up(picture, face), own.limits, **size)
    return Seen(None, own.engine.embed(picture, face), several, report.reasons)


def see_all(paths: Sequence[Path]) -> dict[Path, Seen]:
    """What the product sees on each of ``paths``."""
    return dict(zip(paths, in_processes(see, paths, "photos"), strict=True))
