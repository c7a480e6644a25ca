"""Giving and taking roles and locks, and finding people by them, through HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from auth_service.service.people import change_within
from auth_service.service.values import Decider
from auth_service.store.work import Store
from common.errors import WIRE, DomainError
from common.identity import RULES, Person, Role, Subject
from tests.support.auth import AuthServer, as_user, code_of, running_auth
from tests.support.auth_cast import Cast, ask
from tests.support.cluster import TestDatabase

ROLES = "/api/v1/roles"
USERS = "/api/v1/users"


@pytest.fixture(scope="module")
def auth(database: TestDatabase) -> Iterator[AuthServer]:
    with running_auth(database) as server:
        yield server


def test_roles_say_who_holds_them_and_what_they_may(auth: AuthServer, cast: Cast) -> None:
    items = ask(auth, cast, "admin", "GET", ROLES).json()["items"]
    told = {one["role"]: one for one in items}
    assert set(told) == {"admin", "manager", "teacher", "staff", "student", "device"}
    assert (told["staff"]["people"], told["manager"]["people"]) == (2, 1)
    assert told["device"]["actions"] == sorted(RULES[Role.DEVICE])
    assert "manage_people" in told["admin"]["actions"]
    assert "manage_people" not in told["manager"]["actions"]


def test_one_more_role_and_exactly_these(auth: AuthServer, cast: Cast) -> None:
    account = auth.register()
    number = account["employee_id"]
    body = {"employee_id": number, "role": "teacher", "reason": "new term"}
    given = ask(auth, cast, "admin", "POST", ROLES, body)
    assert (given.status_code, given.json()["roles"]) == (200, ["staff", "teacher"])
    again = ask(auth, cast, "admin", "POST", ROLES, body)
    assert again.json() == given.json()
    # The token of before speaks of other roles: it is over.
    assert auth.client.get(f"{USERS}/me", **as_user(account["token"])).status_code == 401
    body = {"employee_id": number, "roles": ["manager"]}
    exact = ask(auth, cast, "admin", "PATCH", ROLES, body)
    assert exact.json()["roles"] == ["manager"]
    _, first, second = auth.audit(f"person:{number}")
    assert first == (
        cast.people["admin"],
        "account.changed",
        {"roles": ["staff"]},
        {"roles": ["staff", "teacher"]},
        "new term",
    )
    assert second[3] == {"roles": ["manager"]}


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_nobody_changes_their_own_roles(auth: AuthServer, cast: Cast, method: str) -> None:
    wish: dict[str, Any] = {"role": "manager"} if method == "POST" else {"roles": ["manager"]}
    body = {"employee_id": cast.people["admin"]} | wish
    assert code_of(ask(auth, cast, "admin", method, ROLES, body)) == (403, "own_roles")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"employee_id": 424242, "role": "staff"}, 404),
        ({"employee_id": "SERVICE", "role": "staff"}, 404),
        ({"employee_id": 1, "role": "service"}, 400),
        ({"employee_id": 1, "role": "king"}, 400),
        ({"role": "staff"}, 400),
    ],
)
def test_what_cannot_be_given(
    auth: AuthServer, cast: Cast, body: dict[str, Any], status: int
) -> None:
    if body.get("employee_id") == "SERVICE":
        body = body | {"employee_id": cast.people["service"]}
    assert ask(auth, cast, "admin", "POST", ROLES, body).status_code == status


class TestLastAdmin:
    """Whatever happens at once, somebody is left who can make an admin."""

    def test_two_who_take_each_others_role_leave_one(self, fresh_database: TestDatabase) -> None:
        with running_auth(fresh_database) as auth:
            for _ in range(5):
                auth.town.sql("DELETE FROM auth.person_role WHERE role = 'admin'")
                pair = [auth.town.person(Role.ADMIN, Role.STAFF) for _ in range(2)]
                auth.parts.org.refresh()
                subjects = [
                    Subject(
                        Person(
                            employee_id=number,
                            username="",
                            full_name="",
                            roles=frozenset({Role.ADMIN}),
                        ),
                        "sid",
                        0,
                    )
                    for number in pair
                ]
                gate = threading.Barrier(2)

                def demote(
                    which: int,
                    pair: list[int] = pair,
                    subjects: list[Subject] = subjects,
                    gate: threading.Barrier = gate,
                ) -> str:
                    gate.wait()
                    try:
                        auth.parts.people.change(
                            subjects[which],
                            pair[1 - which],
                            {"roles": frozenset({Role.STAFF})},
                            reason=None,
                            request_id="",
                        )
                    except DomainError as fault:
                        return fault.code
                    return "done"

                with ThreadPoolExecutor(2) as pool:
                    assert sorted(pool.map(demote, range(2))) == ["done", "forbidden"]
                left = auth.town.sql("SELECT 1 FROM auth.person_role WHERE role = 'admin'")
                assert len(left) == 1

    @pytest.mark.parametrize("change", [{"roles": frozenset({Role.STAFF})}, {"locked": True}])
    def test_it_is_neither_taken_nor_locked(
        self, fresh_database: TestDatabase, change: dict[str, Any]
    ) -> None:
        """Whoever decides it: the rule holds by itself, behind the look at the decider's rights."""
        with running_auth(fresh_database) as auth:
            last = auth.town.person(Role.ADMIN)
            locked = auth.town.person(Role.ADMIN)
            auth.town.sql("UPDATE auth.person SET locked_at = now() WHERE employee_id = %s", locked)
            with (
                pytest.raises(DomainError) as refusal,
                Store(auth.parts.db).begin() as work,
            ):
                change_within(work, Decider(locked), last, change, None)
            assert refusal.value.code == "last_admin"
            assert auth.audit(f"person:{last}") == []
            # Over HTTP it is a conflict like every other.
            assert WIRE[refusal.value.kind].http == 409

    def test_one_of_two_may_go(self, auth: AuthServer, cast: Cast) -> None:
        other = auth.town.person(Role.ADMIN, Role.STAFF)
        path = f"{USERS}/{other}"
        done = ask(auth, cast, "admin", "PATCH", path, {"locked": True, "reason": "left us"})
        assert done.json()["locked"] is True
        *_, entry = auth.audit(f"person:{other}")
        assert entry[2:] == ({"locked": False}, {"locked": True}, "left us")
        gone = ask(auth, cast, "admin", "PATCH", path, {"roles": ["staff"]})
        assert gone.json()["roles"] == ["staff"]


class TestFinding:
    def found(self, auth: AuthServer, cast: Cast, query: str, who: str = "admin") -> list[int]:
        answer = ask(auth, cast, who, "GET", f"{USERS}?{query}")
        assert answer.status_code == 200, answer.text
        return [one["employee_id"] for one in answer.json()["items"]]

    def test_by_role_site_and_lock(self, auth: AuthServer, cast: Cast) -> None:
        branch = auth.town.site("Finding")
        people = [
            auth.town.person(Role.TEACHER, site_id=branch),
            auth.town.person(Role.TEACHER, Role.STAFF, site_id=branch),
            auth.town.person(Role.STAFF, site_id=branch),
        ]
        auth.town.sql("UPDATE auth.person SET locked_at = now() WHERE employee_id = %s", people[1])
        site = f"site_id={branch}"
        assert self.found(auth, cast, site) == people
        assert self.found(auth, cast, f"{site}&role=teacher") == people[:2]
        assert self.found(auth, cast, f"{site}&role=teacher&locked=true") == people[1:2]
        assert self.found(auth, cast, f"{site}&locked=false") == [people[0], people[2]]
        assert self.found(auth, cast, f"{site}&role=admin") == []
        page = ask(auth, cast, "admin", "GET", f"{USERS}?{site}&limit=2").json()
        rest = self.found(auth, cast, f"{site}&limit=2&cursor={page['next_cursor']}")
        assert rest == people[2:]

    def test_a_manager_finds_their_people_only(self, auth: AuthServer, cast: Cast) -> None:
        assert self.found(auth, cast, "role=staff", "manager") == [cast.people["own"]]

    @pytest.mark.parametrize("query", ["role=king", "role=service", "site_id=x", "locked=maybe"])
    def test_what_finds_nobody(self, auth: AuthServer, cast: Cast, query: str) -> None:
        assert ask(auth, cast, "admin", "GET", f"{USERS}?{query}").status_code == 400
