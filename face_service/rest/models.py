"""What comes in and goes out over HTTP."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from common.httpkit.fields import Id


class PersonPath(BaseModel):
    """The person acted upon."""

    person_id: Id


class FacePath(PersonPath):
    """One enrolled photo of a person."""

    face_id: Id


class VerifyForm(BaseModel):
    """Whom the image is compared with, unless a second image is sent as ``reference``."""

    employee_id: Id | None = None


class ConsentIn(BaseModel):
    """The text agreed to."""

    version: str = Field(min_length=1, max_length=64, strict=True)


class FaceOut(BaseModel):
    """A face: its box as x, y, width, height, five landmarks, all in pixels, and a score."""

    box: tuple[float, float, float, float]
    landmarks: list[tuple[float, float]]
    score: float


class DetectionOut(BaseModel):
    """The faces found, and the image's size in pixels the right way up."""

    faces: list[FaceOut]
    width: int
    height: int


class VerdictOut(BaseModel):
    """What a comparison came to; ``similarity`` is a cosine, ``threshold`` what accepts."""

    decision: Literal["accept", "review", "reject"]
    similarity: float
    threshold: float


class ConsentOut(BaseModel):
    """The consent in force, the text now offered, and whether the site uses faces."""

    employee_id: int
    version: str | None
    given_at: str | None
    current_version: str
    biometrics: bool


class EnrolledOut(BaseModel):
    """An enrolled photo."""

    id: int
    created_at: str
    engine: str
    quality: dict[str, float]
    photo_url: str


class EnrolledPage(BaseModel):
    """The enrolled photos of a person: five at most, so one page."""

    items: list[EnrolledOut]
    next_cursor: None = None
