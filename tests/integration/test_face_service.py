"""The face service over real people, a real database and real models."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psycopg2
import pytest

from common.identity import Role
from face_service.domain import CONSENT_VERSION
from tests.support import pictures
from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient, serving_faces
from tests.support.people import Town
from tests.support.portraits import OTHER, SAME, portrait

A, A2, A3 = (portrait(name) for name in SAME)
B = portrait(OTHER)
BLANK = pictures.photo(320, 240)


@dataclass(frozen=True, slots=True)
class Cast:
    """People who stand in every relation to ``staff``."""

    staff: int
    mate: int
    manager: int
    outsider: int
    admin: int
    device: int
    attendance: int
    elsewhere: int


@pytest.fixture(scope="module")
def town(database: TestDatabase) -> Iterator[Town]:
    made = Town(database)
    yield made
    made.close()


@pytest.fixture(scope="module")
def cast(town: Town) -> Cast:
    site, bare = town.site("faces", biometrics=True), town.site("bare")
    team = town.team(site, "team")
    return Cast(
        staff=town.person(site_id=site, teams=[team]),
        mate=town.person(site_id=site, teams=[team]),
        manager=town.person(Role.MANAGER, site_id=site, manages=[team]),
        outsider=town.person(site_id=site),
        admin=town.person(Role.ADMIN, site_id=site),
        device=town.person(Role.DEVICE, site_id=site),
        attendance=town.person(Role.SERVICE, username="service:attendance"),
        elsewhere=town.person(site_id=bare),
    )


@pytest.fixture(scope="module")
def face(database: TestDatabase, town: Town, cast: Cast) -> Iterator[FaceClient]:
    with serving_faces(database) as client:
        yield client


@pytest.fixture
def someone(town: Town, cast: Cast) -> int:
    """A new person at the site that uses faces, in the manager's team."""
    rows = town.sql(
        "SELECT site_id, (SELECT min(team_id) FROM auth.team_manager WHERE employee_id = %s)"
        " FROM auth.person WHERE employee_id = %s",
        cast.manager,
        cast.manager,
    )
    return town.person(site_id=rows[0][0], teams=[rows[0][1]])


def said(response: Any, status: int) -> dict[str, Any]:
    body = response.get_data(as_text=True)
    assert response.status_code == status, body
    return json.loads(body) if body else {}


def problem(response: Any, status: int, code: str, field: str | None = None) -> dict[str, Any]:
    assert response.mimetype == "application/problem+json"
    body = said(response, status)
    assert (body["code"], body.get("field")) == (code, field), body
    return body


def consent(face: FaceClient, town: Town, person: int) -> None:
    path = f"/api/v1/people/{person}/consent"
    given = face.call("POST", path, town.token(person), json={"version": CONSENT_VERSION})
    said(given, 201)


def enrol(face: FaceClient, town: Town, person: int, *photos: bytes) -> dict[str, Any]:
    consent(face, town, person)
    files = [("image", photo) for photo in photos]
    path = f"/api/v1/people/{person}/faces"
    return said(face.call("POST", path, town.token(person), files=files), 201)


def verify(face: FaceClient, token: str, image: bytes, person: int) -> Any:
    return face.call(
        "POST",
        "/api/v1/faces/verify",
        token,
        files=[("image", image)],
        form={"employee_id": str(person)},
    )


def audit(town: Town, person: int, action: str) -> list[dict[str, Any]]:
    rows = town.sql(
        "SELECT coalesce(after, before) FROM face.audit WHERE object = %s AND action = %s"
        " ORDER BY id",
        f"person:{person}",
        action,
    )
    return [row[0] for row in rows]


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


def two_people() -> bytes:
    """Two equally large faces side by side."""
    import cv2
    import numpy as np

    face = cv2.imdecode(np.frombuffer(A2, np.uint8), cv2.IMREAD_COLOR)
    small = cv2.resize(face, (300, 300 * face.shape[0] // face.shape[1]))
    return pictures.encoded(np.hstack([small, small]))


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


def test_nobody_is_answered_without_a_token(face: FaceClient) -> None:
    answer = face.call("POST", "/api/v1/faces/detect", files=[("image", A)])
    problem(answer, 401, "unauthenticated")


def test_enrolling_needs_a_consent_and_a_site_that_uses_faces(
    face: FaceClient, town: Town, cast: Cast, someone: int
) -> None:
    token, path = town.token(someone), f"/api/v1/people/{someone}"
    upload: dict[str, Any] = {"files": [("image", A)]}
    problem(face.call("POST", f"{path}/faces", token, **upload), 403, "consent_required")
    before = said(face.call("GET", f"{path}/consent", token), 200)
    assert before == {
        "employee_id": someone,
        "version": None,
        "given_at": None,
        "current_version": CONSENT_VERSION,
        "biometrics": True,
    }
    old = face.call("POST", f"{path}/consent", token, json={"version": "2001-01"})
    assert problem(old, 409, "consent_outdated")["current_version"] == CONSENT_VERSION
    given = face.call("POST", f"{path}/consent", token, json={"version": CONSENT_VERSION})
    first = said(given, 201)
    assert first["version"] == CONSENT_VERSION
    again = face.call("POST", f"{path}/consent", token, json={"version": CONSENT_VERSION})
    assert said(again, 201) == first
    page = said(face.call("POST", f"{path}/faces", token, **upload), 201)
    assert len(page["items"]) == 1

    other = f"/api/v1/people/{cast.elsewhere}"
    token = town.token(cast.elsewhere)
    off = face.call("POST", f"{other}/consent", token, json={"version": CONSENT_VERSION})
    problem(off, 403, "biometrics_off")
    problem(face.call("POST", f"{other}/faces", token, **upload), 403, "biometrics_off")
    problem(verify(face, token, A, cast.elsewhere), 403, "biometrics_off")
    assert said(face.call("GET", f"{other}/consent", token), 200)["biometrics"] is False


def test_a_person_is_verified_against_their_photos(
    face: FaceClient, town: Town, cast: Cast, someone: int
) -> None:
    token = town.token(someone)
    problem(verify(face, token, A, someone), 409, "not_enrolled")
    enrol(face, town, someone, A, A2)
    good = said(verify(face, token, A3, someone), 200)
    assert (good["decision"], good["threshold"]) == ("accept", 0.42)
    bad = said(verify(face, town.token(cast.attendance), B, someone), 200)
    assert bad["decision"] == "reject"
    assert [entry["decision"] for entry in audit(town, someone, "verify_face")] == [
        "accept",
        "reject",
    ]
    problem(verify(face, token, BLANK, someone), 422, "no_face", "image")


def test_enrolled_photos_are_listed_shown_and_erased(
    face: FaceClient, town: Town, someone: int
) -> None:
    made = enrol(face, town, someone, A, A2, A3)["items"]
    token, path = town.token(someone), f"/api/v1/people/{someone}/faces"
    listed = said(face.call("GET", path, token), 200)
    assert listed == {"items": made, "next_cursor": None}
    assert all("opencv" in item["engine"] and item["quality"]["score"] > 0.8 for item in made)
    photo = face.call("GET", made[0]["photo_url"], token)
    assert photo.mimetype == "image/jpeg"
    assert photo.headers["X-Content-Type-Options"] == "nosniff"
    assert photo.get_data().startswith(b"\xff\xd8\xff")
    assert b"Exif" not in photo.get_data()

    one = f"{path}/{made[0]['id']}"
    said(face.call("DELETE", one, token), 204)
    problem(face.call("DELETE", one, token), 404, "not_found")
    problem(face.call("GET", f"{one}/photo", token), 404, "not_found")
    assert said(verify(face, token, A, someone), 200)["threshold"] == 0.42
    said(face.call("DELETE", path, token), 204)
    said(face.call("DELETE", path, token), 204)
    assert said(face.call("GET", path, token), 200)["items"] == []
    key = town.sql("SELECT wrapped_key FROM face.subject WHERE employee_id = %s", someone)
    assert key == [(None,)]
    assert said(face.call("GET", f"/api/v1/people/{someone}/consent", token), 200)["version"]
    enrol(face, town, someone, A)


def test_withdrawing_the_consent_erases(face: FaceClient, town: Town, someone: int) -> None:
    enrol(face, town, someone, A)
    token, path = town.token(someone), f"/api/v1/people/{someone}/consent"
    said(face.call("DELETE", path, token), 204)
    said(face.call("DELETE", path, token), 204)
    assert said(face.call("GET", path, token), 200)["version"] is None
    problem(verify(face, token, A, someone), 409, "not_enrolled")
    rows = town.sql("SELECT count(*) FROM face.template WHERE employee_id = %s", someone)
    assert rows == [(0,)]
    subject = town.sql("SELECT * FROM face.subject WHERE employee_id = %s", someone)
    assert subject == [(someone, None, None, None)]
    history = town.sql(
        "SELECT kind, version, actor FROM face.consent WHERE employee_id = %s ORDER BY id", someone
    )
    assert history == [
        ("given", CONSENT_VERSION, someone),
        ("withdrawn", CONSENT_VERSION, someone),
    ]
    assert audit(town, someone, "erase_faces") == [{"faces": 1}]


def test_erasing_stays_possible_when_the_site_gives_faces_up(
    face: FaceClient, town: Town, database: TestDatabase
) -> None:
    site = town.site("gives up", biometrics=True)
    person = town.person(site_id=site)
    enrol(face, town, person, A)
    town.sql("UPDATE auth.site SET biometrics = false WHERE id = %s", site)
    town.announce("site")
    token = town.token(person)
    deadline = time.monotonic() + 5
    while verify(face, token, A, person).status_code != 403:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    said(face.call("DELETE", f"/api/v1/people/{person}/faces", token), 204)
    said(face.call("DELETE", f"/api/v1/people/{person}/consent", token), 204)


def test_nothing_readable_is_stored(face: FaceClient, town: Town, someone: int) -> None:
    enrol(face, town, someone, A)
    row = town.sql("SELECT embedding, photo FROM face.template WHERE employee_id = %s", someone)[0]
    embedding, photo = bytes(row[0]), bytes(row[1])
    assert len(embedding) == 512 + 28
    assert b"JFIF" not in photo
    again = enrol(face, town, someone, A)["items"][0]["id"]
    other = town.sql("SELECT embedding FROM face.template WHERE id = %s", again)[0][0]
    assert bytes(other) != embedding


@pytest.mark.parametrize(
    ("photos", "code"),
    [
        ([BLANK], "no_face"),
        ([A, b"x"], "not_an_image"),
        ([two_people()], "several_faces"),
        ([A, B], "different_people"),
    ],
)
def test_what_is_not_one_clear_face_is_not_enrolled(
    face: FaceClient, town: Town, someone: int, photos: list[bytes], code: str
) -> None:
    consent(face, town, someone)
    files = [("image", photo) for photo in photos]
    path, token = f"/api/v1/people/{someone}/faces", town.token(someone)
    problem(face.call("POST", path, token, files=files), 422, code, "image")
    assert said(face.call("GET", path, token), 200)["items"] == []


def test_a_second_person_cannot_join_an_account(face: FaceClient, town: Town, someone: int) -> None:
    enrol(face, town, someone, A, A2)
    path, token = f"/api/v1/people/{someone}/faces", town.token(someone)
    problem(face.call("POST", path, token, files=[("image", B)]), 422, "different_people", "image")


def test_five_photos_are_the_most(face: FaceClient, town: Town, someone: int) -> None:
    path, token = f"/api/v1/people/{someone}/faces", town.token(someone)
    consent(face, town, someone)
    six = [("image", A)] * 6
    problem(face.call("POST", path, token, files=six), 422, "invalid_request", "image")
    enrol(face, town, someone, *[A] * 5)
    problem(face.call("POST", path, token, files=six[:1]), 409, "enrolment_full")
    problem(face.call("POST", path, token, form={"x": "1"}), 422, "invalid_request", "image")


def test_an_embedding_of_another_engine_is_made_anew(
    face: FaceClient, town: Town, someone: int
) -> None:
    enrol(face, town, someone, A)
    town.sql("UPDATE face.template SET engine = 'older' WHERE employee_id = %s", someone)
    assert said(verify(face, town.token(someone), A2, someone), 200)["decision"] == "accept"
    rows = town.sql("SELECT engine FROM face.template WHERE employee_id = %s", someone)
    assert "opencv" in rows[0][0]


def matrix(cast: Cast) -> list[tuple[str, int, str, str, int]]:
    """Caller, owner, method, path after the person, expected status of the refusal or 0."""
    faces, agreed = "faces", "consent"
    table = []
    for method, path, allowed in (
        ("GET", faces, {"staff", "manager", "admin"}),
        ("POST", faces, {"staff", "manager", "admin"}),
        ("DELETE", faces, {"staff", "manager", "admin"}),
        ("GET", agreed, {"staff", "manager", "admin"}),
        ("POST", agreed, {"staff"}),
        ("DELETE", agreed, {"staff", "manager", "admin"}),
        ("VERIFY", "", {"staff", "manager", "admin", "device", "attendance"}),
    ):
        for caller in ("staff", "mate", "manager", "outsider", "admin", "device", "attendance"):
            known = caller in {"staff", "manager", "admin"}
            status = 0 if caller in allowed else 403 if known else 404
            table.append((caller, cast.staff, method, path, status))
    return table


def test_everybody_may_do_what_the_rules_say_and_no_more(
    face: FaceClient, town: Town, cast: Cast
) -> None:
    for caller, owner, method, path, status in matrix(cast):
        token = town.token(getattr(cast, caller))
        if method == "VERIFY":
            answer = verify(face, token, BLANK, owner)
        else:
            kind: dict[str, Any] = {}
            if method == "POST":
                kind = (
                    {"files": [("image", BLANK)]} if path == "faces" else {"json": {"version": "0"}}
                )
            answer = face.call(method, f"/api/v1/people/{owner}/{path}", token, **kind)
        body = answer.get_data(as_text=True)
        refused = answer.status_code if '"forbidden"' in body or '"not_found"' in body else 0
        assert refused == status, (caller, method, path, body)


def test_an_unknown_person_is_404(face: FaceClient, town: Town, cast: Cast) -> None:
    token = town.token(cast.admin)
    problem(face.call("GET", "/api/v1/people/999999/faces", token), 404, "not_found")
    problem(face.call("GET", "/api/v1/people/x/faces", token), 422, "invalid_request", "person_id")


def test_a_service_that_is_not_listed_may_do_nothing(
    face: FaceClient, town: Town, cast: Cast
) -> None:
    token = town.token(town.person(Role.SERVICE, username="service:reporter"))
    files = [("image", A), ("reference", A)]
    problem(face.call("POST", "/api/v1/faces/detect", token, files=files[:1]), 403, "forbidden")
    problem(face.call("POST", "/api/v1/faces/verify", token, files=files), 403, "forbidden")


def test_the_role_of_the_database_can_rewrite_no_history(
    face: FaceClient, town: Town, database: TestDatabase, someone: int
) -> None:
    consent(face, town, someone)
    connection = psycopg2.connect(database.dsn("face"))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in (
                "DELETE FROM face.audit",
                "UPDATE face.audit SET actor = 1",
                "TRUNCATE face.audit",
                "DELETE FROM face.consent",
                "UPDATE face.consent SET version = 'x'",
                "UPDATE face.template SET employee_id = 1",
                "DELETE FROM face.subject",
                "SELECT * FROM auth.person",
            ):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(statement)
    finally:
        connection.close()


def test_withdrawing_during_an_enrolment_leaves_nothing(
    face: FaceClient, town: Town, someone: int
) -> None:
    token, path = town.token(someone), f"/api/v1/people/{someone}"
    for _ in range(3):
        consent(face, town, someone)
        barrier = threading.Barrier(2)

        def enrol_now(barrier: threading.Barrier = barrier) -> int:
            barrier.wait()
            return face.call("POST", f"{path}/faces", token, files=[("image", A)]).status_code

        def withdraw(barrier: threading.Barrier = barrier) -> int:
            barrier.wait()
            time.sleep(0.02)
            return face.call("DELETE", f"{path}/consent", token).status_code

        with ThreadPoolExecutor(2) as pool:
            enrolled, withdrawn = pool.submit(enrol_now), pool.submit(withdraw)
            assert enrolled.result() in {201, 403}
            assert withdrawn.result() == 204
        rows = town.sql("SELECT count(*) FROM face.template WHERE employee_id = %s", someone)
        assert rows == [(0,)]


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
