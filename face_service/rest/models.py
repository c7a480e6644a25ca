"""What comes in and goes out over HTTP, but for consents, jobs and identification."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from common.httpkit.fields import Id, Strict, example

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

    model_config = example(employee_id=7, liveness="1", challenge="p4kR…the challenge…Zw")

    employee_id: Id | None = None
    liveness: Literal["0", "1"] = "0"
    challenge: _Token | None = None
    occasion: _Token | None = None


class LivenessForm(BaseModel):
    """The challenge that the frames answer."""

    model_config = example(challenge="p4kR…the challenge…Zw")

    challenge: _Token | None = None


class ChallengeIn(Strict):
    """``alternative`` asks for a movement that can be made without turning the head."""

    model_config = example(alternative=False)

    alternative: bool = False


class FrameCount(BaseModel):
    """How many frames show a movement."""

    model_config = example(least=3, most=6)

    least: int
    most: int


class ChallengeOut(BaseModel):
    """A movement to show, good once and for a minute; left and right are one's own."""

    model_config = example(
        challenge="p4kR…the challenge…Zw",
        kind="turn_left",
        expires_at="2026-11-26T08:01:00.000000Z",
        frames={"least": 3, "most": 6},
    )

    challenge: str
    kind: Literal["turn_left", "turn_right", "closer", "farther"]
    expires_at: str
    frames: FrameCount


class LivenessOut(BaseModel):
    """Whether the camera saw a person; ``score`` is the model's (0 to 1) where it could judge."""

    model_config = example(decision="accept", score=0.9871, reason="live")

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

    model_config = example(
        faces=[
            {
                "box": [212.0, 96.5, 188.2, 240.1],
                "landmarks": [
                    [262.1, 190.4],
                    [349.0, 188.7],
                    [306.2, 240.9],
                    [270.3, 285.6],
                    [343.9, 283.2],
                ],
                "score": 0.93,
            }
        ],
        width=640,
        height=480,
    )

    faces: list[FaceOut]
    width: int
    height: int


class VerdictOut(BaseModel):
    """What a comparison came to; ``similarity`` is a cosine, ``threshold`` what accepts."""

    model_config = example(
        decision="accept",
        similarity=0.7123,
        threshold=0.41,
        liveness={"decision": "accept", "score": 0.9871, "reason": "live"},
    )

    decision: Literal["accept", "review", "reject"]
    similarity: float
    threshold: float
    liveness: LivenessOut | None = None


class QualityOut(BaseModel):
    """What is measured of a face.

    ``score`` is the detector's, ``size`` the longer side of the face in pixels; sharpness,
    brightness and contrast are from 0 to 1, angles in degrees: ``yaw`` to the person's own left,
    ``pitch`` upwards, ``roll`` to their own left shoulder.
    """

    model_config = example(
        score=0.93,
        size=240.1,
        sharpness=0.81,
        brightness=0.52,
        contrast=0.47,
        yaw=-4.2,
        pitch=1.5,
        roll=0.8,
    )

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

    model_config = example(
        acceptable=False,
        reasons=["too_dark", "tilted"],
        advice="Turn towards the light, so that it falls on the face.",
        quality={
            "score": 0.93,
            "size": 240.1,
            "sharpness": 0.81,
            "brightness": 0.52,
            "contrast": 0.47,
            "yaw": -4.2,
            "pitch": 1.5,
            "roll": 0.8,
        },
    )

    acceptable: bool
    reasons: list[Reason]
    advice: str | None
    quality: QualityOut | None


class EnrolledOut(BaseModel):
    """An enrolled photo; of one that is older than the measuring only the score is known."""

    model_config = example(
        id=12,
        created_at="2026-11-26T08:00:00.000000Z",
        engine="yunet:8f2383e4/sface:0ba9fbfa/opencv:5.0.0",
        quality={
            "score": 0.93,
            "size": 240.1,
            "sharpness": 0.81,
            "brightness": 0.52,
            "contrast": 0.47,
            "yaw": -4.2,
            "pitch": 1.5,
            "roll": 0.8,
        },
        photo_url="/api/v1/people/7/faces/12/photo",
    )

    id: int
    created_at: str
    engine: str
    quality: QualityOut
    photo_url: str


class EnrolledPage(BaseModel):
    """The enrolled photos of a person: five at most, so one page."""

    items: list[EnrolledOut]
    next_cursor: None = None
