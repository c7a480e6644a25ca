"""Which of the faces in a picture is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from typing import Any

from common.errors import DomainError, Kind

# A second face counts when it is nearly as large as the one meant, and surely a face.
RIVAL_SIZE = 0.7
RIVAL_SCORE = 0.9
# At enrolment nobody else should be near the camera at all.
BYSTANDER_SIZE = 0.3
BYSTANDER_SCORE = 0.8


@dataclass(frozen=True, slots=True)
class Face:
    """A face in an image, in pixels of that image.

    ``landmarks`` are the right and left eye, the tip of the nose, the right and left corner of
    the mouth, each as x, y and as seen on the person. ``score`` is the detector's, 0 to 1.
    """

    x: float
    y: float
    width: float
    height: float
    landmarks: tuple[tuple[float, float], ...]
    score: float

    @property
    def area(self) -> float:
        """The area of the box in square pixels."""
        return self.width * self.height

    def prominence(self, width: float, height: float) -> float:
        """How much this face is the subject of a picture of this size: large, then central."""
        offset = hypot(self.x + self.width / 2 - width / 2, self.y + self.height / 2 - height / 2)
        return self.area * (1 - offset / hypot(width, height))


def refused(code: str, message: str, field: str, **extra: Any) -> DomainError:
    """An image that can be read and does not serve; ``extra`` joins the answer."""
    return DomainError(Kind.UNPROCESSABLE, code, message, field=field, extra=extra)


def foremost(faces: Sequence[Face], *, width: int, height: int) -> Face:
    """The largest and most central of ``faces``, of which there must be one."""
    return max(faces, key=lambda face: face.prominence(width, height))


def dominant(faces: Sequence[Face], *, width: int, height: int, field: str = "image") -> Face:
    """The face meant: the largest and most central. Raises ``no_face`` or ``several_faces``."""
    if not faces:
        raise refused("no_face", "There is no face in the image.", field)
    meant = foremost(faces, width=width, height=height)
    if _others(faces, meant, RIVAL_SIZE, RIVAL_SCORE):
        raise refused("several_faces", "There is more than one face in the image.", field)
    return meant


def crowded(faces: Sequence[Face], meant: Face) -> bool:
    """Whether somebody besides ``meant`` is near: more than an enrolment allows."""
    return _others(faces, meant, BYSTANDER_SIZE, BYSTANDER_SCORE)


def _others(faces: Sequence[Face], meant: Face, size: float, score: float) -> bool:
    return any(
        face is not meant and face.area >= size * meant.area and face.score > score
        for face in faces
    )
