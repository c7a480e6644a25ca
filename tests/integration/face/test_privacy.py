"""Texts that are agreed to, and what people may ask of what is kept about their face."""

from __future__ import annotations

import io
import json
import time
import zipfile
from typing import Any

import pytest

from face_service.domain.consent import CONSENT_VERSION, LANGUAGES
from tests.support.face import FaceClient
from tests.support.face_cast import A2, A, Cast, audit, consent, enrol, problem, said, verify
from tests.support.face_consent import OLD, history, key_of, outdate
from tests.support.people import Town


def path(person: int, tail: str = "") -> str:
    return f"/api/v1/people/{person}{tail}"


def looks(face: FaceClient, town: Town, who: int, whose: int) -> list[dict[str, Any]]:
    answer = face.call("GET", path(whose, "/access-log"), town.token(who))
    items: list[dict[str, Any]] = said(answer, 200)["items"]
    return items


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_is_for_everybody_to_read(face: FaceClient, language: str) -> None:
    text = said(face.call("GET", f"/api/v1/faces/consent-text?language={language}"), 200)
    assert (text["version"], text["language"]) == (CONSENT_VERSION, language)
    assert text["title"]
    assert len(text["paragraphs"]) >= 7
    assert len(text["sha256"]) == 64
    old = face.call("GET", f"/api/v1/faces/consent-text?language={language}&version={OLD}")
    assert said(old, 200)["version"] == OLD


@pytest.mark.parametrize("query", ["language=de", "version=1999-01", "language="])
def test_a_text_that_is_not_there_is_malformed(face: FaceClient, query: str) -> None:
    answer = face.call("GET", f"/api/v1/faces/consent-text?{query}")
    problem(answer, 422, "invalid_request", query.partition("=")[0])


def test_a_consent_keeps_which_text_was_shown(face: FaceClient, town: Town, someone: int) -> None:
    shown = said(face.call("GET", "/api/v1/faces/consent-text?language=tr"), 200)
    sent = {"version": CONSENT_VERSION, "language": "tr"}
    token = town.token(someone)
    given = said(face.call("POST", path(someone, "/consent"), token, json=sent), 201)
    assert (given["language"], given["sha256"]) == ("tr", shown["sha256"])
    kept = town.sql(
        "SELECT c.language, t.title, t.paragraphs FROM face.consent c"
        " JOIN face.consent_text t USING (sha256) WHERE c.employee_id = %s",
        someone,
    )
    assert kept == [("tr", shown["title"], shown["paragraphs"])]
    assert audit(town, someone, "consent_given")[0]["sha256"] == shown["sha256"]
    again = said(face.call("POST", path(someone, "/consent"), token, json=sent), 201)
    assert again == given
    plain = {"version": CONSENT_VERSION}
    english = said(face.call("POST", path(someone, "/consent"), token, json=plain), 201)
    assert english["language"] == "en"
    bad = face.call("POST", path(someone, "/consent"), token, json={**plain, "language": "de"})
    problem(bad, 422, "invalid_request", "language")


def test_a_newer_text_asks_again_and_until_then_nothing_is_compared(
    face: FaceClient, town: Town, someone: int
) -> None:
    enrol(face, town, someone, A)
    outdate(town, someone)
    token = town.token(someone)
    body = problem(verify(face, token, A2, someone), 409, "consent_outdated")
    assert body["current_version"] == CONSENT_VERSION
    more = face.call("POST", path(someone, "/faces"), token, files=[("image", A)])
    problem(more, 403, "consent_required")
    state = said(face.call("GET", path(someone, "/consent"), token), 200)
    assert (state["version"], state["current_version"]) == (OLD, CONSENT_VERSION)
    assert len(said(face.call("GET", path(someone, "/faces"), token), 200)["items"]) == 1
    consent(face, town, someone)
    assert said(verify(face, token, A2, someone), 200)["decision"] == "accept"


def test_an_older_text_cannot_be_agreed_to(face: FaceClient, town: Town, someone: int) -> None:
    answer = face.call(
        "POST", path(someone, "/consent"), town.token(someone), json={"version": OLD}
    )
    problem(answer, 409, "consent_outdated")


def test_every_look_at_an_enrolled_photo_is_a_row(
    face: FaceClient, town: Town, cast: Cast, someone: int
) -> None:
    ids = [item["id"] for item in enrol(face, town, someone, A, A2)["items"]]
    assert looks(face, town, someone, someone) == []
    for who, tail in ((cast.manager, f"/faces/{ids[0]}/photo"), (cast.admin, "/photo")):
        shown = face.call("GET", path(someone, tail), town.token(who))
        assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
        assert shown.headers["Cache-Control"] == "no-store"
    problem(face.call("GET", path(someone, "/photo"), town.token(cast.outsider)), 404, "not_found")
    found = looks(face, town, someone, someone)
    assert [(look["actor"]["employee_id"], look["what"], look["object"]) for look in found] == [
        (cast.admin, "enrolled_photo", f"face:{ids[1]}"),
        (cast.manager, "enrolled_photo", f"face:{ids[0]}"),
    ]
    assert looks(face, town, cast.admin, someone) == found
    refused = face.call("GET", path(someone, "/access-log"), town.token(cast.manager))
    problem(refused, 403, "forbidden")


def test_whoever_has_no_photo_has_none_to_show(face: FaceClient, town: Town, someone: int) -> None:
    problem(face.call("GET", path(someone, "/photo"), town.token(someone)), 404, "not_found")


def test_an_erasure_reports_what_is_gone_and_what_stays(
    face: FaceClient, town: Town, cast: Cast, someone: int
) -> None:
    enrol(face, town, someone, A, A2)
    report = said(face.call("POST", path(someone, "/erasure"), town.token(someone)), 200)
    assert (report["faces"], report["key_destroyed"], report["jobs"]) == (2, True, 0)
    assert report["photos_of_records"] is None
    assert {one["what"] for one in report["remaining"]} == {
        "consent_history",
        "audit",
        "access_log",
        "photos_of_records",
        "disk",
        "backups",
    }
    assert key_of(town, someone) is None
    rows = town.sql("SELECT count(*) FROM face.template WHERE employee_id = %s", someone)
    assert rows == [(0,)]
    assert history(town, someone) == [
        ("given", CONSENT_VERSION, someone),
        ("erased", CONSENT_VERSION, someone),
    ]
    state = said(face.call("GET", path(someone, "/consent"), town.token(someone)), 200)
    assert (state["version"], state["sha256"]) == (None, None)
    assert audit(town, someone, "data.erase")[0]["faces"] == 2
    problem(verify(face, town.token(someone), A, someone), 409, "not_enrolled")
    again = said(face.call("POST", path(someone, "/erasure"), town.token(cast.admin)), 200)
    assert again["faces"] == 0


def test_only_the_person_and_admins_erase_and_copy(
    face: FaceClient, town: Town, cast: Cast, someone: int
) -> None:
    enrol(face, town, someone, A)
    for method, tail in (("POST", "/erasure"), ("GET", "/export")):
        refused = face.call(method, path(someone, tail), town.token(cast.manager))
        problem(refused, 403, "forbidden")
        unknown = face.call(method, path(someone, tail), town.token(cast.mate))
        problem(unknown, 404, "not_found")
    assert key_of(town, someone) is not None


def test_a_copy_has_everything_and_is_noted(
    face: FaceClient, town: Town, cast: Cast, someone: int
) -> None:
    (item,) = enrol(face, town, someone, A)["items"]
    token = town.token(someone)
    verify(face, token, A2, someone)
    shown = face.call("GET", item["photo_url"], token).get_data()
    answer = face.call("GET", path(someone, "/export"), token)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    packed = zipfile.ZipFile(io.BytesIO(answer.get_data()))
    assert packed.testzip() is None
    assert packed.read(f"photos/face-{item['id']}.jpg") == shown
    (given,) = json.loads(packed.read("consent.json"))
    assert (given["kind"], given["version"]) == ("given", CONSENT_VERSION)
    assert len(given["text"]["paragraphs"]) >= 7
    (kept,) = json.loads(packed.read("faces.json"))
    assert (kept["id"], len(kept["template"])) == (item["id"], 128)
    decided = json.loads(packed.read("decisions-001.json"))
    assert "verify_face" in {one["action"] for one in decided}
    assert json.loads(packed.read("access-log-001.json"))
    assert json.loads(packed.read("about.json"))["employee_id"] == someone
    assert looks(face, town, someone, someone)[0]["what"] == "export"
    assert face.call("GET", path(someone, "/export"), town.token(cast.admin)).status_code == 200


def until_off(face: FaceClient, town: Town, person: int) -> None:
    deadline = time.monotonic() + 5
    while verify(face, town.token(person), A, person).status_code != 403:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_site_that_turns_faces_off_compares_none_and_keeps_them_for_a_term(
    face: FaceClient, town: Town
) -> None:
    site = town.site("turns off", biometrics=True)
    person = town.person(site_id=site)
    enrol(face, town, person, A)
    town.sql("UPDATE auth.site SET biometrics = false WHERE id = %s", site)
    town.announce("site")
    until_off(face, town, person)
    token = town.token(person)
    problem(verify(face, token, A, person), 403, "biometrics_off")
    face.app.retention()
    # Kept, and of no use; somebody may have turned it off by mistake.
    assert key_of(town, person) is not None
    town.sql("UPDATE auth.site SET biometrics = true WHERE id = %s", site)
    town.announce("site")
    deadline = time.monotonic() + 5
    while (answer := verify(face, token, A2, person)).status_code != 200:
        assert time.monotonic() < deadline, answer.get_data()
        time.sleep(0.05)
    face.app.retention()
    assert town.sql("SELECT 1 FROM face.leaving WHERE employee_id = %s", person) == []


def test_a_new_site_uses_no_faces(face: FaceClient, town: Town) -> None:
    town.sql("INSERT INTO auth.site (name, zone) VALUES ('plain', 'UTC')")
    site = town.sql("SELECT max(id) FROM auth.site")[0][0]
    person = town.person(site_id=site)
    token, nobody = town.token(person), town.person()
    sent = {"version": CONSENT_VERSION}
    problem(face.call("POST", path(person, "/consent"), token, json=sent), 403, "biometrics_off")
    problem(verify(face, token, A, person), 403, "biometrics_off")
    problem(verify(face, town.token(nobody), A, nobody), 403, "biometrics_off")
