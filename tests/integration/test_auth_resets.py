"""An administrator's link with which somebody sets a new password, once, through HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.clock import FixedClock
from common.identity import Role
from tests.support.auth import PAGE, PASSWORD, AuthServer, as_user, code_of, running_auth
from tests.support.cluster import TestDatabase

RESET = "/api/v1/auth/reset"
NEW = "another fine phrase"
OVER = (410, "link_used_or_expired")


@pytest.fixture(scope="module")
def auth(database: TestDatabase) -> Iterator[AuthServer]:
    with running_auth(
        database, LOGIN_FAILURES_PER_ADDRESS="10000", AUTH_HASHES_WAITING="20"
    ) as server:
        yield server


@pytest.fixture(scope="module")
def admin(auth: AuthServer) -> dict[str, Any]:
    return as_user(auth.town.token(auth.town.person(Role.ADMIN, username="resetting")))


def link(auth: AuthServer, admin: dict[str, Any], employee_id: int) -> dict[str, Any]:
    answer = auth.client.post(f"/api/v1/users/{employee_id}/reset-link", **admin)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def reset(auth: AuthServer, token: str, password: str = NEW) -> Any:
    return auth.post(RESET, {"token": token, "password": password})


def test_a_link_sets_a_new_password_once(auth: AuthServer, admin: dict[str, Any]) -> None:
    account = auth.register()
    made = link(auth, admin, account["employee_id"])
    assert made.keys() == {"token", "url", "expires_at"}
    assert made["url"] == f"{PAGE}/#/reset?token={made['token']}"
    checked = auth.post(f"{RESET}/check", {"token": made["token"]})
    assert checked.json() == {
        "username": account["username"],
        "expires_at": made["expires_at"],
    }
    assert reset(auth, made["token"]).status_code == 204
    # Every session ends, and only the new password opens one.
    me = auth.client.get("/api/v1/users/me", **as_user(account["token"]))
    assert me.status_code == 401
    old = auth.post("/login", {"username": account["username"], "password": PASSWORD})
    assert old.status_code == 401
    auth.signed_in(account["username"], NEW)
    assert code_of(reset(auth, made["token"])) == OVER
    assert code_of(auth.post(f"{RESET}/check", {"token": made["token"]})) == OVER
    actions = [entry[1] for entry in auth.audit(f"person:{account['employee_id']}")]
    assert actions[-2:] == ["password.link_made", "password.reset"]


def test_a_new_link_voids_the_old(auth: AuthServer, admin: dict[str, Any]) -> None:
    account = auth.register()
    first = link(auth, admin, account["employee_id"])
    second = link(auth, admin, account["employee_id"])
    assert code_of(reset(auth, first["token"])) == OVER
    assert reset(auth, second["token"]).status_code == 204


def test_a_link_is_good_for_a_day(fresh_database: TestDatabase) -> None:
    clock = FixedClock(datetime.now(UTC))
    with running_auth(fresh_database, clock) as auth:
        admin = as_user(auth.town.token(auth.town.person(Role.ADMIN)))
        token = link(auth, admin, auth.register()["employee_id"])["token"]
        clock.advance(timedelta(hours=23, minutes=59))
        assert auth.post(f"{RESET}/check", {"token": token}).status_code == 200
        clock.advance(timedelta(minutes=1))
        assert code_of(reset(auth, token)) == OVER
        clock.advance(timedelta(seconds=1))
        auth.parts.keeping.tidy("kid")
        assert auth.town.sql("SELECT 1 FROM auth.reset_link") == []


def test_the_address_is_the_page_of_whoever_asked(auth: AuthServer, admin: dict[str, Any]) -> None:
    account = auth.register()
    path = f"/api/v1/users/{account['employee_id']}/reset-link"
    for origin, page in (
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://evil.example", PAGE),
    ):
        headers = admin["headers"] | {"Origin": origin}
        made = auth.client.post(path, headers=headers)
        assert made.json()["url"].startswith(f"{page}/#/reset?token=")


def test_it_unlocks_nothing(auth: AuthServer, admin: dict[str, Any]) -> None:
    account = auth.register()
    path = f"/api/v1/users/{account['employee_id']}"
    auth.client.patch(path, json={"locked": True, "reason": "left"}, **admin)
    token = link(auth, admin, account["employee_id"])["token"]
    assert reset(auth, token).status_code == 204
    still = auth.post("/login", {"username": account["username"], "password": NEW})
    assert code_of(still) == (401, "invalid_credentials")


@pytest.mark.parametrize("password", ["short", "password1", "x" * 129])
def test_the_password_keeps_the_rules_and_the_link_is_kept(
    auth: AuthServer, admin: dict[str, Any], password: str
) -> None:
    token = link(auth, admin, auth.register()["employee_id"])["token"]
    refused = reset(auth, token, password)
    assert (refused.status_code, refused.json()["field"]) == (422, "password")
    assert reset(auth, token).status_code == 204


def test_another_way_to_a_new_password_voids_the_link(
    auth: AuthServer, admin: dict[str, Any]
) -> None:
    account = auth.register()
    employee_id = account["employee_id"]
    token = link(auth, admin, employee_id)["token"]
    own = {"current": PASSWORD, "new": "a phrase of my own"}
    assert auth.post("/api/v1/auth/password", own, **as_user(account["token"])).status_code == 204
    assert code_of(reset(auth, token)) == OVER
    token = link(auth, admin, employee_id)["token"]
    auth.client.patch(
        f"/api/v1/users/{employee_id}", json={"password": "a phrase of an admin"}, **admin
    )
    assert code_of(reset(auth, token)) == OVER


def test_ten_at_once_use_one_link_once(auth: AuthServer, admin: dict[str, Any]) -> None:
    account = auth.register()
    token = link(auth, admin, account["employee_id"])["token"]
    gate = threading.Barrier(10)

    def attempt(number: int) -> int:
        gate.wait()
        return int(reset(auth, token, f"{NEW} number {number}").status_code)

    with ThreadPoolExecutor(10) as pool:
        found = sorted(pool.map(attempt, range(10)))
    assert found == [204, *[410] * 9]


def test_for_whom_there_is_none(auth: AuthServer, admin: dict[str, Any]) -> None:
    service = auth.town.person(Role.SERVICE, username="service:resetless")
    for number in (service, 99_999_999):
        missing = auth.client.post(f"/api/v1/users/{number}/reset-link", **admin)
        assert code_of(missing) == (404, "not_found")
    elsewhere = auth.register()["employee_id"]
    auth.town.of_directory(elsewhere)
    refused = auth.client.post(f"/api/v1/users/{elsewhere}/reset-link", **admin)
    assert code_of(refused) == (409, "not_local")


def test_an_admins_own_password_takes_the_one_so_far(auth: AuthServer) -> None:
    own = auth.town.person(Role.ADMIN)
    auth.parts.org.refresh()
    stolen = as_user(auth.town.token(own))
    refused = auth.client.post(f"/api/v1/users/{own}/reset-link", **stolen)
    assert code_of(refused) == (403, "own_password")


def test_only_a_fingerprint_is_kept(auth: AuthServer, admin: dict[str, Any]) -> None:
    token = link(auth, admin, auth.register()["employee_id"])["token"]
    rows = auth.town.sql("SELECT l::text, encode(l.token_hash, 'escape') FROM auth.reset_link l")
    rows += auth.town.sql("SELECT a::text, '' FROM auth.audit a")
    assert token not in str(rows)
    assert token.encode().hex() not in str(rows)


@pytest.mark.parametrize("body", [{}, {"token": ""}, {"token": 5}, {"token": "x" * 201}])
def test_what_is_no_link(auth: AuthServer, body: Any) -> None:
    assert code_of(auth.post(f"{RESET}/check", body)) == (422, "invalid_request")
    assert code_of(auth.post(RESET, body)) == (422, "invalid_request")
    assert code_of(auth.post(f"{RESET}/check", {"token": "unknown"})) == OVER
