"""Roles at registration, sites, teams, members and managers, through HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from common.identity import Role
from tests.support.auth import PASSWORD, AuthServer, as_user, running_auth
from tests.support.auth_cast import Cast, ask
from tests.support.cluster import TestDatabase

USERS = "/api/v1/users"


@pytest.fixture(scope="module")
def auth(database: TestDatabase) -> Iterator[AuthServer]:
    with running_auth(database) as server:
        yield server


class TestSeedDefectD42:
    """The predecessor took the role from the registration's body."""

    def register(self, auth: AuthServer, name: str, role: Any, **more: Any) -> Any:
        body = {"username": name, "password": PASSWORD, "role": role} | more
        return auth.post("/api/register", body)

    @pytest.mark.parametrize("word", ["Employee", "Staff", "staff", "EMPLOYEE"])
    def test_seed_defect_D42_staff_is_what_one_may_be(self, auth: AuthServer, word: str) -> None:
        name = f"d42-{word.swapcase()}-{len(word)}{word.isupper()}{word.islower()}"
        answer = self.register(auth, name, word)
        assert answer.status_code == 201
        assert answer.json() == {"username": name, "role": "staff"}

    @pytest.mark.parametrize("word", ["Manager", "admin", "Teacher", "device", "Student"])
    @pytest.mark.parametrize("invitation", [{}, {"invitation": "please"}])
    def test_seed_defect_D42_nobody_takes_a_role(
        self, auth: AuthServer, word: str, invitation: Any
    ) -> None:
        answer = self.register(auth, "d42-climber", word, **invitation)
        assert (answer.status_code, answer.json()["code"]) == (403, "invitation_required")
        assert auth.town.sql("SELECT 1 FROM auth.person WHERE username = 'd42-climber'") == []

    @pytest.mark.parametrize("word", ["service", "king", "", 5, None])
    def test_seed_defect_D42_what_is_no_role(self, auth: AuthServer, word: Any) -> None:
        answer = self.register(auth, f"d42-odd-{word}", word)
        assert answer.status_code == (201 if word is None else 400)

    def test_seed_defect_D42_extra_members_grant_nothing(self, auth: AuthServer) -> None:
        body = {
            "username": "d42-greedy",
            "password": PASSWORD,
            "role": "admin",
            "roles": ["admin"],
            "is_admin": True,
            "employee_id": 1,
            "site_id": 1,
        }
        made = auth.post("/register", body)
        assert made.status_code == 201
        employee_id = made.json()["employee_id"]
        assert employee_id != 1
        rows = auth.town.sql(
            "SELECT role FROM auth.person_role WHERE employee_id = %s", employee_id
        )
        assert rows == [("staff",)]

    def test_an_admin_registers_a_manager(self, auth: AuthServer, cast: Cast) -> None:
        body = {"username": "d42-made", "password": PASSWORD, "role": "Manager"}
        made = ask(auth, cast, "admin", "POST", "/api/register", body)
        assert made.json() == {"username": "d42-made", "role": "manager"}
        refused = ask(auth, cast, "manager", "POST", "/api/register", body | {"username": "d42-x"})
        assert refused.status_code == 403
        forged = auth.post("/api/register", body, **as_user("x.y.z"))
        assert forged.status_code == 401


def test_sites(auth: AuthServer, cast: Cast) -> None:
    body = {"name": "Branch", "kind": "school", "zone": "Asia/Tehran", "newcomer": "student"}
    made = ask(auth, cast, "admin", "POST", "/api/v1/sites", body)
    assert made.status_code == 201
    site = made.json()
    assert site == body | {"id": site["id"], "biometrics": False}
    again = ask(auth, cast, "admin", "POST", "/api/v1/sites", body)
    assert (again.status_code, again.json()["code"]) == (409, "name_taken")
    # Registration follows the site that takes newcomers.
    newcomer = auth.register()
    me = auth.client.get(f"{USERS}/me", **as_user(newcomer["token"])).json()
    assert (me["roles"], me["site"]["name"]) == (["student"], "Branch")
    path = f"/api/v1/sites/{site['id']}"
    changed = ask(auth, cast, "admin", "PATCH", path, {"biometrics": True, "newcomer": None})
    assert changed.json() == site | {"biometrics": True, "newcomer": None}
    assert ask(auth, cast, "admin", "PATCH", path, {}).json() == changed.json()
    person = auth.parts.org.person(newcomer["employee_id"])
    assert person is not None
    assert (person.biometrics, person.zone) == (True, "Asia/Tehran")
    for bad in ({"zone": "Mars/Olympus"}, {"kind": "circus"}, {"newcomer": "admin"}):
        assert ask(auth, cast, "admin", "PATCH", path, bad).status_code == 400
    assert ask(auth, cast, "admin", "PATCH", "/api/v1/sites/424242", {}).status_code == 404
    actions = [entry[1] for entry in auth.audit(f"site:{site['id']}")]
    assert actions == ["site.created", "site.changed"]


@pytest.mark.parametrize("who", ["admin", "manager", "own", "teacher", "student", "device"])
def test_sites_are_read_by_those_who_punch_there(auth: AuthServer, cast: Cast, who: str) -> None:
    names = {one["name"] for one in ask(auth, cast, who, "GET", "/api/v1/sites").json()["items"]}
    assert "Head Office" in names
    assert ask(auth, cast, "service", "GET", "/api/v1/sites").json()["items"] == []


def test_teams(auth: AuthServer, cast: Cast) -> None:
    teams = "/api/v1/teams"
    made = ask(auth, cast, "admin", "POST", teams, {"site_id": cast.site, "name": "New"})
    assert made.status_code == 201
    team = made.json()
    path = f"{teams}/{team['id']}"
    assert ask(auth, cast, "admin", "PATCH", path, {"name": "Led"}).status_code == 409
    renamed = ask(auth, cast, "admin", "PATCH", path, {"name": "Newer"})
    assert renamed.json() == team | {"name": "Newer"}
    lost = ask(auth, cast, "admin", "POST", teams, {"site_id": 424242, "name": "X"})
    assert (lost.status_code, lost.json()["field"]) == (400, "site_id")
    listed = ask(auth, cast, "manager", "GET", teams).json()["items"]
    assert [one["id"] for one in listed] == [cast.led]
    assert ask(auth, cast, "student", "GET", teams).json()["items"] == []
    every = {one["id"] for one in ask(auth, cast, "admin", "GET", teams).json()["items"]}
    assert {cast.led, cast.other, team["id"]} <= every
    assert ask(auth, cast, "admin", "DELETE", path).status_code == 204
    assert ask(auth, cast, "admin", "DELETE", path).status_code == 404
    assert ask(auth, cast, "admin", "PATCH", path, {"name": "Y"}).status_code == 404
    assert [entry[1] for entry in auth.audit(f"team:{team['id']}")] == [
        "team.created",
        "team.changed",
        "team.deleted",
    ]


def test_members_and_managers(auth: AuthServer, cast: Cast) -> None:
    team = auth.town.team(cast.site, "Moving")
    members, managers = f"/api/v1/teams/{team}/members", f"/api/v1/teams/{team}/managers"
    one, two, three = (auth.town.person(Role.STAFF) for _ in range(3))
    lead = cast.people["manager"]

    def there(path: str) -> list[int]:
        items = ask(auth, cast, "admin", "GET", path).json()["items"]
        return [item["employee_id"] for item in items]

    assert ask(auth, cast, "admin", "POST", members, {"employee_id": one}).status_code == 204
    assert ask(auth, cast, "admin", "POST", members, {"employee_id": one}).status_code == 204
    assert ask(auth, cast, "admin", "PUT", f"{members}/{two}").status_code == 204
    assert there(members) == [one, two]
    replaced = ask(auth, cast, "admin", "PUT", members, {"employee_ids": [two, three, three]})
    assert [item["employee_id"] for item in replaced.json()["items"]] == [two, three]
    assert ask(auth, cast, "admin", "DELETE", f"{members}/{two}").status_code == 204
    assert ask(auth, cast, "admin", "DELETE", f"{members}/{two}").status_code == 204
    assert there(members) == [three]
    unfit = ask(auth, cast, "admin", "PUT", f"{managers}/{three}")
    assert (unfit.status_code, unfit.json()["code"]) == (409, "not_a_manager")
    unknown = ask(auth, cast, "admin", "PUT", f"{members}/99999999")
    assert (unknown.status_code, unknown.json()["field"]) == (400, "employee_id")
    # In charge from now on: the next request sees the new people, and no longer once it is over.
    assert ask(auth, cast, "manager", "GET", members).status_code == 404
    assert ask(auth, cast, "admin", "PUT", f"{managers}/{lead}").status_code == 204
    assert ask(auth, cast, "manager", "GET", members).json()["items"][0]["employee_id"] == three
    assert ask(auth, cast, "manager", "GET", f"{USERS}/{three}").status_code == 200
    assert ask(auth, cast, "admin", "DELETE", f"{managers}/{lead}").status_code == 204
    assert ask(auth, cast, "manager", "GET", f"{USERS}/{three}").status_code == 404
    assert ask(auth, cast, "own", "GET", members).status_code == 404
    assert ask(auth, cast, "admin", "GET", "/api/v1/teams/99999999/members").status_code == 404
    actions = {entry[1] for entry in auth.audit(f"team:{team}")}
    assert actions == {"team.members", "team.managers"}


def test_dissolving_a_team_takes_its_rights(auth: AuthServer, cast: Cast) -> None:
    team = auth.town.team(cast.site, "Short-lived")
    member = auth.town.person(Role.STAFF, teams=[team])
    lead = auth.town.person(Role.MANAGER, manages=[team])
    token = as_user(auth.town.token(lead))
    assert auth.client.get(f"{USERS}/{member}", **token).status_code == 200
    ask(auth, cast, "admin", "DELETE", f"/api/v1/teams/{team}")
    assert auth.client.get(f"{USERS}/{member}", **token).status_code == 404
    assert auth.client.get(f"{USERS}/me", **token).json()["manages"] == []
