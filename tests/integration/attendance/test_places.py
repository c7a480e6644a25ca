"""Places and the versions of their policies: who sees them, who changes them."""

from __future__ import annotations

import pytest

from common.identity import Role
from tests.integration.attendance.test_punches import problem
from tests.support.attendance import Cast, Rest
from tests.support.people import Town

PLACES = "/api/v1/attendance/places"


def test_an_admin_makes_a_place_with_its_first_policy(rest: Rest, cast: Cast) -> None:
    body = {"site_id": cast.site, "name": "Main gate", "policy": {"evidence": ["face", "photo"]}}
    answer = rest.call("POST", PLACES, cast.admin, json=body)
    assert answer.status_code == 201
    made = answer.json()
    assert made["zone"] == "Europe/Istanbul"
    assert made["policy"] == {
        "version": 1,
        "evidence": ["face", "photo"],
        "mode": "strict",
        "on_face_down": "refuse",
        "skew_seconds": 120,
        "without_face": "review",
        "face_check": "at_once",
    }
    assert rest.get(f"{PLACES}/{made['id']}", cast.staff).json() == made
    listed = rest.get(PLACES, cast.staff).json()
    assert (listed["items"], listed["next_cursor"]) == ([made], None)


def test_a_policy_is_never_edited_and_a_record_names_the_one_it_met(rest: Rest, cast: Cast) -> None:
    place = rest.place(cast.admin, cast.site)
    first = rest.punch(cast.staff, place_id=place).json()
    path = f"{PLACES}/{place}/policies"
    changed = rest.call("POST", path, cast.admin, json={"evidence": ["photo"], "skew_seconds": 5})
    assert (changed.status_code, changed.json()["policy"]["version"]) == (201, 2)
    problem(rest.punch(cast.staff, "out", place_id=place), 403, "photo_missing")
    versions = rest.get(path, cast.staff).json()["items"]
    assert [(v["version"], v["evidence"], v["created_by"]) for v in versions] == [
        (2, ["photo"], cast.admin),
        (1, ["none"], cast.admin),
    ]
    stored = rest.get(f"/api/v1/attendance/records/{first['id']}", cast.staff).json()
    assert stored["policy_version"] == 1


def test_every_change_has_its_audit_entry(rest: Rest, cast: Cast) -> None:
    place = rest.place(cast.admin, cast.site, name="Old name")
    answer = rest.call("PATCH", f"{PLACES}/{place}", cast.admin, json={"name": "New name"})
    assert answer.status_code == 204
    rows = cast.town.sql(
        "SELECT actor, action, before ->> 'name', after ->> 'name', request_id"
        " FROM attendance.audit WHERE object = %s ORDER BY id",
        f"place:{place}",
    )
    assert [row[:2] for row in rows] == [
        (cast.admin, "policy.version"),
        (cast.admin, "place.add"),
        (cast.admin, "place.change"),
    ]
    assert rows[2][2:] == ("Old name", "New name", answer.headers["X-Request-Id"])


@pytest.mark.parametrize("who", ["staff", "manager"])
def test_only_an_admin_changes_anything(rest: Rest, cast: Cast, who: str) -> None:
    place = rest.place(cast.admin, cast.site)
    caller = getattr(cast, who)
    body = {"site_id": cast.site, "name": "Mine"}
    problem(rest.call("POST", PLACES, caller, json=body), 403, "forbidden")
    one = f"{PLACES}/{place}"
    problem(rest.call("PATCH", one, caller, json={"archived": True}), 403, "forbidden")
    problem(rest.call("POST", f"{one}/policies", caller, json={}), 403, "forbidden")
    assert len(rest.get(f"{one}/policies", cast.admin).json()["items"]) == 1


@pytest.mark.parametrize("role", [Role.STAFF, Role.MANAGER])
def test_another_sites_place_is_not_there(rest: Rest, cast: Cast, town: Town, role: Role) -> None:
    place = rest.place(cast.admin, cast.site)
    stranger = town.person(role, site_id=town.site(f"Elsewhere {place}"))
    for path in (f"{PLACES}/{place}", f"{PLACES}/{place}/policies"):
        problem(rest.get(path, stranger), 404, "not_found")
    problem(rest.punch(stranger, place_id=place), 404, "not_found")
    assert rest.get(PLACES, stranger).json()["items"] == []
    assert rest.get(f"{PLACES}/{place}", cast.admin).status_code == 200


def test_somebody_without_a_site_sees_no_place(rest: Rest, cast: Cast, town: Town) -> None:
    rest.place(cast.admin, cast.site)
    nobody = town.person(Role.STAFF)
    assert rest.get(PLACES, nobody).json()["items"] == []
    assert rest.punch(nobody).json()["zone"] == "UTC"


def test_the_default_place_is_where_a_bare_punch_goes(rest: Rest, cast: Cast) -> None:
    first = rest.place(cast.admin, cast.site, is_default=True)
    assert rest.punch(cast.staff).json()["place_id"] == first
    second = rest.place(cast.admin, cast.site, is_default=True)
    assert rest.punch(cast.staff, "out").json()["place_id"] == second
    rest.call("PATCH", f"{PLACES}/{first}", cast.admin, json={"is_default": True})
    assert rest.punch(cast.staff).json()["place_id"] == first


def test_an_archived_place_takes_no_punch(rest: Rest, cast: Cast) -> None:
    place = rest.place(cast.admin, cast.site)
    path = f"{PLACES}/{place}"
    assert rest.call("PATCH", path, cast.admin, json={"archived": True}).status_code == 204
    problem(rest.punch(cast.staff, place_id=place), 404, "not_found")
    problem(rest.call("PATCH", path, cast.admin, json={"archived": True}), 404, "not_found")
    problem(rest.call("POST", f"{path}/policies", cast.admin, json={}), 404, "not_found")


def test_a_name_is_taken_once_at_a_site(rest: Rest, cast: Cast) -> None:
    rest.place(cast.admin, cast.site, name="Hall")
    other = rest.place(cast.admin, cast.site, name="Yard")
    body = {"site_id": cast.site, "name": "Hall"}
    problem(rest.call("POST", PLACES, cast.admin, json=body), 409, "name_taken")
    problem(
        rest.call("PATCH", f"{PLACES}/{other}", cast.admin, json={"name": "Hall"}),
        409,
        "name_taken",
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "site_id": 987654321}, "site_id"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "x", "policy": {"evidence": ["blood"]}}, "policy.evidence.0"),
        ({"name": "x", "policy": {"mode": "maybe"}}, "policy.mode"),
        ({"name": "x", "policy": {"skew_seconds": 3601}}, "policy.skew_seconds"),
        ({"name": "x", "policy": {"face_check": "never"}}, "policy.face_check"),
    ],
)
def test_a_malformed_place_is_refused(
    rest: Rest, cast: Cast, body: dict[str, object], field: str
) -> None:
    answer = rest.call("POST", PLACES, cast.admin, json={"site_id": cast.site} | body)
    assert problem(answer, 400, "invalid_request")["field"] == field


@pytest.mark.parametrize("path", [f"{PLACES}/987654321", f"{PLACES}/987654321/policies"])
def test_a_place_that_never_was_is_not_there(rest: Rest, cast: Cast, path: str) -> None:
    problem(rest.get(path, cast.admin), 404, "not_found")
