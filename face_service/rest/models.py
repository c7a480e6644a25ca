"""What comes in and goes out over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from common.httpkit.fields import Id, Strict

_Token = Annotated[str, Field(min_length=1, max_length=200)]

Reason = Literal[
    "no_face",
    "several_faces",
    "too_near",
    "cut_off",
    "too_small",
    "too_dark",
    "too_bright",
    "turned_away",
    "tilted",
    "blurred",
    "unclear_face",
]

Language = Literal["en", "tr", "fa", "ar"]
Version = Literal["2026-11", "2026-11-26"]


def example(**members: Any) -> ConfigDict:
    """A model's configuration that shows one value of it in the OpenAPI document."""
    return ConfigDict(json_schema_extra={"examples": [members]})


class PersonPath(BaseModel):
    """The person acted upon."""

    person_id: Id


class FacePath(PersonPath):
    """One enrolled photo of a person."""

    face_id: Id


class VerifyForm(BaseModel):
    """Whom the image is compared with, unless a second image is sent as ``reference``.

    ``liveness`` asks whether it shows a person who is there, as more frames and a challenge do.
    ``occasion`` is a service's own name of what it asks for.
    """

    employee_id: Id | None = None
    liveness: Literal["0", "1"] = "0"
    challenge: _Token | None = None
    occasion: _Token | None = None


class LivenessForm(BaseModel):
    """The challenge that the frames answer."""

    challenge: _Token | None = None


class ChallengeIn(Strict):
    """``alternative`` asks for a movement that can be made without turning the head."""

    alternative: bool = False


class FrameCount(BaseModel):
    """How many frames show a movement."""

    least: int
    most: int


class ChallengeOut(BaseModel):
    """A movement to show, good once and for a minute; left and right are one's own."""

    challenge: str
    kind: Literal["turn_left", "turn_right", "closer", "farther"]
    expires_at: str
    frames: FrameCount


class LivenessOut(BaseModel):
    """Whether the camera saw a person; ``score`` is the model's (0 to 1) where it could judge."""

    decision: Literal["accept", "review", "reject"]
    score: float | None
    reason: Literal[
        "live",
        "spoof_suspected",
        "too_close_to_judge",
        "too_few_frames",
        "challenge_failed",
        "challenge_expired",
        "replayed",
        "frames_identical",
        "no_face",
        "several_faces",
    ]


class ConsentIn(BaseModel):
    """The text agreed to."""

    model_config = example(version="2026-11-26")

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

    model_config = example(
        box=[212.0, 96.5, 188.2, 240.1],
        landmarks=[[262.1, 190.4], [349.0, 188.7], [306.2, 240.9], [270.3, 285.6], [343.9, 283.2]],
        score=0.93,
    )

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

    model_config = example(decision="accept", similarity=0.7123, threshold=0.41)

    decision: Literal["accept", "review", "reject"]
    similarity: float
    threshold: float
    liveness: LivenessOut | None = None


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


class QualityOut(BaseModel):
    """What is measured of a face.

    ``score`` is the detector's, ``size`` the longer side of the face in pixels; sharpness,
    brightness and contrast are from 0 to 1, angles in degrees: ``yaw`` to the person's own left,
    ``pitch`` upwards, ``roll`` to their own left shoulder.
    """

    score: float
    size: float | None
    sharpness: float | None
    brightness: float | None
    contrast: float | None
    yaw: float | None
    pitch: float | None
    roll: float | None


class AssessmentOut(BaseModel):
    """Whether a photo would be enrolled; the first of ``reasons`` is to be put right first."""

    acceptable: bool
    reasons: list[Reason]
    advice: str | None
    quality: QualityOut | None


class EnrolledOut(BaseModel):
    """An enrolled photo; of one that is older than the measuring only the score is known."""

    id: int
    created_at: str
    engine: str
    quality: QualityOut
    photo_url: str


class EnrolledPage(BaseModel):
    """The enrolled photos of a person: five at most, so one page."""

    items: list[EnrolledOut]
    next_cursor: None = None
