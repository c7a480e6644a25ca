"""What an ID token says, once it holds (OpenID Connect Core, 3.1.3.7).

PyJWT verifies the signature, with a literal list of algorithms and one algorithm for each key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

import jwt

ALGORITHMS = ["ES256", "EdDSA", "PS256", "RS256"]
#: Which of them a key may be used with, by its type; the first is meant when it does not say.
_BY_TYPE: Mapping[str, Sequence[str]] = {
    "RSA": ("RS256", "PS256"),
    "EC": ("ES256",),
    "OKP": ("EdDSA",),
}
_SKEW = 60
_REQUIRED = ["iss", "sub", "aud", "exp", "iat"]


class Unproved(Exception):
    """The token does not hold; the text says why, and nothing of the token."""


def verified(
    token: str,
    key_for: Callable[[Any, str], jwt.PyJWK],
    *,
    issuer: str,
    client_id: str,
    now: float,
) -> dict[str, Any]:
    """The claims of ``token``, issued by ``issuer`` for ``client_id`` and valid at ``now``.

    ``key_for`` finds the issuer's key by its name for an algorithm. Raises `Unproved`.
    """
    try:
        header = jwt.get_unverified_header(token)
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS:
            raise Unproved("an algorithm that is not taken")
        claims: dict[str, Any] = jwt.decode(
            token,
            key_for(header.get("kid"), str(algorithm)),
            algorithms=ALGORITHMS,
            audience=client_id,
            issuer=issuer,
            # The times are compared below, by the clock that the caller has.
            options={
                "require": _REQUIRED,
                "enforce_minimum_key_length": True,
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
        _check_times(claims, now)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as fault:
        raise Unproved(type(fault).__name__) from None
    audience = claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if claims.get("azp", None if several else client_id) != client_id:
        raise Unproved("meant for another client")
    return claims


def fitting(keys: Mapping[str, Any], kid: Any, algorithm: str) -> list[dict[str, Any]]:
    """The signing keys that may be meant: by name, or without one every one of the type."""
    listed = keys.get("keys")
    found = []
    for key in listed if isinstance(listed, list) else ():
        if not isinstance(key, dict) or key.get("use", "sig") != "sig":
            continue
        named = kid is None or key.get("kid") == kid
        able = algorithm in _BY_TYPE.get(str(key.get("kty")), ())
        if named and able and key.get("alg", algorithm) == algorithm:
            found.append(key)
    return found


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    """With allowance for a clock that is a minute off."""
    if _moment(claims["exp"]) + _SKEW <= now:
        raise ValueError("expired")
    if max(_moment(claims["iat"]), _moment(claims.get("nbf", 0))) - _SKEW > now:
        raise ValueError("not valid yet")


def _moment(value: Any) -> float:
    """A time of a token, in seconds; a text, a truth value and "not a number" are none."""
    if type(value) not in (int, float) or not isfinite(value):
        raise ValueError("no time")
    return float(value)
