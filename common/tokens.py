"""Access tokens: EdDSA JWTs of type ``at+jwt`` (RFC 9068), made by auth_service alone.

Verification follows RFC 8725, and more strictly than a general library may: one algorithm, one
header, one way of writing each segment, no claim that is not ours, explicit type, issuer and
audience. Whatever fails, the answer is the same.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from common.errors import unauthenticated

AUDIENCE = "hazir"
TYPE = "at+jwt"
LONGEST_LIFE = 3600
_LONGEST_TOKEN = 4096
_CLOCK_LEEWAY = 2
_KNOWN_CLAIMS = frozenset(
    {
        *("iss", "aud", "sub", "sid", "jti", "iat", "exp"),
        *("employee_id", "user_id", "user_school_number", "roles"),
    }
)
ALGORITHM = "EdDSA"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid token says. Times are Unix seconds."""

    employee_id: int
    username: str
    roles: frozenset[str]
    session_id: str
    token_id: str
    issued_at: int
    expires_at: int
    #: The name of the key that vouches for it.
    key_id: str = ""


def key_id(public: VerifyKey) -> str:
    """The RFC 7638 thumbprint of ``public``: the same key has the same name everywhere."""
    members = json.dumps(
        {"crv": "Ed25519", "kty": "OKP", "x": _b64(bytes(public))}, separators=(",", ":")
    )
    return _b64(hashlib.sha256(members.encode()).digest())


def jwk(public: VerifyKey) -> dict[str, str]:
    """``public`` as a JSON Web Key (RFC 8037)."""
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": _b64(bytes(public)),
        "kid": key_id(public),
        "alg": "EdDSA",
        "use": "sig",
    }


def public_from_jwk(key: Mapping[str, str]) -> VerifyKey:
    """The public key in a JSON Web Key made by `jwk`."""
    text = key["x"]
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return VerifyKey(raw)


def private_key(pem: str) -> Ed25519PrivateKey:
    """The private key in ``pem`` (unencrypted PKCS #8); raises ``ValueError`` for any other."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        raise ValueError("is not a private key in PEM") from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("is not an Ed25519 key")
    return key


class Signer:
    """Makes access tokens; holds the private key, so it lives in auth_service only."""

    def __init__(self, private_pem: str, issuer: str) -> None:
        key = private_key(private_pem)
        self._key = key
        self._issuer = issuer
        self.public = VerifyKey(key.public_key().public_bytes_raw())
        self._headers = {"typ": TYPE, "kid": key_id(self.public)}

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A token with ``claims`` plus issuer and audience."""
        payload = {"iss": self._issuer, "aud": AUDIENCE, **claims}
        return jwt.encode(payload, self._key, algorithm=ALGORITHM, headers=self._headers)


_FAULTS = (ValueError, TypeError, KeyError, OverflowError, RecursionError, BadSignatureError)


class Verifier:
    """Checks tokens against the public keys that auth_service has published.

    ``key_for`` maps a key id to its public key or ``None``. A token found valid is remembered
    until it expires or its key is withdrawn, because the same few tokens come with every request.
    """

    def __init__(
        self,
        issuer: str,
        key_for: Callable[[str], VerifyKey | None],
        now: Callable[[], float],
        *,
        remembered: int = 20_000,
    ) -> None:
        self._issuer = issuer
        self._key_for = key_for
        self._now = now
        self._remembered = remembered
        self._cache: OrderedDict[str, Claims] = OrderedDict()
        self._lock = threading.Lock()

    def verify(self, token: str) -> Claims:
        """The claims of ``token``; raises ``unauthenticated`` for every kind of fault."""
        claims = self._cache.get(token)
        if claims is None:
            claims = self._check(token)
            with self._lock:
                self._cache[token] = claims
                if len(self._cache) > self._remembered:
                    self._cache.popitem(last=False)
        if claims.expires_at <= self._now() or self._key_for(claims.key_id) is None:
            self._cache.pop(token, None)
            raise unauthenticated()
        return claims

    def _check(self, token: str) -> Claims:
        try:
            header, payload, signed, signature = _segments(token)
            kid = header.get("kid")
            if header != {"alg": ALGORITHM, "typ": TYPE, "kid": kid} or not isinstance(kid, str):
                raise ValueError("header")
            key = self._key_for(kid)
            if key is None:
                raise ValueError("key")
            # libsodium's verification takes half as long as OpenSSL's, and it is strict: no keys of
            # small order, no second way to write a signature.
            key.verify(signed, signature)
            return _claims(payload, self._issuer, self._now(), kid)
        except _FAULTS as fault:
            raise unauthenticated() from fault


def _segments(token: str) -> tuple[Mapping[str, Any], dict[str, Any], bytes, bytes]:
    """Header, payload, what was signed, and the signature; each written in the one right way."""
    if len(token) > _LONGEST_TOKEN or not token.isascii() or token.count(".") != 2:
        raise ValueError("shape")
    signed, _, signature = token.rpartition(".")
    header, _, payload = signed.partition(".")
    return (
        _header(header),
        _strict_object(payload),
        signed.encode(),
        _canonical(signature),
    )


def _canonical(segment: str) -> bytes:
    """The bytes of a segment; one that could be written otherwise is refused."""
    try:
        raw = base64.b64decode(segment + "=" * (-len(segment) % 4), altchars=b"-_", validate=True)
    except binascii.Error as fault:
        raise ValueError("base64") from fault
    if _b64(raw) != segment:
        raise ValueError("base64 is not canonical")
    return raw


@lru_cache(maxsize=16)
def _header(segment: str) -> Mapping[str, Any]:
    """The header: one and the same in all tokens of a key."""
    return _strict_object(segment)


def _strict_object(segment: str) -> dict[str, Any]:
    found = _DECODER.decode(_canonical(segment).decode())
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate member")
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


_DECODER = json.JSONDecoder(object_pairs_hook=_no_duplicates, parse_constant=_refuse)


def _claims(claims: Mapping[str, Any], issuer: str, now: float, kid: str) -> Claims:
    if not claims.keys() <= _KNOWN_CLAIMS:
        raise ValueError("a claim that is not ours")
    if claims["iss"] != issuer or claims["aud"] != AUDIENCE:
        raise ValueError("not for us")
    numbers = {name: claims[name] for name in ("employee_id", "iat", "exp")}
    if any(type(value) is not int or not 0 <= value < 2**53 for value in numbers.values()):
        raise ValueError("numbers")
    if not 0 < numbers["exp"] - numbers["iat"] <= LONGEST_LIFE:
        raise ValueError("life")
    if numbers["iat"] > now + _CLOCK_LEEWAY:
        raise ValueError("from the future")
    roles = claims["roles"]
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise ValueError("roles")
    texts = {name: claims[name] for name in ("sub", "sid", "jti")}
    if not all(isinstance(value, str) and value for value in texts.values()):
        raise ValueError("texts")
    return Claims(
        employee_id=numbers["employee_id"],
        username=texts["sub"],
        roles=frozenset(roles),
        session_id=texts["sid"],
        token_id=texts["jti"],
        issued_at=numbers["iat"],
        expires_at=numbers["exp"],
        key_id=kid,
    )


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
