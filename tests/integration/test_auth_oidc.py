"""Signing in with a real OpenID provider."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.auth import PAGE, AuthServer, as_user, running_auth
from tests.support.cluster import TestDatabase
from tests.support.oidc import CALLBACK, RealProvider, at_the_provider, running_provider, settings
from tests.support.oidc_browser import HOME, START, Browser, Browsing, error


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealProvider]:
    with running_provider(tmp_path_factory.mktemp("provider")) as running:
        yield running


@pytest.fixture(scope="module")
def auth(database: TestDatabase, provider: RealProvider) -> Iterator[AuthServer]:
    with running_auth(database, **settings(provider.issuer)) as server:
        yield server


@pytest.fixture
def browser(auth: AuthServer, browsing: Browsing) -> Browser:
    return browsing(auth)


def test_the_way_there_is_sealed_and_bound_to_the_browser(browser: Browser) -> None:
    answer = browser.client.get(START)
    asked = {
        name: many[0] for name, many in parse_qs(urlsplit(answer.headers["Location"]).query).items()
    }
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["redirect_uri"] == CALLBACK
    kept = answer.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Max-Age=600", "Path=/api/v1/auth/oidc"):
        assert part in kept
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name]) >= 43
        assert asked[name] not in kept


def test_somebody_comes_back_signed_in(auth: AuthServer, browser: Browser) -> None:
    back = at_the_provider(browser.start(f"{PAGE}/index.html#/today"), "ayse")
    answer = browser.back(back)
    assert answer.headers["Location"] == f"{PAGE}/index.html#/today"
    assert "SameSite=Strict" in answer.headers["Set-Cookie"]
    me = auth.client.get("/api/v1/users/me", **as_user(browser.signed_in()["access_token"])).json()
    assert (me["username"], me["full_name"], me["school_number"], me["roles"]) == (
        "ayse",
        "Ayşe Yılmaz",
        "3001",
        ["teacher"],
    )
    ((_, action, _, after, _),) = auth.audit(f"person:{me['employee_id']}")
    assert (action, after["subject"]) == ("account.arrived", "ayse")
    # A second time it is the same account.
    browser.back(at_the_provider(browser.start(), "ayse"))
    assert browser.signed_in()["employee_id"] == me["employee_id"]
    # There is no password by which this account could be had here.
    for password in ("any", "password"):
        wrong = auth.post("/login", {"username": "ayse", "password": password})
        assert wrong.status_code == 401


def test_a_public_client_needs_no_secret(
    fresh_database: TestDatabase, provider: RealProvider, browsing: Browsing
) -> None:
    public = {"OIDC_CLIENT_ID": "hazir-public", "OIDC_CONFIDENTIAL": "0"}
    with running_auth(fresh_database, **settings(provider.issuer, **public)) as auth:
        browser = browsing(auth)
        answer = browser.back(at_the_provider(browser.start(), "veli"))
        assert answer.headers["Location"] == HOME
        assert browser.signed_in()["employee_id"]


def test_the_real_provider_s_keys_may_change(
    auth: AuthServer, provider: RealProvider, browsing: Browsing
) -> None:
    browser = browsing(auth)
    browser.back(at_the_provider(browser.start(), "veli"))
    provider.process.stop()
    down = browser.client.get("/api/v1/auth/choices")
    assert [one["kind"] for one in down.json()["directories"]] == ["local", "oidc"]
    provider.process.start()
    directory = auth.parts.directories.by_redirect["oidc"]
    directory._keys.at -= 11  # type: ignore[attr-defined]  # ten seconds pass
    answer = browser.back(at_the_provider(browser.start(), "veli"))
    assert answer.headers["Location"] == HOME


def test_without_a_role_nobody_comes_in(auth: AuthServer, browser: Browser) -> None:
    assert error(browser.back(at_the_provider(browser.start(), "stranger"))) == "not_admitted"


def test_a_return_works_once_and_in_its_own_browser(
    auth: AuthServer, browser: Browser, browsing: Browsing
) -> None:
    back = at_the_provider(browser.start(), "ayse")
    other = browsing(auth)
    assert error(other.back(back)) == "state_invalid"
    other.start()
    assert error(other.back(back)) == "state_invalid"
    kept = dict(browser.client.cookies)
    browser.back(back)
    browser.client.cookies.update(kept)
    assert error(browser.back(back)) == "state_invalid"


@pytest.mark.parametrize(
    "wish", ["https://evil.example/", "//evil.example", f"{PAGE}@evil.example"]
)
def test_the_way_back_leads_home_only(browser: Browser, wish: str) -> None:
    way = browser.start(wish)
    assert browser.back(at_the_provider(way, "ayse")).headers["Location"] == HOME


def test_there_is_no_such_provider(auth: AuthServer) -> None:
    for name in ("local", "ldap", "nothing"):
        for end in ("start", "callback?state=x&code=y"):
            answer = auth.client.get(f"/api/v1/auth/oidc/{name}/{end}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
