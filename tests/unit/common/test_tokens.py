"""Access tokens: what is signed is read back, what was tampered with is not."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import VerifyKey

from common.errors import DomainError, Kind
from common.tokens import Claims, Signer, Verifier, jwk, key_id, public_from_jwk
from local.keys import signing_key
from tests.support.forgery import Forger

ISSUER = "http://auth.test"
PEM = signing_key()


Keys = dict[str, VerifyKey]


class Counting(Verifier):
    """Counts the tokens that were looked at, and not only remembered."""

    looked_at = 0

    def _check(self, token: str) -> tuple[Claims, str]:
        self.looked_at += 1
        return super()._check(token)


def claims(**changes: Any) -> dict[str, Any]:
    issued = int(time.time())
    return {
        "sub": "ali",
        "employee_id": 5,
        "user_id": 5,
        "user_school_number": None,
        "roles": ["manager", "staff"],
        "sid": "session",
        "jti": "token",
        "iat": issued,
        "exp": issued + 600,
    } | changes


@pytest.fixture
def signer() -> Signer:
    return Signer(PEM, ISSUER)


def verifier(signer: Signer, **more: Any) -> tuple[Counting, Keys]:
    keys = {key_id(signer.public): signer.public}
    return Counting(ISSUER, keys.get, time.time, **more), keys


def test_what_is_signed_is_read_back(signer: Signer) -> None:
    checks, _ = verifier(signer)
    said = claims()
    token = signer.sign(said)
    assert token.isascii()
    assert checks.verify(token) == Claims(
        employee_id=5,
        username="ali",
        roles=frozenset({"manager", "staff"}),
        session_id="session",
        token_id="token",
        issued_at=said["iat"],
        expires_at=said["exp"],
        key_id=key_id(signer.public),
    )
    checks.verify(token)
    assert checks.looked_at == 1


def test_nobody_gets_in_with_a_forgery(signer: Signer) -> None:
    checks, _ = verifier(signer)
    forger = Forger(PEM, {"iss": ISSUER, "aud": "hazir", **claims()})
    assert checks.verify(forger.genuine()).username == "ali"
    # Claims that are well formed and truly signed are refused by who the person is, not here.
    by_rights = {"claims: employee_id nobody's", "claims: roles raised", "claims: roles unknown"}
    refused = [variant for variant in forger.variants() if variant[0] not in by_rights]
    assert len(refused) >= 60
    for name, token in refused:
        with pytest.raises(DomainError) as refusal:
            checks.verify(token)
        assert (name, refusal.value.code) == (name, "unauthenticated")
        assert str(refusal.value) == "Sign in to continue."


def test_a_remembered_token_still_expires(signer: Signer) -> None:
    said = claims()
    moment = [float(said["exp"]) - 0.001]
    keys = {key_id(signer.public): signer.public}
    checks = Verifier(ISSUER, keys.get, lambda: moment[0])
    token = signer.sign(said)
    assert checks.verify(token).expires_at == said["exp"]
    moment[0] = float(said["exp"])
    for _ in range(2):
        with pytest.raises(DomainError) as refusal:
            checks.verify(token)
        assert refusal.value.kind is Kind.UNAUTHENTICATED


def test_a_withdrawn_key_opens_nothing(signer: Signer) -> None:
    checks, keys = verifier(signer)
    token = signer.sign(claims())
    checks.verify(token)
    keys.clear()
    for _ in range(2):
        with pytest.raises(DomainError) as refusal:
            checks.verify(token)
        assert refusal.value.kind is Kind.UNAUTHENTICATED


def test_only_so_many_are_remembered(signer: Signer) -> None:
    checks, _ = verifier(signer, remembered=2)
    tokens = [signer.sign(claims(jti=str(number))) for number in range(3)]
    for token in tokens:
        checks.verify(token)
    checks.verify(tokens[2])
    assert checks.looked_at == 3
    checks.verify(tokens[0])
    assert checks.looked_at == 4


def test_a_key_is_named_by_its_thumbprint(signer: Signer) -> None:
    """The example of RFC 8037, appendix A.3."""
    example = public_from_jwk({"x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
    assert key_id(example) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert public_from_jwk(jwk(signer.public)) == signer.public
    assert jwk(signer.public)["kid"] == key_id(signer.public)


def test_no_other_kind_of_key_signs() -> None:
    curve = generate_private_key(SECP256R1())
    pem = curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(ValueError, match="Ed25519"):
        Signer(pem, ISSUER)


def test_a_name_of_any_letters_fits(signer: Signer) -> None:
    checks, _ = verifier(signer)
    longest = "🦀" * 150
    assert checks.verify(signer.sign(claims(sub=longest))).username == longest


@settings(max_examples=200)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_noise_is_refused_quietly(noise: bytes) -> None:
    checks, _ = verifier(Signer(PEM, ISSUER))
    with pytest.raises(DomainError) as refusal:
        checks.verify(noise.decode("latin-1"))
    assert refusal.value.kind is Kind.UNAUTHENTICATED


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@settings(max_examples=200)
@given(st.sampled_from(["iss", "aud", "exp", "iat", "nbf", "sub", "sid", "jti", "roles"]), JSON)
def test_a_signed_oddity_is_refused_or_read_as_said(name: str, value: Any) -> None:
    signer = Signer(PEM, ISSUER)
    checks, _ = verifier(signer)
    forger = Forger(PEM, {"iss": ISSUER, "aud": "hazir", **claims()})
    said = {**forger.claims, name: value}
    try:
        found = checks.verify(forger.signed(forger.header, json.dumps(said).encode()))
    except DomainError as refusal:
        outcome: object = refusal.kind
    else:
        outcome = 0 < found.expires_at - found.issued_at <= 3600
    assert outcome in (True, Kind.UNAUTHENTICATED)
