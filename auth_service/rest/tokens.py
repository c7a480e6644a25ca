"""OAuth2's token endpoint, refreshing, signing out, and the public keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from flask import Request

from auth_service.domain.sessions import LONG_ACCESS, SHORT_ACCESS
from auth_service.rest import cookie
from auth_service.rest.models import KeySet, RefreshTokenIn, TokenAnswer, TokenForm
from auth_service.rest.sessions import TAG, device_of
from auth_service.service.keeping import Keeping
from auth_service.service.sessions import Grant, Sessions
from common.errors import DomainError, Kind, unauthenticated
from common.httpkit.api import Answer, Api, Call, Endpoint, bearer
from common.identity import Subject

_AUTH = "/api/v1/auth"


@dataclass(frozen=True, slots=True)
class TokenResource:
    """Tokens for new clients, services and the page."""

    sessions: Sessions
    keeping: Keeping
    identify: Callable[[str], Subject]
    origins: frozenset[str]

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        token, nothing = {200: TokenAnswer}, {204: None}
        for endpoint in (
            Endpoint(
                "POST", [f"{_AUTH}/token"], self.grant, token, form=TokenForm, signed_in=False
            ),
            Endpoint(
                "POST",
                [f"{_AUTH}/refresh"],
                self.refresh,
                token,
                body=RefreshTokenIn,
                body_optional=True,
                signed_in=False,
                tag=TAG,
            ),
            Endpoint("POST", [f"{_AUTH}/logout"], self.log_out, nothing, signed_in=False, tag=TAG),
            Endpoint("POST", [f"{_AUTH}/logout-all"], self.log_out_all, nothing, tag=TAG),
            Endpoint(
                "GET",
                ["/.well-known/jwks.json"],
                self.keys,
                {200: KeySet},
                signed_in=False,
                tag=TAG,
            ),
        ):
            api.add(endpoint)

    def grant(self, call: Call) -> Answer:
        """Grant a token for a password or for a service's credentials."""
        form: TokenForm = call.form
        device = device_of(call.request, call.address)
        if form.grant_type == "client_credentials":
            client_id, secret = _client(form, call.request)
            return token_answer(
                call, self.sessions.client_credentials(client_id, secret, device), page=False
            )
        page = form.client == "page"
        if page:
            cookie.check_origin(call.request, self.origins)
        username = _given(form.username, "username")
        password = _given(form.password, "password")
        life = SHORT_ACCESS if page else LONG_ACCESS
        grant = self.sessions.log_in(username, password, device, life, form.otp, form.directory)
        return token_answer(call, grant, page=page)

    def refresh(self, call: Call) -> Answer:
        """Exchange a refresh token, in the body or in the page's cookie."""
        token = call.body.refresh_token if call.body else None
        page = token is None
        if token is None:
            token = self._cookie(call.request)
        return token_answer(call, self.sessions.refresh(token), page=page)

    def log_out(self, call: Call) -> Answer:
        """End this session."""
        if "Authorization" in call.request.headers:
            self.sessions.log_out(self.identify(bearer(call.request)).session_id)
        else:
            self.sessions.log_out_by_token(self._cookie(call.request))
        return Answer(None, 204, cookie.clear(call.request))

    def log_out_all(self, call: Call) -> Answer:
        """End every session of the caller."""
        self.sessions.log_out_all(call.subject.employee_id)
        return Answer(None, 204, cookie.clear(call.request))

    def keys(self, _: Call) -> Answer:
        """The public keys with which access tokens are verified."""
        body = {"keys": self.keeping.keys()}
        return Answer(body, 200, {"Cache-Control": "public, max-age=5"})

    def _cookie(self, request: Request) -> str:
        """The page's refresh token; the Origin is looked at only when there is one."""
        token = request.cookies.get(cookie.NAME)
        if not token:
            raise unauthenticated()
        cookie.check_origin(request, self.origins)
        return token


def token_answer(call: Call, grant: Grant, *, page: bool) -> Answer:
    """``grant`` as RFC 6749 says it; for the page the refresh token goes into its cookie."""
    body: dict[str, Any] = {
        "access_token": grant.access_token,
        "token_type": "bearer",
        "expires_in": grant.expires_in,
        "employee_id": grant.account.employee_id,
    }
    if grant.refresh_token is None:
        return Answer(body, 200)
    if page:
        kept = cookie.keep(call.request, grant.refresh_token, grant.refresh_expires_in)
        return Answer(body, 200, kept)
    return Answer(body | {"refresh_token": grant.refresh_token}, 200)


def _client(form: TokenForm, request: Request) -> tuple[str, str]:
    """A service's id and secret, from HTTP Basic (RFC 6749, 2.3.1) or from the form."""
    basic = request.authorization
    if basic is not None and basic.type == "basic" and basic.username and basic.password:
        return unquote_plus(basic.username), unquote_plus(basic.password)
    return _given(form.client_id, "client_id"), _given(form.client_secret, "client_secret")


def _given(value: str | None, name: str) -> str:
    if value is None:
        raise DomainError(
            Kind.UNPROCESSABLE, "invalid_request", f"{name}: Field required", field=name
        )
    return value
