"""Defects of the predecessors that concern accounts, each by its number; others stand where the
thing itself is tested (`grep seed_defect`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from common.clock import FixedClock
from tests.support.auth import PASSWORD, UNCOUNTED, AuthServer, as_user, running_auth
from tests.support.cluster import TestDatabase

ME = "/api/v1/users/me"


@pytest.fixture(scope="module")
def auth(database: TestDatabase) -> Iterator[AuthServer]:
    with running_auth(database, **UNCOUNTED) as server:
        yield server


def claims_of(token: str) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


@pytest.mark.parametrize("token", ["=", "null", "undefined", "a.b", "a.b.c", "é", "x" * 9000])
def test_seed_defect_D14_an_invalid_token_is_401_on_every_call(
    auth: AuthServer, token: str
) -> None:
    """The predecessor added an exception to a string and answered 500."""
    header = {"Authorization": f"Bearer {token}".encode()}
    for method, path in (
        ("GET", "/employees"),
        ("GET", "/api/v1/auth/sessions"),
        ("POST", "/api/v1/auth/logout"),
        ("GET", "/api/v1/roles"),
        ("GET", "/api/v1/users/export"),
    ):
        answer = auth.client.request(method, path, headers=header)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_seed_defect_D15_a_token_says_for_whom_it_is_and_can_be_taken_back(
    auth: AuthServer,
) -> None:
    """The predecessor's had no roles, no audience, no issuer, no id; nothing revoked it."""
    account = auth.register()
    signed_in = auth.signed_in(account["username"])
    claims = claims_of(signed_in["token"])
    wanted = {"iss", "aud", "sub", "employee_id", "roles", "sid", "jti", "iat", "exp"}
    assert wanted <= claims.keys()
    assert claims["roles"] == ["staff"]
    other = claims_of(auth.signed_in(account["username"])["token"])
    assert other["jti"] != claims["jti"]
    assert other["sid"] != claims["sid"]
    body = {"refresh_token": signed_in["refresh_token"]}
    assert auth.post("/api/v1/auth/refresh", body).status_code == 200
    assert auth.client.post("/api/v1/auth/logout", **as_user(signed_in["token"])).status_code == 204
    assert auth.client.get(ME, **as_user(signed_in["token"])).status_code == 401


@pytest.mark.parametrize("password", ["correct horse", "12ab", "ünïcödé passphrase", "0" * 3])
def test_seed_defect_D17_a_password_is_a_text(auth: AuthServer, password: str) -> None:
    """The predecessor made a number of it."""
    account = auth.register()
    answer = auth.post("/login", {"username": account["username"], "password": password})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")
    number = auth.post("/login", {"username": account["username"], "password": 1234})
    assert (number.status_code, number.json()["field"]) == (400, "password")


def test_seed_defect_D38_signing_in_again_ends_nothing(auth: AuthServer) -> None:
    """The predecessor kept one session for each person."""
    name = auth.register()["username"]
    first = auth.signed_in(name)
    second = auth.signed_in(name)
    for one in (first, second):
        assert auth.client.get(ME, **as_user(one["token"])).status_code == 200
        body = {"refresh_token": one["refresh_token"]}
        assert auth.post("/api/v1/auth/refresh", body).status_code == 200


def test_seed_defect_D39_a_token_of_yesterday_is_no_key_to_a_limit(
    fresh_database: TestDatabase,
) -> None:
    """The predecessor counted by any token, expired ones too, and by the proxy's address."""
    clock = FixedClock(datetime.now(UTC) - timedelta(days=1))
    limits = {"LOGIN_FAILURES_PER_ADDRESS": "4"}
    with running_auth(fresh_database, clock) as auth:
        old = auth.register()["token"]
    with running_auth(fresh_database, **limits) as auth:
        found = []
        for number in range(6):
            headers = as_user(old)["headers"] | {"X-Forwarded-For": f"203.0.113.{number}"}
            body = {"username": f"n{number}", "password": "a guess"}
            found.append(auth.post("/login", body, headers=headers).status_code)
        # No proxy is trusted here, so the header is nobody's address.
        assert found == [401] * 4 + [429] * 2
        assert auth.client.get(ME, **as_user(old)).status_code == 401
    with running_auth(fresh_database, TRUSTED_PROXIES="1", **limits) as auth:
        for number in range(6):
            body = {"username": f"n{number}", "password": "a guess"}
            headers = {"X-Forwarded-For": f"198.51.100.{number}"}
            # Behind a proxy each client is counted for itself.
            assert auth.post("/login", body, headers=headers).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"password": ""},
        {"password": None},
        {"password": "guess"},
        {"password": ["guess"]},
        {"password": True},
    ],
)
def test_seed_defect_D41_a_name_alone_gets_no_token(auth: AuthServer, body: Any) -> None:
    """The predecessor gave a token to whoever knew a username."""
    name = auth.register()["username"]
    for path in ("/api/token", "/login", "/api/v1/auth/login"):
        answer = auth.post(path, {"username": name} | body)
        assert answer.status_code in {400, 401, 422}
        assert not answer.json().keys() & {"access", "refresh", "token"}
    form = {key: str(value) for key, value in body.items() if isinstance(value, str)}
    answer = auth.form("/api/v1/auth/token", grant_type="password", username=name, **form)
    assert answer.status_code in {401, 422}
    unknown = auth.post("/api/token", {"username": "nobody-at-all", "password": "guess"})
    assert (unknown.status_code, unknown.json()["code"]) == (401, "invalid_credentials")


def test_seed_defect_D42_no_change_of_oneself_takes_a_role(auth: AuthServer) -> None:
    """The predecessor took the role from the body."""
    account = auth.register()
    token = as_user(account["token"])
    number = account["employee_id"]
    for method, path, body in (
        ("PATCH", f"/api/v1/users/{number}", {"roles": ["admin"]}),
        ("POST", "/api/v1/roles", {"employee_id": number, "role": "admin"}),
        ("PATCH", "/api/v1/roles", {"employee_id": number, "roles": ["admin"]}),
        ("POST", "/api/v1/invitations", {"role": "admin"}),
    ):
        answer = auth.client.request(method, path, json=body, **token)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    change = {"current": PASSWORD, "new": "another fine phrase", "roles": ["admin"]}
    assert auth.post("/api/v1/auth/password", change, **token).status_code == 204
    rows = auth.town.sql("SELECT role FROM auth.person_role WHERE employee_id = %s", number)
    assert rows == [("staff",)]


def test_seed_defect_D45_what_is_issued_is_accepted(auth: AuthServer) -> None:
    """The predecessor's API knew nothing of the tokens that it issued."""
    account = auth.register()
    credentials = {"username": account["username"], "password": PASSWORD}
    pair = auth.post("/api/token", credentials).json()
    form = auth.form("/api/v1/auth/token", grant_type="password", **credentials).json()
    tokens = [
        account["token"],
        auth.post("/login", credentials).json()["token"],
        pair["access"],
        auth.post("/api/token/refresh", {"refresh": pair["refresh"]}).json()["access"],
        auth.post("/api/v1/auth/login", credentials).json()["token"]["access_token"],
        form["access_token"],
        auth.post("/api/v1/auth/refresh", {"refresh_token": form["refresh_token"]}).json()[
            "access_token"
        ],
    ]
    for token in tokens:
        me = auth.client.get(ME, **as_user(token))
        assert (me.status_code, me.json()["employee_id"]) == (200, account["employee_id"])
