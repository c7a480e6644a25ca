"""Registering, signing in, refreshing and signing out, through HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest

from tests.support.auth import PASSWORD, AuthServer, as_user, running_auth
from tests.support.cluster import TestDatabase
from tests.support.redis_server import RedisServer

ME = "/api/v1/users/me"


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


def test_registering_makes_a_staff_account_that_is_signed_in(auth: AuthServer) -> None:
    answer = auth.post("/register", {"username": "Ayşe", "password": PASSWORD, "role": "admin"})
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"message", "employee_id", "token"}
    me = auth.client.get(ME, **as_user(body["token"])).json()
    assert me == {
        "employee_id": body["employee_id"],
        "username": "Ayşe",
        "full_name": "",
        "school_number": None,
        "roles": ["staff"],
        "site": None,
        "teams": [],
        "manages": [],
    }
    claims = claims_of(body["token"])
    assert claims["exp"] - claims["iat"] == 3600
    assert claims["employee_id"] == claims["user_id"] == body["employee_id"]
    assert claims["sub"] == "Ayşe"
    assert claims["aud"] == "hazir"
    assert claims["iss"] == "http://127.0.0.1:8001"
    assert claims["user_school_number"] is None
    header = jwt.get_unverified_header(body["token"])
    assert (header["alg"], header["typ"]) == ("EdDSA", "at+jwt")
    ((actor, action, _, after, _),) = auth.audit(f"person:{body['employee_id']}")
    assert (actor, action, after["roles"]) == (None, "account.registered", ["staff"])


@pytest.mark.parametrize("other", ["fatma", "FATMA", "ＦＡＴＭＡ", "fat\u200cma"])
def test_one_name_belongs_to_one_person(auth: AuthServer, other: str) -> None:
    auth.post("/register", {"username": "Fatma", "password": PASSWORD})
    answer = auth.post("/register", {"username": other, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (409, "username_taken")


def test_seed_defect_D16_register_race_is_409(auth: AuthServer) -> None:
    gate = threading.Barrier(8)

    def register(_: int) -> tuple[int, str]:
        gate.wait()
        answer = auth.post("/register", {"username": "racer", "password": PASSWORD})
        return answer.status_code, answer.json().get("code", "")

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(register, range(8)))
    assert outcomes == [(201, ""), *[(409, "username_taken")] * 7]


def test_every_way_of_signing_in_gives_its_own_answer(auth: AuthServer) -> None:
    account = auth.register("Mehmet")
    credentials = {"username": "mehmet", "password": PASSWORD}
    login = auth.post("/login", credentials).json()
    assert set(login) == {"token", "refresh_token", "expires_in", "employee_id"}
    assert (login["expires_in"], login["employee_id"]) == (3600, account["employee_id"])
    pair = auth.post("/api/token", credentials).json()
    assert set(pair) == {"refresh", "access"}
    school = auth.post("/api/v1/auth/login", credentials).json()
    assert school["token"].keys() == {"access_token", "token_type"}
    assert school["user"] == {
        "user_school_number": None,
        "user_full_name": "Mehmet",
        "role": "Staff",
    }
    assert school["schedule"] is None
    oauth = auth.form("/api/v1/auth/token", grant_type="password", **credentials).json()
    assert oauth["token_type"] == "bearer"
    assert oauth["expires_in"] == 3600
    tokens = [login["token"], pair["access"], school["token"]["access_token"]]
    for token in (*tokens, oauth["access_token"]):
        assert claims_of(token)["exp"] - claims_of(token)["iat"] == 3600
        assert auth.client.get(ME, **as_user(token)).status_code == 200
    renewed = auth.post("/api/v1/auth/refresh", {"refresh_token": oauth["refresh_token"]}).json()
    assert renewed["expires_in"] == 600
    assert auth.client.get(ME, **as_user(renewed["access_token"])).status_code == 200
    again = auth.post("/api/token/refresh", {"refresh": pair["refresh"]}).json()
    assert set(again) == {"refresh", "access"}
    assert auth.client.get(ME, **as_user(again["access"])).status_code == 200


@pytest.mark.parametrize("path", ["/login", "/api/token", "/api/v1/auth/login"])
def test_a_wrong_name_and_a_wrong_password_look_alike(auth: AuthServer, path: str) -> None:
    name = auth.register()["username"]
    locked = auth.register()
    auth.town.sql(
        "UPDATE auth.person SET locked_at = now() WHERE employee_id = %s", locked["employee_id"]
    )
    bodies = []
    for username, password in (
        (name, "not this one"),
        ("nobody of this name", PASSWORD),
        ("service:reporter", PASSWORD),
        (locked["username"], PASSWORD),
        ("bad\u202ename", PASSWORD),
    ):
        answer = auth.post(path, {"username": username, "password": password})
        assert answer.status_code == 401
        bodies.append({k: v for k, v in answer.json().items() if k != "request_id"})
    assert all(body == bodies[0] for body in bodies)
    assert bodies[0]["code"] == "invalid_credentials"


FAULTS: list[tuple[bytes, str | None]] = [
    (b"", None),
    (b"null", None),
    (b"[]", None),
    (b'"x"', None),
    (b"{", None),
    (b"\xff\xfe", None),
    (b'{"username": "a", "username": "b", "password": "correct battery staple"}', None),
    (b"[" * 5000 + b"]" * 5000, None),
    (b'{"username": NaN, "password": "correct battery staple"}', None),
    (b'{"username": "a"}', "password"),
    (b'{"password": "correct battery staple"}', "username"),
    (b'{"username": "", "password": "correct battery staple"}', "username"),
    (b'{"username": "a", "password": ""}', "password"),
    (b'{"username": 5, "password": "correct battery staple"}', "username"),
    (b'{"username": "a", "password": 12345678}', "password"),
    (b'{"username": "a", "password": 1e999}', None),
    (b'{"username": "a", "password": null}', "password"),
    (b'{"username": "a", "password": ["correct battery staple"]}', "password"),
    (b'{"username": "a", "password": "correct\\u0000battery"}', "password"),
    (b'{"username": "a\\u0000b", "password": "correct battery staple"}', "username"),
    (b'{"username": "\\ud800", "password": "correct battery staple"}', "username"),
    (b'{"username": "a", "password": "' + b"x" * 129 + b'"}', "password"),
    (b'{"username": "' + b"x" * 151 + b'", "password": "correct battery staple"}', "username"),
]


@pytest.mark.parametrize(("path", "status"), [("/register", 400), ("/login", 400)])
@pytest.mark.parametrize(("raw", "field"), FAULTS)
def test_malformed_input_is_400(
    auth: AuthServer, path: str, status: int, raw: bytes, field: str | None
) -> None:
    answer = auth.client.post(path, content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid_request"
    assert answer.json().get("field") == field


@pytest.mark.parametrize(("raw", "field"), FAULTS)
def test_malformed_input_under_the_school_path_is_422(
    auth: AuthServer, raw: bytes, field: str | None
) -> None:
    answer = auth.client.post(
        "/api/v1/auth/login", content=raw, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json().get("field") == field


@pytest.mark.parametrize(
    ("username", "password", "field"),
    [
        ("x1", "short77", "password"),
        ("x2", "PassWord123!", "password"),
        ("x3", "hunter2hunter2", "password"),
        ("x4", "12345678", "password"),
        ("x5", "qwertyuiop", "password"),
        ("galatasaray", "p4ssw0rd", "password"),
        ("Someone-Long", "someone-long", "password"),
        (" lead", PASSWORD, "username"),
        ("trail ", PASSWORD, "username"),
        ("tab\there", PASSWORD, "username"),
        ("flip\u202egnp", PASSWORD, "username"),
        ("\u200d", PASSWORD, "username"),
        ("service:mine", PASSWORD, "username"),
        ("Ｓervice:mine", PASSWORD, "username"),
    ],
)
def test_what_may_not_be_a_name_or_a_password(
    auth: AuthServer, username: str, password: str, field: str
) -> None:
    answer = auth.post("/register", {"username": username, "password": password})
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_seed_defect_D17_any_characters_make_a_password(auth: AuthServer) -> None:
    """The predecessor called ``int(password)``."""
    for number, password in enumerate(
        [
            "gözlük şapka çiçek",
            "رمز عبور من",
            "🦀🐙🐠🐡🦑🦐🐳🐋",
            "é" * 127 + "x",
            "tab\tand 'quote'\"; --",
        ]
    ):
        name = f"unicode{number}"
        auth.register(name, password)
        auth.signed_in(name, password)
    # The same letters, composed by another keyboard.
    auth.register("composed", "caf\u00e9 au lait")
    auth.signed_in("composed", "cafe\u0301 au lait")


def test_other_media_types_methods_and_sizes_are_refused(auth: AuthServer) -> None:
    assert auth.client.post("/login", data={"username": "a"}).status_code == 415
    assert auth.client.get("/login").status_code == 405
    assert auth.client.get("/nothing").status_code == 404
    huge = b'{"username": "' + b"x" * 100_000 + b'"}'
    answer = auth.client.post("/login", content=huge, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert auth.post("/login/", {}).status_code == 400
