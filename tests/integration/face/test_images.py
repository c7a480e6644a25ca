"""Detection and comparison of images that are not kept, and what is wrong with an image."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support import pictures
from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient, serving_faces
from tests.support.face_cast import (
    A2,
    A3,
    BLANK,
    A,
    B,
    Cast,
    problem,
    said,
    two_people,
)
from tests.support.people import Town


def test_detection_gives_boxes_in_the_pixels_of_the_image(
    face: FaceClient, town: Town, cast: Cast
) -> None:
    token = town.token(cast.staff)
    answer = face.call("POST", "/api/v1/faces/detect", token, files=[("image", A)])
    found = said(answer, 200)
    assert len(found["faces"]) == 1
    x, y, width, height = found["faces"][0]["box"]
    assert 0 <= x < x + width <= found["width"]
    assert 0 <= y < y + height <= found["height"]
    assert len(found["faces"][0]["landmarks"]) == 5
    assert found["faces"][0]["score"] > 0.8
    empty = face.call("POST", "/api/v1/faces/detect", token, files=[("image", BLANK)])
    assert said(empty, 200) == {"faces": [], "width": 320, "height": 240}


@pytest.mark.parametrize(
    ("reference", "decision"), [(A2, "accept"), (A3, "accept"), (A, "accept"), (B, "reject")]
)
def test_two_images_are_compared(
    face: FaceClient, town: Town, cast: Cast, reference: bytes, decision: str
) -> None:
    files = [("image", A), ("reference", reference)]
    token = town.token(cast.staff)
    answer = said(face.call("POST", "/api/v1/faces/verify", token, files=files), 200)
    assert answer["decision"] == decision
    assert answer["threshold"] == 0.41
    assert (answer["similarity"] >= 0.41) == (decision == "accept")


@pytest.mark.parametrize(
    ("image", "reference", "status", "code", "field"),
    [
        (BLANK, A, 422, "no_face", "image"),
        (A, BLANK, 422, "no_face", "reference"),
        (b"text", A, 422, "not_an_image", "image"),
        (A, b"", 422, "not_an_image", "reference"),
        (A, pictures.GIF, 422, "not_an_image", "reference"),
        (A, pictures.bomb(19000, 19000), 413, "too_large", "reference"),
        (A + b"\0" * (5 << 20), A, 413, "too_large", "image"),
        (pictures.photo(8, 8), A, 422, "too_small", "image"),
    ],
)
def test_an_unusable_image_is_named(
    face: FaceClient,
    town: Town,
    cast: Cast,
    image: bytes,
    reference: bytes,
    status: int,
    code: str,
    field: str,
) -> None:
    files = [("image", image), ("reference", reference)]
    answer = face.call("POST", "/api/v1/faces/verify", town.token(cast.staff), files=files)
    problem(answer, status, code, field)


def test_two_people_in_one_image_are_refused(face: FaceClient, town: Town, cast: Cast) -> None:
    files = [("image", two_people()), ("reference", A)]
    answer = face.call("POST", "/api/v1/faces/verify", town.token(cast.staff), files=files)
    problem(answer, 422, "several_faces", "image")


@pytest.mark.parametrize(
    ("files", "form", "field"),
    [
        ([], {"employee_id": "1"}, "image"),
        ([("image", A)], {"x": "1"}, "reference"),
        ([("image", A), ("reference", A)], {"employee_id": "1"}, "reference"),
        ([("image", A)], {"employee_id": "one"}, "employee_id"),
        ([("image", A)], {"employee_id": "0"}, "employee_id"),
        ([("image", A)], {"employee_id": str(2**53)}, "employee_id"),
        ([("image", A), ("image", A)], {"employee_id": "1"}, "image"),
    ],
)
def test_mistyped_input_is_422(
    face: FaceClient, town: Town, cast: Cast, files: Any, form: Any, field: str
) -> None:
    token = town.token(cast.staff)
    answer = face.call("POST", "/api/v1/faces/verify", token, files=files, form=form)
    problem(answer, 422, "invalid_request", field)


def test_a_body_of_another_type_is_415(face: FaceClient, town: Town, cast: Cast) -> None:
    token = town.token(cast.staff)
    answer = face.call("POST", "/api/v1/faces/detect", token, json={"image": "x"})
    problem(answer, 415, "unsupported_media_type")


def test_too_many_at_once_are_told_to_come_back(
    database: TestDatabase, town: Town, cast: Cast
) -> None:
    with serving_faces(database, FACE_ENGINES="1", FACE_QUEUE="0") as face:
        token = town.token(cast.staff)

        def ask(_: int) -> Any:
            return face.call("POST", "/api/v1/faces/detect", token, files=[("image", A)])

        with ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(ask, range(36)))
        statuses = {answer.status_code for answer in answers}
        assert statuses == {200, 503}
        busy = next(answer for answer in answers if answer.status_code == 503)
        assert int(busy.headers["Retry-After"]) >= 1
        problem(busy, 503, "unavailable")


def test_the_api_is_documented(face: FaceClient) -> None:
    document = said(face.call("GET", "/openapi.json"), 200)
    assert document["openapi"].startswith("3.1")
    assert {
        "/api/v1/faces/detect",
        "/api/v1/faces/verify",
        "/api/v1/people/{person_id}/consent",
        "/api/v1/people/{person_id}/faces",
    } <= set(document["paths"])


def test_the_document_says_which_images_must_come(face: FaceClient) -> None:
    paths = said(face.call("GET", "/openapi.json"), 200)["paths"]

    def upload(path: str) -> dict[str, Any]:
        sent = paths[path]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
        return sent["allOf"][1] if "allOf" in sent else sent

    assert upload("/api/v1/faces/detect")["required"] == ["image"]
    assert upload("/api/v1/faces/verify")["required"] == ["image"]
    enrolling = upload("/api/v1/people/{person_id}/faces")
    assert enrolling["required"] == ["image"]
    several = enrolling["properties"]["image"]
    assert (several["minItems"], several["maxItems"]) == (1, 5)
