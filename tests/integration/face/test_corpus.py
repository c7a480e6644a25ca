"""The image corpus as uploads: a refusal or an answer, soon, and never a word too much.

`tests/unit/common/test_imaging_corpus.py` has ten thousand damaged pictures and the limits of the
decoder; here the whole of it, and the flips, reach the service.
"""

from __future__ import annotations

import random
import re
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support import pictures
from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient, serving_faces
from tests.support.face_cast import BLANK, A, Cast, consent, problem, said, two_people
from tests.support.people import Town

ORIENTATIONS = range(1, 9)
# Enough to see what reaches the service; the decoder gets its ten thousand by itself.
FLIPS = 150
ICC = b"".join(
    pictures.segment(0xE2, b"ICC_PROFILE\0" + bytes([number, 64]) + bytes(65_000))
    for number in range(1, 65)
)


@pytest.fixture(scope="module")
def face(database: TestDatabase, town: Town, cast: Cast) -> Any:
    with serving_faces(database, LIMIT_PER_PERSON="100000", LIMIT_PER_ADDRESS="100000") as client:
        yield client


def detect(face: FaceClient, token: str, image: bytes) -> Any:
    return face.call("POST", "/api/v1/faces/detect", token, files=[("image", image)])


def peak_mib() -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) // 1024


def test_reliability_b20_a_small_file_of_361_million_points_is_refused_at_once(
    face: FaceClient, town: Town, cast: Cast
) -> None:
    token, bomb = town.token(cast.outsider), pictures.bomb(19000, 19000)
    said(detect(face, token, A), 200)
    before = peak_mib()
    began = time.monotonic()
    problem(detect(face, token, bomb), 413, "too_large", "image")
    assert time.monotonic() - began < 0.2
    assert peak_mib() - before < 50


@pytest.mark.parametrize(
    "image",
    [
        pictures.photo(320, 240)[:150],
        A[: len(A) // 3][:400],
        pictures.GIF,
        pictures.SVG,
        b"",
        b"This is a text, whatever its name says.",
        b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><svg>&e;</svg>",
        b"PK\x03\x04" + A,
        pictures.photo(320, 240, ".png")[:60],
    ],
)
def test_reliability_b21_what_is_no_photo_is_422(
    face: FaceClient, town: Town, cast: Cast, image: bytes
) -> None:
    problem(detect(face, town.token(cast.outsider), image), 422, "not_an_image", "image")


@pytest.mark.parametrize(("image", "code"), [(BLANK, "no_face"), (two_people(), "several_faces")])
def test_reliability_b22_nothing_is_kept_of_a_photo_without_one_face(
    face: FaceClient, town: Town, someone: int, image: bytes, code: str
) -> None:
    consent(face, town, someone)
    path, token = f"/api/v1/people/{someone}/faces", town.token(someone)
    answer = face.call("POST", path, token, files=[("image", A), ("image", image)])
    assert problem(answer, 422, code, "image")["index"] == 1
    rows = town.sql("SELECT count(*) FROM face.template WHERE employee_id = %s", someone)
    assert rows == [(0,)]


@pytest.mark.parametrize("size", [(65535, 1), (1, 65535), (65535, 65535), (4033, 3024)])
def test_of_a_size_that_no_photo_has_nothing_is_decoded(
    face: FaceClient, town: Town, cast: Cast, size: tuple[int, int]
) -> None:
    answer = detect(face, town.token(cast.outsider), pictures.png(*size, b""))
    assert said(answer, answer.status_code)["code"] in {"too_large", "too_small"}
    assert answer.status_code in {413, 422}


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_a_face_is_found_whichever_way_the_camera_was_held(
    face: FaceClient, town: Town, cast: Cast, orientation: int
) -> None:
    """The pixels are stored turned, the EXIF data say how: the face is where it was."""
    import cv2
    import numpy as np

    upright = cv2.imdecode(np.frombuffer(A, np.uint8), cv2.IMREAD_COLOR)
    stored = {
        1: lambda p: p,
        2: lambda p: p[:, ::-1],
        3: lambda p: p[::-1, ::-1],
        4: lambda p: p[::-1],
        5: lambda p: p.transpose(1, 0, 2),
        6: lambda p: np.rot90(p, 1),
        7: lambda p: p[::-1, ::-1].transpose(1, 0, 2),
        8: lambda p: np.rot90(p, -1),
    }[orientation](upright)
    jpeg = pictures.encoded(np.ascontiguousarray(stored), ".jpg", [1, 95])
    token = town.token(cast.outsider)
    turned = said(detect(face, token, pictures.with_segment(jpeg, pictures.exif(orientation))), 200)
    (plain,) = said(detect(face, token, A), 200)["faces"]
    (found,) = turned["faces"]
    assert (turned["width"], turned["height"]) == (upright.shape[1], upright.shape[0])
    assert found["box"] == pytest.approx(plain["box"], abs=plain["box"][2] / 20)


def test_a_profile_of_four_mebibytes_changes_nothing(
    face: FaceClient, town: Town, cast: Cast
) -> None:
    token = town.token(cast.outsider)
    heavy = pictures.with_segment(pictures.photo(320, 240), ICC)
    assert len(heavy) > 4_000_000
    assert said(detect(face, token, heavy), 200)["faces"] == []


def test_damaged_photos_of_a_face_are_answered_soon_and_never_with_an_error_of_ours(
    face: FaceClient, town: Town, cast: Cast
) -> None:
    luck, token = random.Random(22), town.token(cast.outsider)
    small = pictures.encoded(_small(A), ".jpg", [1, 85])
    began, before = time.monotonic(), peak_mib()
    statuses = set()
    for _ in range(FLIPS):
        data = bytearray(small)
        for _ in range(luck.randint(1, 6)):
            data[luck.randrange(len(data))] = luck.randrange(256)
        path = luck.choice(("detect", "quality"))
        answer = face.call("POST", f"/api/v1/faces/{path}", token, files=[("image", bytes(data))])
        statuses.add(answer.status_code)
    assert {200} < statuses <= {200, 413, 422}
    assert time.monotonic() - began < 30
    assert peak_mib() - before < 100


def _small(photo: bytes) -> Any:
    import cv2
    import numpy as np

    whole = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR)
    return cv2.resize(whole, (240, 240 * whole.shape[0] // whole.shape[1]))


def test_seed_defect_D37_an_upload_has_a_size_and_a_type(
    face: FaceClient, town: Town, cast: Cast
) -> None:
    token = town.token(cast.outsider)
    problem(detect(face, token, A + bytes(5 << 20)), 413, "too_large", "image")
    typed = face.call("POST", "/api/v1/faces/detect", token, data=A, content_type="image/jpeg")
    problem(typed, 415, "unsupported_media_type")
