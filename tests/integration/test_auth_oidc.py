"""Signing in with OpenID providers: a real one, and one that lies."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.auth import PAGE, AuthServer, as_user, running_auth
from tests.support.cluster import PostgresServer, TestDatabase
from tests.support.logged import listening
from tests.support.oidc import (
    CALLBACK,
    CLIENT_SECRET,
    Liar,
    RealProvider,
    at_the_provider,
    running_liar,
    running_provider,
    settings,
    unsigned,
)

START = "/api/v1/auth/oidc/oidc/start"
HOME = f"{PAGE}/index.html"


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealProvider]:
    with running_provider(tmp_path_factory.mktemp("provider")) as running:
        yield running


@pytest.fixture(scope="module")
def auth(database: TestDatabase, provider: RealProvider) -> Iterator[AuthServer]:
    with running_auth(database, **settings(provider.issuer)) as server:
        yield server


@pytest.fixture(scope="module")
def one_liar() -> Iterator[Liar]:
    with running_liar() as running:
        yield running


@pytest.fixture(scope="module")
def believer(postgres: PostgresServer, one_liar: Liar) -> Iterator[AuthServer]:
    database = postgres.migrated_database()
    with running_auth(database, **settings(one_liar.issuer)) as server:
        yield server
    postgres.drop(database)


@pytest.fixture
def liar(one_liar: Liar) -> Liar:
    """The liar, honest again."""
    one_liar.reset()
    return one_liar


@pytest.fixture
def lied_to(believer: AuthServer, liar: Liar) -> AuthServer:
    """A service that has asked the liar for nothing yet."""
    directory: Any = believer.parts.directories.by_redirect["oidc"]
    directory._metadata.at = directory._keys.at = -1e9
    return believer


class Browser:
    """A browser as far as the journey needs one: cookies, and no following of redirects."""

    def __init__(self, auth: AuthServer) -> None:
        self.client = httpx.Client(base_url=auth.url, trust_env=False, timeout=10)

    def start(self, return_to: str | None = None) -> str:
        """Where the browser is sent."""
        query = {"return_to": return_to} if return_to else {}
        answer = self.client.get(START, params=query)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def back(self, where: str) -> httpx.Response:
        """The provider sends the browser to ``where``."""
        assert where.startswith(CALLBACK)
        answer = self.client.get(where.removeprefix("http://127.0.0.1:8001"))
        assert answer.status_code == 302, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        return answer

    def signed_in(self) -> dict[str, Any]:
        """What the page gets for its cookie."""
        answer = self.client.post("/api/v1/auth/refresh", headers={"Origin": PAGE})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def browsing() -> Iterator[Callable[[AuthServer], Browser]]:
    """Makes browsers that are closed at the end."""
    made: list[Browser] = []

    def make(auth: AuthServer) -> Browser:
        made.append(Browser(auth))
        return made[-1]

    yield make
    for one in made:
        one.client.close()


Browsing = Callable[[AuthServer], "Browser"]


@pytest.fixture
def browser(auth: AuthServer, browsing: Browsing) -> Browser:
    return browsing(auth)


def error(answer: httpx.Response) -> str:
    """What the page is told; nobody is signed in."""
    where = answer.headers["Location"]
    assert where.startswith(f"{HOME}#/signin?error="), where
    assert "hazir_refresh" not in str(answer.headers.get_list("Set-Cookie"))
    return where.rpartition("=")[2]


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


NOW = int(time.time())
CLAIMS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "a longer issuer": {"iss": "+"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "another"},
    "several audiences without azp": {"aud": ["hazir", "another"]},
    "meant for another": {"aud": ["hazir", "another"], "azp": "another"},
    "another azp": {"azp": "another"},
    "no audience": {"aud": None},
    "expired": {"exp": NOW - 3600},
    "no expiry": {"exp": None},
    "expiry is a text": {"exp": "never"},
    "expiry is no number": {"exp": float("nan")},
    "issued in the future": {"iat": NOW + 3600},
    "not valid yet": {"nbf": NOW + 3600},
    "another nonce": {"nonce": "x" * 43},
    "no nonce": {"nonce": None},
    "no subject": {"sub": None},
    "a number as subject": {"sub": 5},
    "an empty subject": {"sub": ""},
}


@pytest.mark.parametrize("lie", CLAIMS)
def test_claims_that_are_not_ours_prove_nothing(
    lied_to: AuthServer, liar: Liar, lie: str, browsing: Browsing
) -> None:
    changes = {
        name: liar.issuer + "/" if value == "+" else value for name, value in CLAIMS[lie].items()
    }

    def change(claims: dict[str, Any]) -> dict[str, Any]:
        return {n: v for n, v in (claims | changes).items() if v is not None}

    liar.change = change
    liar.userinfo = {"sub": changes.get("sub", "id-ayse")}
    browser = browsing(lied_to)
    before = lied_to.town.sql("SELECT count(*) FROM auth.person")
    assert error(browser.back(liar.back(browser.start()))) in {"identity_unproved", "not_admitted"}
    assert lied_to.town.sql("SELECT count(*) FROM auth.person") == before


def _forgeries(liar: Liar) -> dict[str, Any]:
    public = liar.key.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    stranger = ec.generate_private_key(ec.SECP256R1())

    def hmac(key: bytes) -> Any:
        signer = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)

        def sign(claims: dict[str, Any]) -> str:
            text = unsigned(claims, "HS256").rstrip(".")
            mark = signer.sign(text.encode(), key)
            return f"{text}.{jwt.utils.base64url_encode(mark).decode()}"

        return sign

    return {
        "none": lambda claims: unsigned(claims),
        "None": lambda claims: unsigned(claims, "None"),
        "nothing signed": lambda claims: unsigned(claims, "ES256"),
        "HS256 with the public key": hmac(pem),
        "HS256 with the client's secret": hmac(CLIENT_SECRET.encode()),
        "HS256 with nothing": hmac(b""),
        "another key of the same name": lambda claims: jwt.encode(
            claims, stranger, "ES256", {"kid": liar.kid}
        ),
        "another key by itself": lambda claims: jwt.encode(
            claims,
            stranger,
            "ES256",
            {"jwk": jwt.algorithms.ECAlgorithm.to_jwk(stranger.public_key(), as_dict=True)},
        ),
        "an unknown key": lambda claims: jwt.encode(claims, stranger, "ES256", {"kid": "unknown"}),
        "an unknown critical header": lambda claims: jwt.encode(
            claims, liar.key, "ES256", {"kid": liar.kid, "crit": ["x"], "x": 1}
        ),
        "no token": lambda _: None,
        "no JWT": lambda _: "a.b",
    }


@pytest.mark.parametrize(
    "lie",
    [
        "none",
        "None",
        "nothing signed",
        "HS256 with the public key",
        "HS256 with the client's secret",
        "HS256 with nothing",
        "another key of the same name",
        "another key by itself",
        "an unknown key",
        "an unknown critical header",
        "no token",
        "no JWT",
    ],
)
def test_signatures_that_do_not_hold_prove_nothing(
    lied_to: AuthServer, liar: Liar, lie: str, browsing: Browsing
) -> None:
    liar.sign = _forgeries(liar)[lie]
    browser = browsing(lied_to)
    assert error(browser.back(liar.back(browser.start()))) == "identity_unproved"


def test_keys_may_change_and_clocks_be_a_minute_off(
    lied_to: AuthServer, liar: Liar, browsing: Browsing
) -> None:
    browser = browsing(lied_to)
    browser.back(liar.back(browser.start()))
    directory: Any = lied_to.parts.directories.by_redirect["oidc"]
    for kind in ("ec", "rsa"):
        liar.renew(kind)
        directory._keys.at -= 11
        liar.change = lambda claims: claims | {"iat": claims["iat"] + 50, "exp": claims["iat"] - 50}
        assert browser.back(liar.back(browser.start())).headers["Location"] == HOME
    # Keys are not asked for again and again because of names that nobody knows.
    asked = liar.asked.count("/jwks")
    stranger = ec.generate_private_key(ec.SECP256R1())
    liar.sign = lambda claims: jwt.encode(claims, stranger, "ES256", {"kid": "unknown"})
    for _ in range(3):
        browser.back(liar.back(browser.start()))
    assert liar.asked.count("/jwks") == asked


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"iss": "https://evil.example"}, "identity_unproved"),
        ({"iss": None}, "identity_unproved"),
        ({"state": None}, "state_invalid"),
        ({"state": "x" * 43}, "state_invalid"),
        ({"code": None}, "identity_unproved"),
        ({"code": None, "error": "access_denied"}, "identity_unproved"),
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
    from datetime import UTC, datetime, timedelta

    from common.clock import FixedClock

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
