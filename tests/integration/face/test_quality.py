"""What an enrolment asks of a photo, and what it says to help."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from face_service.domain.quality import ADVICE
from tests.support import pictures
from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient, serving_faces
from tests.support.face_cast import (
    A2,
    BLANK,
    A,
    Cast,
    consent,
    enrol,
    problem,
    said,
    two_people,
)
from tests.support.people import Town

_NUMBERS = {"score", "size", "sharpness", "brightness", "contrast", "yaw", "pitch", "roll"}


def frame() -> Any:
    """The good photo as a webcam would give it."""
    whole = cv2.imdecode(np.frombuffer(A, np.uint8), cv2.IMREAD_COLOR)
    scale = 480 / whole.shape[0]
    return cv2.resize(whole, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def leaning(by: float) -> Any:
    """The photo turned about its middle."""
    whole = frame()
    height, width = whole.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), by, 1)
    return cv2.warpAffine(whole, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)


def cut() -> Any:
    """The photo without what is left of the middle of the face."""
    whole = frame()
    return np.ascontiguousarray(whole[:, whole.shape[1] // 2 :])


def small() -> Any:
    whole = frame()
    canvas = np.full((480, 640, 3), 128, np.uint8)
    tiny = cv2.resize(whole, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    canvas[180 : 180 + tiny.shape[0], 260 : 260 + tiny.shape[1]] = tiny
    return canvas


BAD = {
    "blurred": lambda: cv2.GaussianBlur(frame(), (0, 0), 9),
    "too_dark": lambda: (frame() * 0.12).astype(np.uint8),
    "too_bright": lambda: np.clip(frame() * 2.2, 0, 255).astype(np.uint8),
    "tilted": lambda: leaning(30),
    "too_small": small,
    "cut_off": cut,
}


def assess(face: FaceClient, token: str, image: bytes) -> dict[str, Any]:
    answer = face.call("POST", "/api/v1/faces/quality", token, files=[("image", image)])
    return said(answer, 200)


def test_a_good_photo_is_acceptable_and_measured(face: FaceClient, town: Town, cast: Cast) -> None:
    found = assess(face, town.token(cast.outsider), A)
    assert (found["acceptable"], found["reasons"], found["advice"]) == (True, [], None)
    assert set(found["quality"]) == _NUMBERS
    assert found["quality"]["size"] > 100
    assert all(0 <= found["quality"][name] <= 1 for name in ("sharpness", "brightness"))
    webcam = assess(face, town.token(cast.outsider), pictures.encoded(frame()))
    assert webcam["acceptable"]
    # The same face at another resolution is about as sharp.
    assert abs(webcam["quality"]["sharpness"] - found["quality"]["sharpness"]) < 0.1


def test_without_a_face_there_is_nothing_to_measure(
    face: FaceClient, town: Town, cast: Cast
) -> None:
    found = assess(face, town.token(cast.outsider), BLANK)
    assert found == {
        "acceptable": False,
        "reasons": ["no_face"],
        "advice": ADVICE["no_face"],
        "quality": None,
    }
    assert assess(face, town.token(cast.outsider), two_people())["reasons"][0] == "several_faces"


@pytest.mark.parametrize("reason", BAD)
def test_a_bad_photo_is_told_why_and_never_enrolled(
    face: FaceClient, town: Town, someone: int, reason: str
) -> None:
    image, token = pictures.encoded(BAD[reason]()), town.token(someone)
    found = assess(face, token, image)
    assert not found["acceptable"]
    assert reason in found["reasons"]
    first = found["reasons"][0]
    assert found["advice"] == ADVICE[first]
    consent(face, town, someone)
    path = f"/api/v1/people/{someone}/faces"
    files = [("image", A), ("image", A2), ("image", image)]
    refusal = problem(face.call("POST", path, token, files=files), 422, first, "image")
    assert refusal["detail"] == ADVICE[first]
    assert (refusal["index"], refusal["reasons"]) == (2, found["reasons"])
    assert said(face.call("GET", path, token), 200)["items"] == []


def test_which_photo_is_no_image_is_said_too(face: FaceClient, town: Town, someone: int) -> None:
    consent(face, town, someone)
    path, token = f"/api/v1/people/{someone}/faces", town.token(someone)
    answer = face.call("POST", path, token, files=[("image", A), ("image", b"text")])
    assert problem(answer, 422, "not_an_image", "image")["index"] == 1


def test_what_was_measured_is_kept_with_the_photo(
    face: FaceClient, town: Town, someone: int
) -> None:
    (made,) = enrol(face, town, someone, A)["items"]
    assert made["quality"] == assess(face, town.token(someone), A)["quality"]
    town.sql("UPDATE face.template SET quality = NULL WHERE employee_id = %s", someone)
    path = f"/api/v1/people/{someone}/faces"
    (old,) = said(face.call("GET", path, town.token(someone)), 200)["items"]
    assert old["quality"]["score"] == made["quality"]["score"]
    assert {old["quality"][name] for name in _NUMBERS - {"score"}} == {None}


def test_limits_and_thresholds_are_the_configuration_s(
    database: TestDatabase, town: Town, cast: Cast
) -> None:
    """A photo that is good elsewhere is too small here; who was accepted waits for a person."""
    changes = {"FACE_LEAST_SIZE": "2000", "FACE_ACCEPT_ONE": "0.95", "FACE_REVIEW_BAND": "0.2"}
    with serving_faces(database, **changes) as face:
        token = town.token(cast.outsider)
        assert assess(face, token, A)["reasons"] == ["too_small"]
        files = [("image", A), ("reference", A2)]
        answer = said(face.call("POST", "/api/v1/faces/verify", token, files=files), 200)
        assert (answer["decision"], answer["threshold"]) == ("review", 0.95)
