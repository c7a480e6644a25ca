"""Registering, signing in, refreshing and signing out, through HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from common.clock import FixedClock
from common.identity import Role
from tests.support.auth import PAGE, PASSWORD, AuthServer, as_user, running_auth
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


@pytest.fixture(scope="module")
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC))


@pytest.fixture(scope="module")
def timed(database: TestDatabase, clock: FixedClock) -> Iterator[AuthServer]:
    """A service whose sessions age by the ``clock``; tokens expire by the real one."""
    with running_auth(database, clock) as server:
        server.register("refresher")
        yield server


class TestRefresh:
    """Rotation, grace, and what an old token betrays."""

    def pair(self, timed: AuthServer) -> dict[str, Any]:
        return timed.signed_in("refresher")

    def refreshed(self, timed: AuthServer, token: str) -> str | None:
        answer = timed.post("/api/v1/auth/refresh", {"refresh_token": token})
        if answer.status_code == 401:
            assert answer.json()["code"] == "unauthenticated"
            return None
        assert answer.status_code == 200
        return str(answer.json()["refresh_token"])

    def test_fifty_threads_get_one_successor(self, timed: AuthServer) -> None:
        token = self.pair(timed)["refresh_token"]
        gate = threading.Barrier(50)

        def refresh(_: int) -> str | None:
            gate.wait()
            return self.refreshed(timed, token)

        with ThreadPoolExecutor(50) as pool:
            found = set(pool.map(refresh, range(50)))
        assert len(found) == 1
        assert found != {None}
        assert self.refreshed(timed, found.pop() or "") is not None

    def test_a_lost_answer_is_given_again_within_the_grace(
        self, timed: AuthServer, clock: FixedClock
    ) -> None:
        first = self.pair(timed)["refresh_token"]
        second = self.refreshed(timed, first)
        clock.advance(timedelta(seconds=10))
        assert self.refreshed(timed, first) == second
        assert self.refreshed(timed, second or "") is not None

    def test_after_the_grace_the_session_ends(self, timed: AuthServer, clock: FixedClock) -> None:
        first = self.pair(timed)["refresh_token"]
        second = self.refreshed(timed, first) or ""
        clock.advance(timedelta(seconds=10, microseconds=1))
        assert self.refreshed(timed, first) is None
        assert self.refreshed(timed, second) is None

    def test_older_than_the_predecessor_ends_the_session_within_the_grace(
        self, timed: AuthServer
    ) -> None:
        signed_in = self.pair(timed)
        second = self.refreshed(timed, signed_in["refresh_token"]) or ""
        third = self.refreshed(timed, second) or ""
        assert self.refreshed(timed, signed_in["refresh_token"]) is None
        assert self.refreshed(timed, third) is None
        announced = timed.town.sql(
            "SELECT count(*) FROM auth.change WHERE kind = 'session' AND sid = %s",
            claims_of(signed_in["token"])["sid"],
        )
        assert announced == [(1,)]

    def test_a_session_lives_thirty_days_however_often_it_is_used(
        self, timed: AuthServer, clock: FixedClock
    ) -> None:
        token = self.pair(timed)["refresh_token"]
        clock.advance(timedelta(days=29))
        token = self.refreshed(timed, token) or ""
        assert token
        clock.advance(timedelta(days=1))
        assert self.refreshed(timed, token) is None

    def test_nothing_usable_is_stored(self, timed: AuthServer) -> None:
        token = self.pair(timed)["refresh_token"]
        (row,) = timed.town.sql(
            "SELECT count(*), min(length(token_hash)) FROM auth.refresh_token"
            " WHERE token_hash = sha256(%s)",
            token.encode(),
        )
        assert row == (1, 32)
        dump = timed.town.sql("SELECT s::text, t::text FROM auth.session s, auth.refresh_token t")
        assert token not in str(dump)

    def test_a_token_nobody_gave_is_refused(self, timed: AuthServer) -> None:
        assert self.refreshed(timed, "x" * 43) is None

    def test_a_locked_account_cannot_refresh(self, timed: AuthServer) -> None:
        account = timed.register()
        token = timed.signed_in(account["username"])["refresh_token"]
        timed.town.sql(
            "UPDATE auth.person SET locked_at = now() WHERE employee_id = %s",
            account["employee_id"],
        )
        assert self.refreshed(timed, token) is None

    def test_a_changed_key_forgets_the_grace_but_kills_nothing(
        self, timed: AuthServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = self.pair(timed)["refresh_token"]
        second = self.refreshed(timed, first) or ""
        monkeypatch.setattr(timed.parts.sessions, "_refresh_key", b"another key" * 3)
        assert self.refreshed(timed, first) is None
        assert self.refreshed(timed, second) is not None


def test_a_replayed_refresh_token_ends_the_access_too(auth: AuthServer) -> None:
    signed_in = auth.signed_in(auth.register()["username"])
    access = as_user(signed_in["token"])
    body = {"refresh_token": signed_in["refresh_token"]}
    second = auth.post("/api/v1/auth/refresh", body).json()
    auth.post("/api/v1/auth/refresh", {"refresh_token": second["refresh_token"]})
    assert auth.client.get(ME, **access).status_code == 200
    assert auth.post("/api/v1/auth/refresh", body).status_code == 401
    assert auth.client.get(ME, **access).status_code == 401
    assert auth.client.get(ME, **as_user(second["access_token"])).status_code == 401


PAGE_FORM = {"grant_type": "password", "password": PASSWORD, "client": "page"}


class TestPage:
    """The page's refresh token lives in a cookie."""

    def enter(self, auth: AuthServer, origin: str | None = PAGE) -> Any:
        name = auth.register()["username"]
        headers = {"Origin": origin} if origin else {}
        return auth.client.post(
            "/api/v1/auth/token", data=PAGE_FORM | {"username": name}, headers=headers
        )

    def test_the_cookie_is_for_this_path_and_no_script(self, auth: AuthServer) -> None:
        answer = self.enter(auth)
        assert answer.status_code == 200
        assert "refresh_token" not in answer.json()
        assert answer.json()["expires_in"] == 600
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("hazir_refresh=")
        for part in ("HttpOnly", "SameSite=Strict", "Path=/api/v1/auth", "Max-Age=2592000"):
            assert part in cookie
        assert "Secure" not in cookie
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert answer.headers["Access-Control-Allow-Origin"] == PAGE

    @pytest.mark.parametrize("origin", [None, "null", "http://evil.example"])
    def test_a_foreign_page_gets_nothing(self, auth: AuthServer, origin: str | None) -> None:
        refused = self.enter(auth, origin)
        assert (refused.status_code, refused.json()["code"]) == (403, "origin_not_allowed")
        cookie = self.enter(auth).cookies["hazir_refresh"]
        headers = {"Cookie": f"hazir_refresh={cookie}"} | ({"Origin": origin} if origin else {})
        for path in ("/api/v1/auth/refresh", "/api/v1/auth/logout"):
            answer = auth.client.post(path, headers=headers)
            assert answer.status_code == 403
            assert "Access-Control-Allow-Origin" not in answer.headers

    def test_refreshing_and_leaving_with_the_cookie(self, auth: AuthServer) -> None:
        entered = self.enter(auth)
        headers = {"Origin": PAGE, "Cookie": f"hazir_refresh={entered.cookies['hazir_refresh']}"}
        answer = auth.client.post("/api/v1/auth/refresh", headers=headers)
        assert answer.status_code == 200
        assert "refresh_token" not in answer.json()
        headers["Cookie"] = f"hazir_refresh={answer.cookies['hazir_refresh']}"
        left = auth.client.post("/api/v1/auth/logout", headers=headers)
        assert left.status_code == 204
        assert "Max-Age=0" in left.headers["Set-Cookie"]
        assert auth.client.post("/api/v1/auth/refresh", headers=headers).status_code == 401
        token = answer.json()["access_token"]
        assert auth.client.get(ME, **as_user(token)).status_code == 401

    def test_without_any_token_there_is_nothing_to_refresh(self, auth: AuthServer) -> None:
        for path in ("/api/v1/auth/refresh", "/api/v1/auth/logout"):
            assert auth.client.post(path).status_code == 401
        empty = auth.post("/api/v1/auth/refresh", {})
        assert empty.status_code == 401
        unknown = auth.client.post(
            "/api/v1/auth/logout", headers={"Origin": PAGE, "Cookie": "hazir_refresh=unknown"}
        )
        assert unknown.status_code == 401


def test_seed_defect_D38_leaving_one_device_leaves_the_others(auth: AuthServer) -> None:
    name = auth.register()["username"]
    phone, desk = auth.signed_in(name), auth.signed_in(name)
    assert auth.client.post("/api/v1/auth/logout", **as_user(phone["token"])).status_code == 204
    assert auth.client.get(ME, **as_user(phone["token"])).status_code == 401
    assert auth.client.get(ME, **as_user(desk["token"])).status_code == 200
    dead = auth.post("/api/v1/auth/refresh", {"refresh_token": phone["refresh_token"]})
    assert dead.status_code == 401
    again = auth.client.post("/api/v1/auth/logout", **as_user(phone["token"]))
    assert again.status_code == 401


def test_leaving_everywhere(auth: AuthServer) -> None:
    name = auth.register()["username"]
    signed_in = [auth.signed_in(name) for _ in range(3)]
    answer = auth.client.post("/api/v1/auth/logout-all", **as_user(signed_in[0]["token"]))
    assert answer.status_code == 204
    for one in signed_in:
        assert auth.client.get(ME, **as_user(one["token"])).status_code == 401


def test_a_session_knows_its_device_and_address(auth: AuthServer) -> None:
    account = auth.register()
    agent = "Browser/1.0 " + "x" * 400
    auth.post(
        "/login",
        {"username": account["username"], "password": PASSWORD},
        headers={"User-Agent": agent, "X-Forwarded-For": "203.0.113.9"},
    )
    rows = auth.town.sql(
        "SELECT device, address FROM auth.session WHERE employee_id = %s AND device LIKE %s",
        account["employee_id"],
        "Browser/1.0%",
    )
    assert rows == [(agent[:200], "127.0.0.1")]


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
