"""Access tokens that must open nothing: every way we know of to make one without the right to.

One corpus for REST, gRPC and WebSocket. Where a variant carries a good signature, it is the
claims or the header that must be refused.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from nacl.signing import VerifyKey

from common.identity import Role
from common.tokens import jwk, key_id
from local import keys
from tests.support.people import ISSUER, Town

Json = Mapping[str, Any]
Variant = tuple[str, str]


def known(key: Ed25519PrivateKey) -> VerifyKey:
    """The public half of ``key``, as the verifier knows keys."""
    return VerifyKey(key.public_key().public_bytes_raw())


def b64(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass(frozen=True)
class Forger:
    """Makes forgeries of the token that ``claims`` describe, which itself would be good.

    ``pem`` is the installation's private key: with it the corpus signs claims that must be refused
    for what they say.
    """

    pem: str
    claims: Json

    @property
    def key(self) -> Ed25519PrivateKey:
        """The genuine private key."""
        key = load_pem_private_key(self.pem.encode(), password=None)
        assert isinstance(key, Ed25519PrivateKey)
        return key

    @property
    def header(self) -> dict[str, Any]:
        """The genuine header."""
        return {"alg": "EdDSA", "typ": "at+jwt", "kid": key_id(known(self.key))}

    def genuine(self) -> str:
        """The good token, to show that the corpus fails for its reasons only."""
        return self.signed(self.header, self.claims)

    def variants(self) -> list[Variant]:
        """(name, token) of every forgery."""
        return [
            *self._unsigned(),
            *self._with_public_key_as_secret(),
            *self._headers(),
            *self._other_keys(),
            *self._claims(),
            *self._duplicates(),
            *self._shapes(),
        ]

    def signed(self, header: Json | bytes, claims: Json | bytes) -> str:
        """A token with a genuine signature over whatever it says."""
        return self._assemble(header, claims, self.key.sign)

    def _assemble(
        self, header: Json | bytes, claims: Json | bytes, sign: Callable[[bytes], bytes]
    ) -> str:
        text = ".".join(b64(_raw(part)) for part in (header, claims))
        return f"{text}.{b64(sign(text.encode()))}"

    def _unsigned(self) -> Iterator[Variant]:
        for word in ("none", "None", "NONE", "nOnE", "", None, "EdDSA"):
            header = self.header | {"alg": word}
            yield f"alg {word!r}, no signature", self._assemble(header, self.claims, lambda _: b"")
        yield "alg none, genuine signature", self.signed(self.header | {"alg": "none"}, self.claims)
        bare = {name: value for name, value in self.header.items() if name != "alg"}
        yield "no alg", self.signed(bare, self.claims)

    def _with_public_key_as_secret(self) -> Iterator[Variant]:
        public = self.key.public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        secrets = {
            "PEM": pem,
            "PEM without its end of line": pem.rstrip(),
            "PEM after a space": b" " + pem,
            "PEM after a line": b"\n" + pem,
            "DER": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            "raw": public.public_bytes(Encoding.Raw, PublicFormat.Raw),
            "JWK": json.dumps(jwk(known(self.key))).encode(),
            "JWK x": jwk(known(self.key))["x"].encode(),
            "nothing": b"",
            "kid": self.header["kid"].encode(),
            "a well-known word": b"dev-secret",
        }
        for name, secret in secrets.items():
            header = self.header | {"alg": "HS256"}
            yield f"HS256 keyed with {name}", self._mac(header, secret)
        yield "HS512 keyed with PEM", self._mac(self.header | {"alg": "HS512"}, pem, "sha512")

    def _mac(self, header: Json, secret: bytes, digest: str = "sha256") -> str:
        return self._assemble(header, self.claims, lambda text: hmac.digest(secret, text, digest))

    def _headers(self) -> Iterator[Variant]:
        odd: dict[str, dict[str, Any]] = {
            "crit": {"crit": ["exp"]},
            "crit unknown": {"crit": ["x-hazir"], "x-hazir": True},
            "b64 false": {"b64": False, "crit": ["b64"]},
            "kid a path": {"kid": "../../../../dev/null"},
            "kid SQL": {"kid": "x' UNION SELECT 'key' --"},
            "kid empty": {"kid": ""},
            "kid a list": {"kid": [self.header["kid"]]},
            "kid a number": {"kid": 1},
            "kid null": {"kid": None},
            "jku": {"jku": "http://127.0.0.1:9/jwks.json"},
            "x5u": {"x5u": "http://127.0.0.1:9/chain.pem"},
            "x5c": {"x5c": ["MIIB"]},
            "zip": {"zip": "DEF"},
            "cty": {"cty": "JWT"},
            "typ JWT": {"typ": "JWT"},
            "typ in capitals": {"typ": "AT+JWT"},
            "typ with its prefix": {"typ": "application/at+jwt"},
            "typ null": {"typ": None},
            "alg Ed25519": {"alg": "Ed25519"},
            "alg ES256": {"alg": "ES256"},
            "alg RS256": {"alg": "RS256"},
            "alg a list": {"alg": ["EdDSA"]},
        }
        for name, members in odd.items():
            yield f"header: {name}", self.signed(self.header | members, self.claims)
        for gone in ("typ", "kid"):
            less = {name: value for name, value in self.header.items() if name != gone}
            yield f"header: no {gone}", self.signed(less, self.claims)

    def _other_keys(self) -> Iterator[Variant]:
        own = Ed25519PrivateKey.generate()
        yield "another key", self._assemble(self.header, self.claims, own.sign)
        named = self.header | {"kid": key_id(known(own))}
        yield "another key by its own name", self._assemble(named, self.claims, own.sign)
        embedded = self.header | {"jwk": jwk(known(own))}
        yield "another key, embedded", self._assemble(embedded, self.claims, own.sign)
        curve = generate_private_key(SECP256R1())
        header = self.header | {"alg": "ES256"}
        yield (
            "ES256",
            self._assemble(header, self.claims, lambda text: curve.sign(text, ECDSA(SHA256()))),
        )
        zeros = self._assemble(self.header, self.claims, lambda _: bytes(64))
        yield "a signature of zeros", zeros
        digest = self._assemble(
            self.header, self.claims, lambda text: hashlib.sha512(text).digest()
        )
        yield "a digest for a signature", digest

    def _claims(self) -> Iterator[Variant]:
        issued = self.claims["iat"]
        odd: dict[str, Json] = {
            "iss of somebody else": {"iss": "http://evil.example"},
            "iss part of ours": {"iss": self.claims["iss"][:-1]},
            "iss a list": {"iss": [self.claims["iss"]]},
            "aud of somebody else": {"aud": "other"},
            "aud empty": {"aud": []},
            "aud a number": {"aud": 1},
            "exp past": {"exp": issued - 10},
            "exp a second ago": {"iat": issued - 601, "exp": issued - 1},
            "exp a float": {"exp": float(self.claims["exp"]) + 0.5},
            "exp a text": {"exp": str(self.claims["exp"])},
            "exp 1e308": {"exp": 1e308},
            "exp far away": {"exp": issued + 10 * 365 * 86_400},
            "exp negative": {"exp": -1},
            "exp null": {"exp": None},
            "exp true": {"exp": True},
            "exp beyond 2^53": {"iat": 2**60, "exp": 2**60 + 600},
            "nbf future": {"nbf": issued + 3600},
            "nbf a text": {"nbf": "soon"},
            "iat future": {"iat": issued + 3000, "exp": issued + 3600},
            "iat a text": {"iat": "now"},
            "sub a number": {"sub": 1},
            "sub empty": {"sub": ""},
            "jti a number": {"jti": 1},
            "sid a number": {"sid": 1},
            "employee_id a text": {"employee_id": str(self.claims["employee_id"])},
            "employee_id a float": {"employee_id": float(self.claims["employee_id"])},
            "employee_id negative": {"employee_id": -1},
            "employee_id nobody's": {"employee_id": 9_007_199_254_740_991},
            "roles a text": {"roles": "admin"},
            "roles of numbers": {"roles": [1]},
            "roles raised": {"roles": ["admin", "manager", "staff"]},
            "roles unknown": {"roles": ["root"]},
        }
        for name, members in odd.items():
            yield f"claims: {name}", self.signed(self.header, {**self.claims, **members})
        needed = ("iss", "aud", "exp", "iat", "sub", "sid", "jti", "employee_id", "roles")
        for gone in needed:
            less = {name: value for name, value in self.claims.items() if name != gone}
            yield f"claims: no {gone}", self.signed(self.header, less)
        for name, number in (("infinity", "1e999"), ("NaN", "NaN"), ("Infinity", "Infinity")):
            for claim in ("exp", "iat", "nbf"):
                less = {key: value for key, value in self.claims.items() if key != claim}
                text = json.dumps(less)[:-1] + f', "{claim}": {number}}}'
                yield f"claims: {claim} {name}", self.signed(self.header, text.encode())

    def _duplicates(self) -> Iterator[Variant]:
        claims = json.dumps(self.claims)
        raised = claims[:-1] + ', "roles": ["admin"]}'
        yield "roles twice", self.signed(self.header, raised.encode())
        lasting = '{"exp": 1, ' + claims[1:]
        yield "exp twice", self.signed(self.header, lasting.encode())
        header = json.dumps(self.header)[:-1] + ', "alg": "none"}'
        yield "alg twice", self.signed(header.encode(), self.claims)

    def _shapes(self) -> Iterator[Variant]:
        good = self.genuine()
        header, payload, signature = good.split(".")
        flipped = "A" if signature[10] != "A" else "B"
        yield "a flipped bit", f"{header}.{payload}.{signature[:10]}{flipped}{signature[11:]}"
        yield "cut short", good[:-4]
        yield "no signature", f"{header}.{payload}."
        yield "two segments", f"{header}.{payload}"
        yield "one segment", header
        yield "four segments", f"{good}.{signature}"
        yield "five segments, as encrypted", f"{good}.{payload}.{signature}"
        yield "a dot in front", f".{good}"
        yield "only dots", ".."
        yield "padded", ".".join(part + "=" * (-len(part) % 4) for part in good.split("."))
        yield "a padded signature", f"{good}=="
        yield "standard alphabet", f"{header}.{payload}.{_standard(signature)}"
        yield "a space inside", f"{header}. {payload}.{signature}"
        yield "other last bits", f"{header}.{payload}.{_other_last_bits(signature)}"
        yield "payload not JSON", self.signed(self.header, b"hello")
        yield "payload a list", self.signed(self.header, b"[1]")
        yield "payload not UTF-8", self.signed(self.header, b'{"sub": "\xff"}')
        yield "payload deep", self.signed(self.header, b"[" * 1000 + b"]" * 1000)
        yield "header a list", self.signed(b"[]", self.claims)
        yield "header not JSON", self.signed(b"\x00", self.claims)
        yield "oversize", self.signed(self.header, {**self.claims, "more": "x" * 8000})
        yield "noise", b64(hashlib.sha256(self.pem.encode()).digest())
        yield "a word", "token"


def forger(town: Town, *roles: Role, username: str) -> Forger:
    """A forger of the tokens of a new person with ``roles``."""
    employee_id = town.person(*roles, username=username)
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": "hazir",
        "sub": username,
        "employee_id": employee_id,
        "user_id": employee_id,
        "user_school_number": None,
        "roles": sorted(role.value for role in roles or (Role.STAFF,)),
        "sid": f"sid-{employee_id}",
        "jti": "jti",
        "iat": now,
        "exp": now + 600,
    }
    return Forger(keys.read(town.database.secrets_dir, "token_signing_key"), claims)


def _raw(part: Json | bytes) -> bytes:
    return part if isinstance(part, bytes) else json.dumps(part).encode()


def _standard(segment: str) -> str:
    """The same bytes in base64's other alphabet, with one of its own signs for certain."""
    swapped = segment.replace("-", "+").replace("_", "/")
    return swapped if swapped != segment else segment[:-1] + "+"


def _other_last_bits(segment: str) -> str:
    """Text that decodes to the same bytes: the unused bits of the last character differ."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return segment[:-1] + alphabet[alphabet.index(segment[-1]) ^ 1]
