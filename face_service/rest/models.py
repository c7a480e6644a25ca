"""What comes in and goes out over HTTP."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from common.httpkit.fields import Id

Language = Literal["en", "tr", "fa", "ar"]
Version = Literal["2026-11", "2026-11-26"]


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
    language: Language = "en"


class ConsentTextQuery(BaseModel):
    """Which text: in which language, and an older one by its version."""

    language: Language = "en"
    version: Version | None = None


class ConsentTextOut(BaseModel):
    """A text to agree to. ``sha256`` is that of the JSON array [version, language, title,
    [paragraphs]] in UTF-8 without blanks, and is kept with the consent."""

    version: str
    language: Language
    title: str
    paragraphs: list[str]
    sha256: str


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
    """The consent given, the version of the text now offered, and whether the site uses faces.

    One to another version than ``current_version`` is out of date: faces are not compared until it
    is renewed. ``sha256`` and ``language`` say which text was shown, where that is known.
    """

    employee_id: int
    version: str | None
    given_at: str | None
    language: str | None
    sha256: str | None
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
