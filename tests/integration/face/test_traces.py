"""What an erasure takes with it besides the face: images shown before, and whom it resembled."""

from __future__ import annotations

from common.identity import Role
from tests.support.face import FaceClient
from tests.support.face_cast import A2, A3, A, enrol, said
from tests.support.people import Town


def erase(face: FaceClient, town: Town, person: int) -> None:
    said(face.call("POST", f"/api/v1/people/{person}/erasure", town.token(person)), 200)


def test_alarms_go_with_the_face_and_the_audit_keeps_them(face: FaceClient, town: Town) -> None:
    site = town.site("traces", biometrics=True)
    people = [town.person(Role.STAFF, site_id=site) for _ in range(2)]
    for person, photo in zip(people, (A, A3), strict=True):
        enrol(face, town, person, photo)
    mine = "SELECT id FROM face.alarm WHERE one = %s AND other = %s"
    ((alarm,),) = town.sql(mine, *people)
    erase(face, town, people[1])
    assert town.sql(mine, *people) == []
    lines = town.sql("SELECT action FROM face.audit WHERE object = %s", f"alarm:{alarm}")
    assert lines == [("raise_alarm",)]


def test_images_shown_before_are_forgotten_also_of_those_who_agreed_to_nothing(
    face: FaceClient, town: Town, someone: int
) -> None:
    files = [("image", photo) for photo in (A, A2, A3)]
    said(face.call("POST", "/api/v1/faces/liveness", town.token(someone), files=files), 200)
    kept = "SELECT count(*) FROM face.seen WHERE employee_id = %s"
    assert town.sql(kept, someone)[0][0] > 0
    erase(face, town, someone)
    assert town.sql(kept, someone) == [(0,)]
