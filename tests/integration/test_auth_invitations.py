"""Making, showing and changing invitations, through HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.identity import Role
from tests.support.auth import AuthServer, as_user, code_of
from tests.support.auth_cast import Cast, ask
from tests.support.cluster import TestDatabase
from tests.support.invitations import (
    ALL,
    INVALID,
    check,
    invite,
    person_of,
    register,
    running_inviting,
)


@pytest.fixture(scope="module")
def auth(database: TestDatabase) -> Iterator[AuthServer]:
    with running_inviting(database) as server:
        yield server


class TestMaking:
    def test_an_invitation_and_its_code(self, auth: AuthServer, cast: Cast) -> None:
        made = invite(auth, cast, site_id=cast.site, team_ids=[cast.led], uses=3, note="night")
        code = made.pop("code")
        assert made == {
            "id": made["id"],
            "hint": code[-4:],
            "role": "manager",
            "site_id": cast.site,
            "team_ids": [cast.led],
            "expires_at": made["expires_at"],
            "uses": 3,
            "used": 0,
            "note": "night",
            "created_by": cast.people["admin"],
            "created_at": made["created_at"],
            "revoked_at": None,
        }
        checked = check(auth, code.upper().replace("-", " "))
        assert checked.json() == {
            "role": "manager",
            "site_name": "Head Office",
            "expires_at": made["expires_at"],
        }
        first = ask(auth, cast, "admin", "GET", f"{ALL}?limit=1").json()
        assert first["items"] == [made]
        ((actor, action, _, after, _),) = auth.audit(f"invitation:{made['id']}")
        assert (actor, action) == (cast.people["admin"], "invitation.made")
        assert (after["role"], after["uses"]) == ("manager", 3)
        rows = auth.town.sql("SELECT i::text FROM auth.invitation i")
        rows += auth.town.sql("SELECT a::text FROM auth.audit a")
        assert code not in str(rows)
        assert code.replace("-", "") not in str(rows)

    def test_the_site_follows_from_the_teams(self, auth: AuthServer, cast: Cast) -> None:
        assert invite(auth, cast, team_ids=[cast.led, cast.led])["site_id"] == cast.site
        branch = auth.town.site("Branch")
        far = auth.town.team(branch, "Far")
        for body in (
            {"team_ids": [cast.led, far]},
            {"team_ids": [far], "site_id": cast.site},
            {"team_ids": [424242]},
        ):
            refused = ask(auth, cast, "admin", "POST", ALL, {"role": "staff"} | body)
            assert (refused.status_code, refused.json()["field"]) == (400, "team_ids")
        lost = ask(auth, cast, "admin", "POST", ALL, {"role": "staff", "site_id": 424242})
        assert (lost.status_code, lost.json()["field"]) == (400, "site_id")

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "role"),
            ({"role": "service"}, "role"),
            ({"role": "king"}, "role"),
            ({"role": "staff", "uses": 0}, "uses"),
            ({"role": "staff", "uses": 1001}, "uses"),
            ({"role": "staff", "uses": "1"}, "uses"),
            ({"role": "staff", "expires_at": "tomorrow"}, "expires_at"),
            ({"role": "staff", "expires_at": "2999-01-01T00:00:00Z"}, "expires_at"),
            ({"role": "staff", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
            ({"role": "staff", "expires_at": "2999-01-01T00:00:00"}, "expires_at"),
            ({"role": "staff", "note": "x" * 501}, "note"),
            ({"role": "staff", "team_ids": ["1"]}, "team_ids.0"),
        ],
    )
    def test_what_none_can_be(
        self, auth: AuthServer, cast: Cast, body: dict[str, Any], field: str
    ) -> None:
        answer = ask(auth, cast, "admin", "POST", ALL, body)
        assert (answer.status_code, answer.json()["field"]) == (400, field)


class TestManagers:
    """A manager invites staff to the teams they lead, and nobody else to nothing else."""

    def test_to_their_own_team(self, auth: AuthServer, cast: Cast) -> None:
        made = invite(auth, cast, "manager", role="staff", team_ids=[cast.led])
        assert register(auth, "led-newcomer", made["code"]).json()["role"] == "staff"
        employee_id, site_id, roles = person_of(auth, "led-newcomer")
        assert (site_id, roles) == (cast.site, ["staff"])
        members = auth.town.sql(
            "SELECT team_id FROM auth.team_member WHERE employee_id = %s", employee_id
        )
        assert members == [(cast.led,)]
        names = [one["username"] for one in ask(auth, cast, "manager", "GET", "/employees").json()]
        assert "led-newcomer" in names

    @pytest.mark.parametrize("role", ["manager", "admin", "teacher", "student", "device"])
    def test_to_no_other_role(self, auth: AuthServer, cast: Cast, role: str) -> None:
        body = {"role": role, "team_ids": [cast.led]}
        assert code_of(ask(auth, cast, "manager", "POST", ALL, body)) == (403, "forbidden")

    def test_to_no_other_team(self, auth: AuthServer, cast: Cast) -> None:
        for body in (
            {"team_ids": [cast.other]},
            {"team_ids": [cast.led, cast.other]},
            {"team_ids": [424242]},
            {"team_ids": []},
            {"site_id": cast.site},
        ):
            refused = ask(auth, cast, "manager", "POST", ALL, {"role": "staff"} | body)
            assert code_of(refused) == (403, "forbidden")

    def test_they_see_and_change_their_own_only(self, auth: AuthServer, cast: Cast) -> None:
        theirs = invite(auth, cast, "manager", role="staff", team_ids=[cast.led])
        admins = invite(auth, cast)
        listed = ask(auth, cast, "manager", "GET", ALL).json()["items"]
        assert {one["created_by"] for one in listed} == {cast.people["manager"]}
        everything = ask(auth, cast, "admin", "GET", ALL).json()["items"]
        assert {theirs["id"], admins["id"]} <= {one["id"] for one in everything}
        path = f"{ALL}/{admins['id']}"
        assert code_of(ask(auth, cast, "manager", "PATCH", path, {"note": "x"})) == (
            404,
            "not_found",
        )
        own = ask(auth, cast, "manager", "PATCH", f"{ALL}/{theirs['id']}", {"note": "mine"})
        assert own.json()["note"] == "mine"

    def test_their_promises_end_with_their_rights(self, auth: AuthServer, cast: Cast) -> None:
        town = auth.town
        leader = town.person(Role.MANAGER, site_id=cast.site, manages=[cast.led, cast.other])
        auth.parts.org.refresh()
        body = {"role": "staff", "team_ids": [cast.led, cast.other], "uses": 9}
        made = auth.post(ALL, body, **as_user(town.token(leader))).json()
        assert check(auth, made["code"]).status_code == 200
        delete = "DELETE FROM auth.team_manager WHERE employee_id = %s AND team_id = %s"
        town.sql(delete, leader, cast.other)
        assert code_of(check(auth, made["code"])) == INVALID
        admin = town.person(Role.ADMIN)
        auth.parts.org.refresh()
        made = auth.post(ALL, {"role": "admin"}, **as_user(town.token(admin))).json()
        assert check(auth, made["code"]).status_code == 200
        town.sql("UPDATE auth.person SET locked_at = now() WHERE employee_id = %s", admin)
        assert code_of(check(auth, made["code"])) == INVALID
        assert code_of(register(auth, "late", made["code"])) == INVALID


class TestChanging:
    def test_it_is_prolonged_widened_and_annotated(self, auth: AuthServer, cast: Cast) -> None:
        made = invite(auth, cast)
        path = f"{ALL}/{made['id']}"
        until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
        body = {"expires_at": until, "uses": 5, "note": "more"}
        changed = ask(auth, cast, "admin", "PATCH", path, body).json()
        assert (changed["uses"], changed["note"]) == (5, "more")
        assert changed["expires_at"][:19] == until[:19]
        assert ask(auth, cast, "admin", "PATCH", path, {}).json() == changed
        actions = [entry[1] for entry in auth.audit(f"invitation:{made['id']}")]
        assert actions == ["invitation.made", "invitation.changed"]
        past = ask(auth, cast, "admin", "PATCH", path, {"expires_at": "2020-01-01T00:00:00Z"})
        assert (past.status_code, past.json()["field"]) == (400, "expires_at")
        assert ask(auth, cast, "admin", "PATCH", f"{ALL}/424242", {}).status_code == 404

    def test_a_revoked_one_is_over_for_good(self, auth: AuthServer, cast: Cast) -> None:
        made = invite(auth, cast)
        path = f"{ALL}/{made['id']}"
        revoked = ask(auth, cast, "admin", "PATCH", path, {"revoked": True}).json()
        assert revoked["revoked_at"]
        assert code_of(check(auth, made["code"])) == INVALID
        assert code_of(register(auth, "too-late", made["code"])) == INVALID
        undo = ask(auth, cast, "admin", "PATCH", path, {"revoked": False})
        assert (undo.status_code, undo.json()["field"]) == (400, "revoked")
        again = ask(auth, cast, "admin", "PATCH", path, {"revoked": True}).json()
        assert again == revoked

    def test_uses_are_never_fewer_than_used(self, auth: AuthServer, cast: Cast) -> None:
        made = invite(auth, cast, uses=2)
        for number in range(2):
            assert register(auth, f"used-{number}", made["code"]).status_code == 201
        refused = ask(auth, cast, "admin", "PATCH", f"{ALL}/{made['id']}", {"uses": 1})
        assert (*code_of(refused), refused.json()["used"]) == (409, "already_used", 2)
