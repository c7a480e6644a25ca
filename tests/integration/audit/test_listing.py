"""The list of decisions over HTTP: the same for auth_service, attendance_service and faces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from common.identity import Role
from tests.support.attendance import Cast, Rest, serving
from tests.support.audit import chaining, waiting
from tests.support.auth import AuthServer, as_user, running_auth
from tests.support.auth_cast import Cast as Organisation
from tests.support.auth_cast import ask, small_organisation
from tests.support.cluster import TestDatabase
from tests.support.people import Town

AUDIT = "/api/v1/audit"
OF_ATTENDANCE = "/api/v1/attendance/audit"
MEMBERS = {
    *("id", "number", "at", "actor", "action", "object", "object_name", "before", "after"),
    *("reason", "request_id", "chained"),
}


@pytest.fixture(scope="module")
def auth(database: TestDatabase) -> Iterator[AuthServer]:
    with running_auth(database) as server:
        yield server


@pytest.fixture(scope="module")
def organisation(auth: AuthServer) -> Organisation:
    return small_organisation(auth)


@pytest.fixture(scope="module")
def rest(town: Town) -> Iterator[Rest]:
    with serving(town) as running:
        yield running


def listed(auth: AuthServer, organisation: Organisation, query: str = "") -> list[dict[str, Any]]:
    answer = ask(auth, organisation, "admin", "GET", f"{AUDIT}?{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_decision_is_listed_with_names(auth: AuthServer, organisation: Organisation) -> None:
    whom, boss = organisation.people["foreign"], organisation.people["admin"]
    change = {"full_name": "Zehra Stranger", "reason": "married"}
    ask(auth, organisation, "admin", "PATCH", f"/api/v1/users/{whom}", change)
    first, *_ = listed(auth, organisation)
    assert first.keys() == MEMBERS
    assert first["actor"] == {"employee_id": boss, "username": "boss"}
    assert (first["action"], first["object"]) == ("account.changed", f"person:{whom}")
    assert first["object_name"] == "stranger"
    assert (first["before"], first["after"]) == (
        {"full_name": "Stranger"},
        {"full_name": "Zehra Stranger"},
    )
    assert first["reason"] == "married"
    assert len(first["request_id"]) == 16
    assert first["at"].endswith("Z")
    assert (first["number"], first["chained"]) == (None, False)
    with chaining(auth.town.database):
        while waiting(auth.town):
            pass
    chained, *_ = listed(auth, organisation)
    assert chained == first | {"number": chained["number"], "chained": True}
    assert chained["number"] >= 1


def test_sites_and_teams_have_their_names_and_the_command_line_none(
    auth: AuthServer, organisation: Organisation
) -> None:
    body = {"name": "Audited Site", "kind": "school", "zone": "Asia/Tehran"}
    site = ask(auth, organisation, "admin", "POST", "/api/v1/sites", body).json()["id"]
    team_body = {"site_id": site, "name": "Audited Team"}
    team = ask(auth, organisation, "admin", "POST", "/api/v1/teams", team_body).json()["id"]
    (of_site,) = listed(auth, organisation, f"object=site:{site}")
    (of_team,) = listed(auth, organisation, f"object=team:{team}")
    assert (of_site["object_name"], of_team["object_name"]) == ("Audited Site", "Audited Team")
    published = listed(auth, organisation, "action=service.secret")
    assert {one["actor"] for one in published} == {None}
    assert {one["object_name"] for one in published} == {
        "service:attendance",
        "service:auth",
        "service:reporter",
    }


def test_it_is_filtered_and_read_page_by_page(auth: AuthServer, organisation: Organisation) -> None:
    boss = organisation.people["admin"]
    for number in range(5):
        body = {"site_id": organisation.site, "name": f"Paged {number}"}
        ask(auth, organisation, "admin", "POST", "/api/v1/teams", body)
    query = f"actor={boss}&action=team.created"
    whole = listed(auth, organisation, query)
    assert len(whole) >= 5
    assert [one["id"] for one in whole] == sorted((one["id"] for one in whole), reverse=True)
    assert {one["action"] for one in whole} == {"team.created"}
    found, path = [], f"{AUDIT}?{query}&limit=2"
    while path:
        page = ask(auth, organisation, "admin", "GET", path).json()
        found += page["items"]
        path = page["next_cursor"] and f"{AUDIT}?{query}&limit=2&cursor={page['next_cursor']}"
    assert found == whole
    middle = whole[2]["at"]
    later = listed(auth, organisation, f"{query}&from={middle}")
    earlier = listed(auth, organisation, f"{query}&to={middle}")
    assert later == whole[:3], "from is inclusive"
    assert earlier == whole[3:], "to is not"
    assert listed(auth, organisation, "actor=987654321") == []
    assert listed(auth, organisation, "object=person:x") == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "cursor=x",
        "cursor=-1",
        "actor=0",
        "actor=1%20OR%201=1",
        "actor=%D9%A1",
        "from=2026-01-01",
        "from=1700000000",
        "to=2026-01-01T00:00:00",
        "to=2026-13-01T00:00:00Z",
        "object=",
        "limit=1&limit=2",
    ],
)
def test_malformed_filters_are_refused(
    auth: AuthServer, organisation: Organisation, rest: Rest, query: str
) -> None:
    answer = ask(auth, organisation, "admin", "GET", f"{AUDIT}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    again = rest.get(f"{OF_ATTENDANCE}?{query}", organisation.people["admin"])
    assert again.json()["detail"] == answer.json()["detail"]


def test_only_an_admin_reads_it(
    auth: AuthServer, organisation: Organisation, rest: Rest, town: Town
) -> None:
    for who in sorted(organisation.people.keys() - {"admin"}):
        assert ask(auth, organisation, who, "GET", AUDIT).status_code == 403, who
        number = organisation.people[who]
        assert rest.get(OF_ATTENDANCE, number).status_code == 403, who
    assert auth.client.get(AUDIT).status_code == 401
    assert rest.get(OF_ATTENDANCE).status_code == 401
    both = as_user(town.token(town.person(Role.STAFF, Role.ADMIN)))
    assert auth.client.get(AUDIT, **both).status_code == 200


def test_attendance_lists_its_own_decisions(rest: Rest, town: Town) -> None:
    cast = Cast(town)
    place = rest.place(cast.admin, cast.site)
    page = rest.get(f"{OF_ATTENDANCE}?object=place:{place}", cast.admin).json()
    assert [one["action"] for one in page["items"]] == ["place.add", "policy.version"]
    for one in page["items"]:
        assert one.keys() == MEMBERS
        assert one["actor"]["employee_id"] == cast.admin
        assert one["actor"]["username"]
    assert page["next_cursor"] is None
    assert rest.get(f"{OF_ATTENDANCE}?object=key:x", cast.admin).json()["items"] == []
