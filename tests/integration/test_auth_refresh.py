"""Staying signed in and signing out, through HTTP: rotation, the page's cookie, revocation."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from common.clock import FixedClock
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
