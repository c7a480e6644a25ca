"""Who of many it is, with real portraits and a real database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from common.identity import Role
from face_service.domain.consent import VERSIONS
from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient, serving_faces
from tests.support.face_cast import (
    A2,
    A3,
    BLANK,
    A,
    B,
    Cast,
    consent,
    problem,
    said,
    two_people,
)
from tests.support.face_kiosk import Place, asked, identify
from tests.support.people import Town


@pytest.fixture(scope="module")
def twin(database: TestDatabase, face: FaceClient) -> Iterator[FaceClient]:
    """A second process's view of the same database."""
    with serving_faces(database) as client:
        yield client


def eventually(check: Callable[[], bool]) -> None:
    """Wait for the snapshot of people, which follows within two seconds."""
    deadline = time.monotonic() + 4
    while not check():
        assert time.monotonic() < deadline, "did not come about"
        time.sleep(0.05)


class TestWho:
    def test_the_person_on_several_frames(self, face: FaceClient, place: Place) -> None:
        her, him = place.add(A), place.add(B)
        found = identify(face, place.device, A2, A3)
        assert (found["decision"], found["employee_id"]) == ("accept", her)
        assert found["similarity"] > 0.5
        assert found["margin"] > 0.3
        assert (found["threshold"], found["candidates"]) == (0.45, [])
        shown = identify(face, place.admin, A2)
        assert [one["employee_id"] for one in shown["candidates"]] == [her, him]
        assert identify(face, place.device, B)["employee_id"] == him

    def test_a_stranger_is_unknown(self, face: FaceClient, place: Place) -> None:
        empty = identify(face, place.device, B)
        assert (empty["decision"], empty["similarity"], empty["margin"]) == ("reject", None, None)
        place.add(A)
        found = identify(face, place.device, B)
        assert (found["decision"], found["employee_id"]) == ("reject", None)

    def test_frames_must_agree(self, face: FaceClient, place: Place) -> None:
        her = place.add(A)
        place.add(B)
        assert identify(face, place.device, A2, B)["decision"] == "reject"
        assert identify(face, place.device, A2, BLANK)["decision"] == "reject"
        assert identify(face, place.device, A2, B, A3)["employee_id"] == her
        assert identify(face, place.device, BLANK, A2, A3)["employee_id"] == her

    def test_one_site_does_not_know_anothers_people(self, face: FaceClient, town: Town) -> None:
        here, there = Place(face, town), Place(face, town)
        her = here.add(A)
        assert identify(face, there.device, A2)["decision"] == "reject"
        problem(asked(face, there.device, A2, site=here.site), 403, "forbidden")
        assert identify(face, there.admin, A2, site=here.site)["employee_id"] == her
        problem(asked(face, there.admin, A2, site=987654), 404, "not_found")

    def test_what_is_refused(self, face: FaceClient, town: Town, place: Place) -> None:
        off = Place(face, town, biometrics=False)
        problem(asked(face, off.device, A), 403, "biometrics_off")
        problem(asked(face, place.device, BLANK, BLANK), 422, "no_face", "image")
        problem(asked(face, place.device, two_people()), 422, "several_faces", "image")
        problem(asked(face, place.device, A2, b"text"), 422, "not_an_image", "image")
        problem(asked(face, place.device, *[A] * 6), 422, "invalid_request", "image")
        nowhere = town.token(town.person(Role.ADMIN))
        problem(asked(face, nowhere, A), 422, "invalid_request", "site")
        assert identify(face, nowhere, A, site=place.site)["decision"] == "reject"
        problem(asked(face, town.token(town.person(Role.DEVICE)), A), 403, "forbidden")

    @pytest.mark.parametrize("role", [Role.STAFF, Role.MANAGER, Role.TEACHER, Role.STUDENT])
    def test_nobody_searches_on_their_own(
        self, face: FaceClient, town: Town, place: Place, role: Role
    ) -> None:
        problem(asked(face, town.token(town.person(role, site_id=place.site)), A), 403, "forbidden")

    def test_each_is_in_the_audit_without_an_image(self, face: FaceClient, place: Place) -> None:
        her = place.add(A)
        identify(face, place.device, A2, A3)
        identify(face, place.device, B)
        rows = place.town.sql(
            "SELECT actor, after FROM face.audit WHERE action = 'identify_face' AND object = %s"
            " ORDER BY id",
            f"site:{place.site}",
        )
        first, second = (after for _, after in rows)
        assert (first["decision"], first["employee_id"], first["frames"]) == ("accept", her, 2)
        assert (second["decision"], second["employee_id"]) == ("reject", None)
        assert first.keys() == {
            *("decision", "employee_id", "similarity", "margin", "threshold"),
            *("people", "frames", "engine"),
        }


class TestOut:
    """Out of the gallery at once, in every process."""

    def known(self, twin: FaceClient, place: Place) -> list[int | None]:
        """Whom each of the two says that A is."""
        return [identify(one, place.device, A2)["employee_id"] for one in (place.face, twin)]

    def test_a_consent_withdrawn(self, face: FaceClient, twin: FaceClient, place: Place) -> None:
        eventually(lambda: asked(twin, place.device, A2).status_code == 200)
        her = place.add(A)
        assert self.known(twin, place) == [her, her]
        path = f"/api/v1/people/{her}/consent"
        said(face.call("DELETE", path, place.town.token(her)), 204)
        assert self.known(twin, place) == [None, None]

    def test_an_erasure_and_another_enrolment(
        self, face: FaceClient, twin: FaceClient, place: Place
    ) -> None:
        eventually(lambda: asked(twin, place.device, A2).status_code == 200)
        her = place.add(A)
        assert self.known(twin, place) == [her, her]
        said(face.call("DELETE", f"/api/v1/people/{her}/faces", place.town.token(her)), 204)
        assert self.known(twin, place) == [None, None]
        him = place.add(A3)
        assert self.known(twin, place) == [him, him]

    def test_a_key_destroyed_by_hand(self, twin: FaceClient, place: Place) -> None:
        eventually(lambda: asked(twin, place.device, A2).status_code == 200)
        her = place.add(A)
        assert self.known(twin, place) == [her, her]
        place.town.sql("UPDATE face.subject SET wrapped_key = NULL WHERE employee_id = %s", her)
        assert self.known(twin, place) == [None, None]

    def test_who_has_not_agreed_to_the_present_text(self, twin: FaceClient, place: Place) -> None:
        eventually(lambda: asked(twin, place.device, A2).status_code == 200)
        her = place.add(A)
        assert self.known(twin, place) == [her, her]
        older = "UPDATE face.subject SET consent_version = %s WHERE employee_id = %s"
        place.town.sql(older, VERSIONS[0], her)
        assert self.known(twin, place) == [None, None]
        consent(place.face, place.town, her)
        assert self.known(twin, place) == [her, her]

    @pytest.mark.parametrize("how", ["locked_at = now()", "site_id = NULL"])
    def test_who_is_locked_or_moves(self, twin: FaceClient, place: Place, how: str) -> None:
        eventually(lambda: asked(twin, place.device, A2).status_code == 200)
        her = place.add(A)
        assert self.known(twin, place) == [her, her]
        place.town.sql(f"UPDATE auth.person SET {how} WHERE employee_id = %s", her)
        place.town.announce("person", her)
        eventually(lambda: self.known(twin, place) == [None, None])
        back = "UPDATE auth.person SET locked_at = NULL, site_id = %s WHERE employee_id = %s"
        place.town.sql(back, place.site, her)
        place.town.announce("person", her)
        eventually(lambda: self.known(twin, place) == [her, her])

    def test_a_site_that_turns_faces_off(self, twin: FaceClient, place: Place) -> None:
        eventually(lambda: asked(twin, place.device, A2).status_code == 200)
        place.add(A)
        place.town.sql("UPDATE auth.site SET biometrics = false WHERE id = %s", place.site)
        # At once, before anybody has been told of it.
        for one in (place.face, twin):
            problem(asked(one, place.device, A2), 403, "biometrics_off")

    def test_another_engines_template_recognises_nobody(
        self, face: FaceClient, place: Place
    ) -> None:
        her = place.add(A)
        assert identify(face, place.device, A2)["employee_id"] == her
        place.town.sql("UPDATE face.template SET engine = 'older' WHERE employee_id = %s", her)
        assert identify(face, place.device, A2)["decision"] == "reject"


def test_the_list_of_changes_has_no_gap_and_names_everybody_once(place: Place, cast: Cast) -> None:
    place.add(A, A2)
    rows = place.town.sql("SELECT seq FROM face.gallery_change ORDER BY seq")
    head = place.town.sql("SELECT seq FROM face.gallery_head")[0][0]
    assert [seq for (seq,) in rows] == list(range(1, head + 1))
    before = head
    everybody = "UPDATE face.template SET score = score"
    place.town.sql(everybody)
    people = place.town.sql("SELECT count(DISTINCT employee_id) FROM face.template")[0][0]
    assert place.town.sql("SELECT seq FROM face.gallery_head") == [(before + people,)]
    place.town.sql(
        "UPDATE face.subject SET consent_given_at = now() WHERE consent_version IS NOT NULL"
    )
    assert place.town.sql("SELECT seq FROM face.gallery_head") == [(before + people,)]
