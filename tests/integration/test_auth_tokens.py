"""The token endpoint, the public keys, health and the origins that may call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from common.identity import Role
from tests.support.auth import PAGE, AuthServer, as_user, running_auth
from tests.support.cluster import TestDatabase
from tests.support.redis_server import RedisServer


@pytest.fixture(scope="module")
def auth(database: TestDatabase, redis_server: RedisServer) -> Iterator[AuthServer]:
    with running_auth(
        database,
        REDIS_URL=redis_server.url,
        LOGIN_FAILURES_PER_ADDRESS="10000",
    ) as server:
        yield server


def claims_of(token: str) -> dict[str, Any]:
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


def test_services_get_short_tokens_for_their_secrets(auth: AuthServer) -> None:
    secret = auth.parts.settings.reporter_secret.reveal()
    answer = auth.form(
        "/api/v1/auth/token",
        grant_type="client_credentials",
        client_id="service:reporter",
        client_secret=secret,
    )
    assert answer.status_code == 200
    body = answer.json()
    assert "refresh_token" not in body
    assert body["expires_in"] == 600
    claims = claims_of(body["access_token"])
    assert (claims["sub"], claims["roles"]) == ("service:reporter", ["service"])
    basic = auth.client.post(
        "/api/v1/auth/token",
        data={"grant_type": "client_credentials"},
        # RFC 6749, 2.3.1: encoded first, so that the colon is not Basic's own.
        auth=("service%3Areporter", secret),
    )
    assert basic.status_code == 200
    # A service reads what is listed for it, and people are not.
    for path in ("/employees", "/api/v1/users", "/api/v1/users/1"):
        refused = auth.client.get(path, **as_user(body["access_token"]))
        assert refused.status_code in {403, 404}


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"grant_type": "password", "password": "x"}, 422, "username"),
        ({"grant_type": "password", "username": "x"}, 422, "password"),
        ({"grant_type": "implicit"}, 422, "grant_type"),
        ({"username": "x", "password": "y"}, 422, "grant_type"),
        ({"grant_type": "client_credentials", "client_id": "service:reporter"}, 422, None),
        (
            {"grant_type": "client_credentials", "client_id": "service:reporter"}
            | {"client_secret": "guess"},
            401,
            None,
        ),
        (
            {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "guess"},
            401,
            None,
        ),
    ],
)
def test_refusals_of_the_token_endpoint(
    auth: AuthServer, fields: dict[str, str], status: int, field: str | None
) -> None:
    answer = auth.form("/api/v1/auth/token", **fields)
    assert answer.status_code == status
    if field:
        assert answer.json()["field"] == field
    twice = auth.client.post(
        "/api/v1/auth/token",
        content="grant_type=password&grant_type=password",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert twice.status_code == 422


def test_the_public_key_verifies_a_token(auth: AuthServer) -> None:
    (key,) = auth.client.get("/.well-known/jwks.json").json()["keys"]
    assert set(key) == {"kty", "crv", "x", "kid", "alg", "use"}
    token = auth.register()["token"]
    assert jwt.get_unverified_header(token)["kid"] == key["kid"]
    found = jwt.decode(token, jwt.PyJWK(key), algorithms=["EdDSA"], audience="hazir", leeway=2)
    assert found["roles"] == ["staff"]


def test_health_names_what_is_needed(auth: AuthServer) -> None:
    assert auth.client.get("/health/live").json() == {"status": "ok"}
    ready = auth.client.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json() == {"status": "ok", "postgresql": "up", "redis": "up"}


def test_seed_defect_D15_employees_are_not_for_everybody(auth: AuthServer) -> None:
    assert auth.client.get("/employees").status_code == 401
    staff = auth.town.person(Role.STAFF)
    assert auth.client.get("/employees", **as_user(auth.town.token(staff))).status_code == 403


def test_seed_defect_D40_only_listed_origins_may_call(auth: AuthServer) -> None:
    asks = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    refused = auth.client.options("/login", headers=asks)
    assert "Access-Control-Allow-Origin" not in refused.headers
    allowed = auth.client.options("/login", headers=asks | {"Origin": PAGE})
    assert allowed.status_code == 204
    assert allowed.headers["Access-Control-Allow-Origin"] == PAGE
    assert allowed.headers["Access-Control-Allow-Headers"] == (
        "Authorization, Content-Type, Idempotency-Key"
    )
