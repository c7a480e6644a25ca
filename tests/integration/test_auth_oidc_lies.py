"""Signing in with an OpenID provider that lies, fails or hangs."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.clock import FixedClock
from tests.support.auth import AuthServer, running_auth
from tests.support.cluster import TestDatabase
from tests.support.logged import listening
from tests.support.oidc import CLIENT_SECRET, Liar, settings, unsigned
from tests.support.oidc_browser import HOME, START, Browsing, error


def test_the_liar_is_believed_while_it_is_honest(
    lied_to: AuthServer, liar: Liar, browsing: Browsing
) -> None:
    browser = browsing(lied_to)
    assert browser.back(liar.back(browser.start())).headers["Location"] == HOME
    (form,) = liar.forms
    assert len(form["code_verifier"]) >= 43
    assert form["authorization"].startswith("Basic ")
    assert CLIENT_SECRET not in str(form)
    # Documents and keys are kept for a while.
    browser.back(liar.back(browser.start()))
    assert liar.asked.count("/.well-known/openid-configuration") == 1
    assert liar.asked.count("/jwks") == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"iss": "https://evil.example"}, "identity_unproved"),
        ({"iss": None}, "identity_unproved"),
        ({"state": None}, "state_invalid"),
        ({"state": "x" * 43}, "state_invalid"),
        ({"code": None}, "identity_unproved"),
        ({"code": None, "error": "server_error"}, "identity_unproved"),
        ({"code": None, "error": "access_denied"}, "sign_in_cancelled"),
        ({"error": "access_denied", "state": "x" * 43}, "state_invalid"),
    ],
)
def test_returns_that_are_not_ours(
    lied_to: AuthServer, liar: Liar, changes: dict[str, str | None], told: str, browsing: Browsing
) -> None:
    browser = browsing(lied_to)
    assert error(browser.back(liar.back(browser.start(), **changes))) == told


def test_userinfo_of_somebody_else_proves_nothing(
    lied_to: AuthServer, liar: Liar, browsing: Browsing
) -> None:
    liar.userinfo = {"sub": "id-veli", "number": "3002"}
    browser = browsing(lied_to)
    assert error(browser.back(liar.back(browser.start()))) == "identity_unproved"


def test_nobody_takes_over_a_local_account_of_the_same_name(
    lied_to: AuthServer, liar: Liar, browsing: Browsing
) -> None:
    local = lied_to.register("Liars_Fatma")
    told = {"sub": "id-fatma", "preferred_username": "liars_fatma"}
    liar.change, liar.userinfo = lambda claims: claims | told, {"sub": "id-fatma", "number": "9"}
    browser = browsing(lied_to)
    assert error(browser.back(liar.back(browser.start()))) == "account_exists"
    assert lied_to.signed_in("liars_fatma")["employee_id"] == local["employee_id"]
    assert lied_to.audit(f"person:{local['employee_id']}")[-1][1] == "signin.refused"


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_a_document_for_another_issuer_is_not_believed(
    lied_to: AuthServer, liar: Liar, metadata: dict[str, Any], browsing: Browsing
) -> None:
    liar.metadata = metadata
    answer = browsing(lied_to).client.get(START)
    assert error(answer) == "directory_unavailable"


@pytest.mark.parametrize("page", ["/.well-known/openid-configuration", "/token", "/jwks", "/me"])
def test_a_provider_that_hangs_is_given_up(
    lied_to: AuthServer, liar: Liar, page: str, browsing: Browsing
) -> None:
    browser, liar.hangs = browsing(lied_to), page
    began = time.monotonic()
    if page.startswith("/."):
        assert error(browser.client.get(START)) == "directory_unavailable"
    else:
        assert error(browser.back(liar.back(browser.start()))) == "directory_unavailable"
    assert 4 < time.monotonic() - began < 10
    lied_to.signed_in(lied_to.register()["username"])


def test_a_provider_that_fails_is_unavailable(
    lied_to: AuthServer, liar: Liar, browsing: Browsing
) -> None:
    liar.status = 500
    assert error(browsing(lied_to).client.get(START)) == "directory_unavailable"


def test_a_journey_ends_after_ten_minutes(
    fresh_database: TestDatabase, liar: Liar, browsing: Browsing
) -> None:
    clock = FixedClock(datetime.now(UTC))
    with running_auth(fresh_database, clock, **settings(liar.issuer)) as auth:
        browser = browsing(auth)
        back = liar.back(browser.start())
        clock.advance(timedelta(minutes=10, seconds=2))
        kept = browser.client.cookies.get("hazir_journey")
        assert kept
        assert error(browser.back(back)) == "state_invalid"


def test_nothing_secret_is_logged(
    fresh_database: TestDatabase,
    liar: Liar,
    browsing: Browsing,
) -> None:
    with listening("auth") as said, running_auth(fresh_database, **settings(liar.issuer)) as auth:
        browser = browsing(auth)
        browser.back(liar.back(browser.start()))
        liar.sign = lambda claims: unsigned(claims)
        browser.back(liar.back(browser.start()))
    told = said.getvalue()
    assert "proves nothing" in told
    for secret in ("code-0", "code-1", CLIENT_SECRET, *liar.nonces.values()):
        assert secret not in told
    for form in liar.forms:
        assert form["code_verifier"] not in told
