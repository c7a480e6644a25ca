"""Another username for somebody: by an admin, and with it every session ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from common.identity import Role
from tests.support.auth import PASSWORD, AuthServer, as_user, code_of, log_in, running_auth
from tests.support.cluster import TestDatabase

USERS = "/api/v1/users"


@pytest.fixture(scope="module")
def auth(database: TestDatabase) -> Iterator[AuthServer]:
    with running_auth(database) as server:
        yield server


@pytest.fixture(scope="module")
def admin(auth: AuthServer) -> int:
    number = auth.town.person(Role.ADMIN)
    auth.parts.org.refresh()
    return number


def change(auth: AuthServer, admin: int, number: int, **values: Any) -> Any:
    token = auth.town.token(admin)
    return auth.client.patch(f"{USERS}/{number}", json=values, **as_user(token))


def test_a_squatted_name_is_given_back(auth: AuthServer, admin: int) -> None:
    squatter = auth.register("Grace.Hopper")
    number = squatter["employee_id"]
    answer = change(auth, admin, number, username="Squatter", reason="not theirs")
    assert (answer.status_code, answer.json()["username"]) == (200, "Squatter")
    over = auth.client.get(f"{USERS}/me", **as_user(squatter["token"]))
    assert over.status_code == 401, "the old token says the old name"
    assert log_in(auth, "grace.hopper").status_code == 401
    assert auth.signed_in("squatter")["employee_id"] == number
    assert auth.register("grace.hopper")["employee_id"] != number
    line = auth.audit(f"person:{number}")[-1]
    assert line == (
        admin,
        "account.changed",
        {"username": "Grace.Hopper"},
        {"username": "Squatter"},
        "not theirs",
    )
    announced = auth.town.sql(
        "SELECT count(*) FROM auth.change WHERE kind = 'person' AND employee_id = %s", number
    )
    assert announced[0][0] >= 2


def test_a_name_in_other_capitals_is_the_same_persons(auth: AuthServer, admin: int) -> None:
    number = auth.register("ALAN")["employee_id"]
    assert change(auth, admin, number, username="Alan").json()["username"] == "Alan"
    assert auth.signed_in("alan")["employee_id"] == number


def test_the_same_name_ends_nothing(auth: AuthServer, admin: int) -> None:
    one = auth.register("unmoved")
    assert change(auth, admin, one["employee_id"], username="unmoved").status_code == 200
    assert auth.client.get(f"{USERS}/me", **as_user(one["token"])).status_code == 200
    assert len(auth.audit(f"person:{one['employee_id']}")) == 1


def test_a_name_that_may_not_be_one_changes_nothing(auth: AuthServer, admin: int) -> None:
    auth.register("Taken")
    one = auth.register("keeper")
    for name, refusal in (
        ("tAKEN", (409, "username_taken")),
        ("service:auth", (400, "invalid_request")),
        ("a\u202eb", (400, "invalid_request")),
        (" space", (400, "invalid_request")),
        ("", (400, "invalid_request")),
    ):
        answer = change(auth, admin, one["employee_id"], username=name, full_name="Changed")
        assert code_of(answer) == refusal
    assert auth.client.get(f"{USERS}/me", **as_user(one["token"])).json()["full_name"] == ""
    assert len(auth.audit(f"person:{one['employee_id']}")) == 1


def test_a_new_password_may_not_be_the_new_name(auth: AuthServer, admin: int) -> None:
    number = auth.register()["employee_id"]
    both = {"username": "long-enough-a-name", "password": "long-enough-a-name"}
    assert code_of(change(auth, admin, number, **both)) == (400, "invalid_request")
    assert change(auth, admin, number, **(both | {"password": PASSWORD})).status_code == 200


def test_what_is_not_known_is_refused(auth: AuthServer, admin: int) -> None:
    one = auth.register("known")
    answer = change(auth, admin, one["employee_id"], full_name="Changed", user_name="other")
    assert code_of(answer) == (400, "invalid_request")
    assert answer.json()["field"] == "user_name"
    made = auth.post(USERS, {"username": "n", "role": "x"}, **as_user(auth.town.token(admin)))
    assert code_of(made) == (400, "invalid_request")
    assert auth.client.get(f"{USERS}/me", **as_user(one["token"])).json()["full_name"] == ""
