"""OpenID Connect: the authorization code flow with PKCE, and the ID token's verification.

The claims about the person come from the ID token, completed by the provider's userinfo endpoint.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from time import monotonic
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx
from jwt import PyJWK

from auth_service.directories import id_token
from auth_service.directories.outside import Line, Outside
from auth_service.directories.settings import OidcSettings, web_address
from auth_service.directories.web import Page, Visit
from auth_service.domain import directories
from auth_service.domain.directories import Identity
from auth_service.domain.journeys import Journey, challenge
from auth_service.service.proving import (
    DirectoryKind,
    Proved,
    directory_unavailable,
    identity_unproved,
)
from common import logs
from common.clock import Clock

_LONGEST = 256 << 10
_KEEP = 600.0
_ASK_AGAIN = 10.0
_MOST_GROUPS = 1000


@dataclass(slots=True)
class _Kept:
    """A document of the provider's, and when it was read."""

    value: Mapping[str, Any] = field(default_factory=dict)
    at: float = -_KEEP * 2


class OidcDirectory:
    """One OpenID provider. ``redirect_url`` is our own address that it sends people back to."""

    name = "oidc"
    kind: DirectoryKind = "oidc"

    def __init__(
        self,
        settings: OidcSettings,
        outside: Outside,
        clock: Clock,
        redirect_url: str,
        *,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self.label = settings.label
        self._settings = settings
        self._outside = outside
        self._clock = clock
        self._redirect_url = redirect_url
        self._now = now
        self._lock = threading.Lock()
        self._metadata, self._keys = _Kept(), _Kept()

    def way(self, journey: Journey) -> str:
        """The provider's address that the browser is sent to."""
        metadata = self._outside.call(self._provider)
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._redirect_url,
            "scope": self._settings.scopes,
            "state": journey.state,
            "nonce": journey.nonce,
            "code_challenge": challenge(journey.verifier),
            "code_challenge_method": "S256",
        }
        where = str(metadata["authorization_endpoint"])
        return f"{where}{'&' if '?' in where else '?'}{urlencode(query)}"

    def prove(self, journey: Journey, code: str, issuer: str | None) -> Proved:
        """Who has come back with ``code``; ``issuer`` is who says so (RFC 9207).

        Raises ``identity_unproved`` when the answer is not one for this journey.
        """
        return self._outside.call(lambda line: self._prove(line, journey, code, issuer))

    def _prove(self, line: Line[Any], journey: Journey, code: str, issuer: str | None) -> Proved:
        metadata = self._provider(line)
        told = metadata.get("authorization_response_iss_parameter_supported") is True
        if (told or issuer is not None) and issuer != self._settings.issuer:
            raise _unproved("another issuer")
        answer = self._exchange(line, metadata, journey, code)
        claims = self._verified(line, metadata, answer.get("id_token"))
        if not compare_digest(str(claims.get("nonce") or "").encode(), journey.nonce.encode()):
            raise _unproved("another nonce")
        more = self._userinfo(line, metadata, answer, str(claims["sub"]))
        return Proved(directory=self.name, identity=self._identity({**more, **claims}))

    def _provider(self, line: Line[Any]) -> Mapping[str, Any]:
        """The discovery document, bound to the configured issuer."""

        def read() -> Mapping[str, Any]:
            issuer = self._settings.issuer
            where = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
            found = _object(line, where)
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if found.get("issuer") != issuer or not all(_usable(found.get(name)) for name in names):
                logs.log().error("the provider's document is not for the configured issuer")
                raise directory_unavailable()
            return found

        return self._kept(self._metadata, read, _KEEP)

    def _exchange(
        self, line: Line[Any], metadata: Mapping[str, Any], journey: Journey, code: str
    ) -> Mapping[str, Any]:
        """The provider's tokens for the code; a refusal of the code proves nothing."""
        settings, where = self._settings, str(metadata["token_endpoint"])
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_url,
            "code_verifier": journey.verifier,
        }
        headers = {"Accept": "application/json"}
        if settings.client_secret is None:
            form["client_id"] = settings.client_id
        else:
            # RFC 6749, 2.3.1: both are encoded as form values first.
            pair = (quote_plus(settings.client_id), quote_plus(settings.client_secret.reveal()))
            basic = base64.b64encode(":".join(pair).encode()).decode()
            headers["Authorization"] = f"Basic {basic}"
        with Visit(line, where, longest=_LONGEST) as visit:
            page = visit.post(where, form, refusals=frozenset({400}), **headers)
            if page.status != httpx.codes.OK:
                raise _unproved("the code is refused")
            found = visit.json(page)
        if not isinstance(found, dict):
            raise directory_unavailable()
        return found

    def _verified(self, line: Line[Any], metadata: Mapping[str, Any], token: Any) -> dict[str, Any]:
        """The claims of an ID token that holds."""
        if not isinstance(token, str):
            raise _unproved("no ID token")
        try:
            return id_token.verified(
                token,
                lambda kid, algorithm: self._key(line, metadata, kid, algorithm),
                issuer=self._settings.issuer,
                client_id=self._settings.client_id,
                now=self._clock.now().timestamp(),
            )
        except id_token.Unproved as fault:
            raise _unproved(str(fault)) from None

    def _key(self, line: Line[Any], metadata: Mapping[str, Any], kid: Any, algorithm: str) -> PyJWK:
        """The provider's key of this name for this algorithm; one not known yet is looked for."""

        def read() -> Mapping[str, Any]:
            return _object(line, str(metadata["jwks_uri"]))

        for oldest in (_KEEP, _ASK_AGAIN):
            found = id_token.fitting(self._kept(self._keys, read, oldest), kid, algorithm)
            if len(found) == 1:
                return PyJWK(found[0], algorithm)
        raise id_token.Unproved("no such key")

    def _userinfo(
        self, line: Line[Any], metadata: Mapping[str, Any], answer: Mapping[str, Any], subject: str
    ) -> Mapping[str, Any]:
        """What the provider says besides; nothing where it has no such endpoint."""
        where, token = metadata.get("userinfo_endpoint"), answer.get("access_token")
        if not _usable(where) or not isinstance(token, str):
            return {}
        found = _object(line, str(where), Authorization=f"Bearer {token}")
        if found.get("sub") != subject:
            raise _unproved("userinfo of another person")
        return found

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        settings = self._settings
        groups = claims.get(settings.groups_claim)
        listed = groups if isinstance(groups, list) else [groups]
        subject = claims["sub"]
        return Identity(
            subject=str(subject),
            username=_text(claims, settings.username_claim) or str(subject),
            full_name=directories.clean(_text(claims, settings.name_claim)),
            school_number=directories.clean_number(_text(claims, settings.number_claim)),
            roles=directories.roles_of(
                [one for one in listed[:_MOST_GROUPS] if isinstance(one, str)], settings.roles
            ),
        )

    def _kept(
        self, kept: _Kept, read: Callable[[], Mapping[str, Any]], oldest: float
    ) -> Mapping[str, Any]:
        """What is kept when it is younger than ``oldest`` seconds, else what is read anew."""
        with self._lock:
            if self._now() - kept.at <= oldest:
                return kept.value
        asked = self._now()
        value = read()
        with self._lock:
            kept.value, kept.at = value, asked
        return value


def _object(line: Line[Any], where: str, **headers: str) -> Mapping[str, Any]:
    with Visit(line, where, longest=_LONGEST) as visit:
        page: Page = visit.get(where, **headers)
        found = visit.json(page)
    if not isinstance(found, dict):
        raise directory_unavailable()
    return found


def _usable(address: Any) -> bool:
    """Whether an address in the provider's document may be asked."""
    try:
        return isinstance(address, str) and bool(web_address(address.partition("?")[0]))
    except ValueError:
        return False


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name) if name else None
    return value if isinstance(value, str) else ""


def _unproved(reason: str) -> Exception:
    logs.log().warning("the provider's answer proves nothing", reason=reason)
    return identity_unproved()
