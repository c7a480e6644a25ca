"""Consent, enrolment, verification against enrolled photos, and erasure."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from common.config import load
from common.vault import Vault
from face_service.domain.consent import CONSENT_VERSION
from face_service.settings import Settings
from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient
from tests.support.face_cast import (
    A2,
    A3,
    BLANK,
    A,
    B,
    Cast,
    audit,
    consent,
    enrol,
    problem,
    said,
    two_people,
    verify,
)
from tests.support.people import Town


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
        "language": None,
        "sha256": None,
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
    assert subject == [(someone, None, None, None, 0, None, None, None)]
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


def test_of_two_people_who_enrol_at_once_on_one_account_one_is_refused(
    face: FaceClient, town: Town, cast: Cast
) -> None:
    """Each would be compared with what is enrolled, which for both is nothing."""
    site_id, team_id = town.sql(
        "SELECT p.site_id, m.team_id FROM auth.person p JOIN auth.team_member m USING (employee_id)"
        " WHERE employee_id = %s",
        cast.staff,
    )[0]
    for _ in range(4):
        account = town.person(site_id=site_id, teams=[team_id])
        consent(face, town, account)
        path, token = f"/api/v1/people/{account}/faces", town.token(account)
        barrier = threading.Barrier(2)

        def enrol_now(
            photo: bytes,
            path: str = path,
            token: str = token,
            barrier: threading.Barrier = barrier,
        ) -> Any:
            barrier.wait()
            return face.call("POST", path, token, files=[("image", photo)])

        with ThreadPoolExecutor(2) as pool:
            answers = [pool.submit(enrol_now, photo) for photo in (A, B)]
            refused = [one.result() for one in answers if one.result().status_code != 201]
        assert len(refused) == 1
        problem(refused[0], 422, "different_people", "image")
        assert len(said(face.call("GET", path, token), 200)["items"]) == 1


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


def test_a_photo_of_which_a_new_engine_makes_nothing_stands_in_nobody_s_way(
    face: FaceClient, town: Town, someone: int, database: TestDatabase
) -> None:
    first, second = enrol(face, town, someone, A, A2)["items"]
    vault = Vault(load(Settings, database.environment()).face_key.key())
    rows = town.sql("SELECT wrapped_key FROM face.subject WHERE employee_id = %s", someone)
    sealed = vault.seal(bytes(rows[0][0]), someone, BLANK)
    spoil = "UPDATE face.template SET engine = 'older', photo = %s WHERE id = %s"
    town.sql(spoil, sealed, first["id"])
    token = town.token(someone)
    good = said(verify(face, token, A3, someone), 200)
    assert (good["decision"], good["threshold"]) == ("accept", 0.41)
    town.sql(spoil, sealed, second["id"])
    problem(verify(face, token, A3, someone), 409, "not_enrolled")
    enrol(face, town, someone, A)
    assert said(verify(face, token, A3, someone), 200)["decision"] == "accept"


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
