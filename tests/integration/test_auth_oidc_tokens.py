"""The ID tokens of a provider that lies: whatever is wrong with one, it proves nothing."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.auth import AuthServer
from tests.support.oidc import CLIENT_SECRET, Liar, unsigned
from tests.support.oidc_browser import HOME, Browsing, error

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
