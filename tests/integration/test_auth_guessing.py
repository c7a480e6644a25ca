"""Guessing, wherever there is something to guess: counted, stopped, and not forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher

from common.identity import Role
from tests.support.auth import PASSWORD, AuthServer, as_user, running_auth
from tests.support.auth_process import auth_process
from tests.support.authenticator import FACTOR
from tests.support.cluster import TestDatabase
from tests.support.people import Town


@contextmanager
def serving(database: TestDatabase, folder: Path) -> Iterator[httpx.Client]:
    """A process of the service, with the limits as they are set up and one proxy before it."""
    process, url = auth_process(database, folder, TRUSTED_PROXIES="1")
    process.start()
    try:
        with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
            yield client
    finally:
        process.stop()


def attempt(client: httpx.Client, username: str, password: str, address: str) -> int:
    answer = client.post(
        "/login",
        json={"username": username, "password": password},
        headers={"X-Forwarded-For": address},
    )
    return answer.status_code


def test_the_101st_failure_is_refused_after_a_restart_of_the_process(
    fresh_database: TestDatabase, tmp_path: Path
) -> None:
    """NIST SP 800-63B, 5.2.2, with nothing but the database to remember it."""
    town = Town(fresh_database)
    employee_id = town.person(Role.STAFF, username="victim")
    # A cheap hash: it is the counting that is tested, a hundred times.
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    town.sql("UPDATE auth.person SET password_hash = %s WHERE employee_id = %s", cheap, employee_id)
    with serving(fresh_database, tmp_path) as client:
        # Each from an address of its own, so that no other counter stands in the way.
        for number in range(50):
            assert attempt(client, "victim", "a guess", f"198.51.8.{number}") == 401
    with serving(fresh_database, tmp_path) as client:
        for number in range(50, 100):
            assert attempt(client, "victim", "a guess", f"198.51.9.{number}") == 401
    with serving(fresh_database, tmp_path) as client:
        assert attempt(client, "victim", "the 101st guess", "203.0.113.1") == 429
        assert attempt(client, "victim", PASSWORD, "203.0.113.2") == 429
        refused = 'hazir_guesses_refused_total{counter="account"} 2.0'
        assert refused in client.get("/metrics").text
    town.close()


@pytest.fixture
def auth(fresh_database: TestDatabase) -> Iterator[AuthServer]:
    """The limits as they are set up; each test stands before a proxy."""
    with running_auth(fresh_database, TRUSTED_PROXIES="1", AUTH_HASHES_WAITING="30") as server:
        yield server


def at(address: str) -> dict[str, Any]:
    return {"headers": {"X-Forwarded-For": address}}


def test_one_password_on_many_names_is_stopped_at_fifty(auth: AuthServer) -> None:
    def spray(number: int) -> int:
        return attempt(auth.client, f"somebody{number}", "Spring2026!", "203.0.113.5")

    found = [spray(number) for number in range(60)]
    # About fifty: the count sinks by one in 18 s.
    assert found.index(429) in {50, 51}
    assert set(found[52:]) == {429}


def test_the_owner_on_a_known_address_is_not_locked_out(auth: AuthServer) -> None:
    name = auth.register()["username"]
    assert attempt(auth.client, name, PASSWORD, "192.0.2.1") == 200
    for number in range(2):
        assert attempt(auth.client, name, "a guess", f"198.51.100.{number}") == 401
    # The rest of the hundred, and a whole site's worth, without waiting for each hash.
    auth.town.sql("UPDATE auth.attempt SET level = 5000, at = now() WHERE kind = 'site'")
    auth.town.sql(
        "UPDATE auth.attempt SET level = 101, at = now() WHERE kind = 'account' AND level = 2"
    )
    assert attempt(auth.client, name, PASSWORD, "198.51.100.9") == 429
    assert attempt(auth.client, name, PASSWORD, "192.0.2.1") == 200


GUESSES: dict[str, Callable[[AuthServer, int, str], Any]] = {
    "second factor": lambda auth, n, address: auth.post(
        f"{FACTOR}/verify", {"challenge": f"c{n}", "code": "123456"}, **at(address)
    ),
    "reset link": lambda auth, n, address: auth.post(
        "/api/v1/auth/reset/check", {"token": f"t{n}"}, **at(address)
    ),
    "reset": lambda auth, n, address: auth.post(
        "/api/v1/auth/reset", {"token": f"t{n}", "password": PASSWORD}, **at(address)
    ),
    "invitation": lambda auth, n, address: auth.post(
        "/api/v1/invitations/check", {"code": f"i{n}"}, **at(address)
    ),
    "registration": lambda auth, n, address: auth.post(
        "/register",
        {"username": f"r{n}", "password": PASSWORD, "invitation": f"i{n}"},
        **at(address),
    ),
    "registration of a manager": lambda auth, n, address: auth.post(
        "/api/register",
        {"username": f"m{n}", "password": PASSWORD, "invitation": f"i{n}", "role": "Manager"},
        **at(address),
    ),
}


@pytest.mark.parametrize("kind", sorted(GUESSES))
def test_what_names_nobody_is_counted_for_the_address_and_the_site(
    auth: AuthServer, kind: str
) -> None:
    guess = GUESSES[kind]
    found = [guess(auth, number, "203.0.113.5").status_code for number in range(54)]
    assert found.index(429) in {50, 51}
    assert guess(auth, 99, "203.0.113.6").status_code in {401, 403, 410}
    refused = guess(auth, 99, "203.0.113.5")
    assert (refused.json()["code"], int(refused.headers["Retry-After"]) > 0) == (
        "rate_limited",
        True,
    )
    # Guessing at one thing and then another adds up: log-ins from there are refused too.
    assert attempt(auth.client, "somebody", "a guess", "203.0.113.5") == 429
    auth.town.sql("UPDATE auth.attempt SET level = 5000, at = now() WHERE kind = 'site'")
    assert guess(auth, 99, "203.0.113.7").status_code == 429


@pytest.mark.parametrize("kind", ["invitation", "log-in"])
def test_an_address_over_its_limit_uses_up_nobody_else_s(
    fresh_database: TestDatabase, kind: str
) -> None:
    limits = {"LOGIN_FAILURES_PER_ADDRESS": "3", "LOGIN_FAILURES_PER_SITE": "5"}
    limits |= {"LOGIN_FAILURES_PER_ACCOUNT": "5", "TRUSTED_PROXIES": "1"}
    with running_auth(fresh_database, **limits) as auth:
        name = auth.register()["username"]

        def guess(address: str) -> int:
            if kind == "log-in":
                return attempt(auth.client, name, "a guess", address)
            return int(GUESSES[kind](auth, 1, address).status_code)

        wrong = 401 if kind == "log-in" else 410
        flood = [guess("203.0.113.5") for _ in range(12)]
        assert flood == [wrong] * 3 + [429] * 9
        refused = auth.town.sql("SELECT kind FROM auth.attempt WHERE level > 3.5")
        assert refused == [("address",)]
        # Strangers elsewhere still get in, and what was not refused has been counted.
        assert attempt(auth.client, name, PASSWORD, "203.0.113.6") == 200
        storm = [GUESSES["invitation"](auth, 1, f"198.51.100.{n}").status_code for n in range(4)]
        assert storm == [410, 410, 429, 429]


def test_a_flood_at_once_leaves_the_others_what_is_theirs(fresh_database: TestDatabase) -> None:
    limits = {"LOGIN_FAILURES_PER_ADDRESS": "6", "LOGIN_FAILURES_PER_SITE": "100"}
    with running_auth(fresh_database, **limits) as auth:
        with ThreadPoolExecutor(16) as pool:
            found = list(
                pool.map(lambda n: GUESSES["invitation"](auth, n, "").status_code, range(48))
            )
        assert sorted(found) == [410] * 6 + [429] * 42
        ((level,),) = auth.town.sql("SELECT level FROM auth.attempt WHERE kind = 'site'")
        assert 5 < level <= 6


def test_what_is_right_is_not_counted(auth: AuthServer) -> None:
    admin = as_user(auth.town.token(auth.town.person(Role.ADMIN)))
    auth.parts.org.refresh()
    code = auth.post("/api/v1/invitations", {"role": "staff"}, **admin).json()["code"]
    number = auth.register()["employee_id"]
    token = auth.client.post(f"/api/v1/users/{number}/reset-link", **admin).json()["token"]
    for _ in range(60):
        assert auth.post("/api/v1/invitations/check", {"code": code}).status_code == 200
        assert auth.post("/api/v1/auth/reset/check", {"token": token}).status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/auth/password", {"current": "a guess", "new": "another fine phrase"}),
        (FACTOR, {"password": "a guess"}),
    ],
)
def test_a_stolen_session_guesses_the_password_only_so_often(
    fresh_database: TestDatabase, path: str, body: dict[str, str]
) -> None:
    with running_auth(fresh_database, LOGIN_FAILURES_PER_ACCOUNT="5", TRUSTED_PROXIES="1") as auth:
        account = auth.register()
        stolen = as_user(account["token"])["headers"]
        found = [
            auth.post(
                path, body, headers=stolen | {"X-Forwarded-For": f"198.51.100.{n}"}
            ).status_code
            for n in range(7)
        ]
        assert found == [401] * 5 + [429] * 2
        # It is the same count as that of log-ins.
        assert attempt(auth.client, account["username"], PASSWORD, "198.51.100.99") == 429
