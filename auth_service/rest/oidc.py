"""Signing in by way of a provider's own page, and what ways of signing in there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Request

from auth_service.domain import journeys
from auth_service.domain.registration import Registration
from auth_service.rest import cookie
from auth_service.rest.models import Choices, OidcBack, OidcPath, OidcStart
from auth_service.rest.sessions import TAG, device_of
from auth_service.service.browser import Browser, Return
from auth_service.service.proving import Directory
from common.errors import DomainError, Kind
from common.httpkit.api import Answer, Api, Call, Endpoint

_NAME = "hazir_journey"
_PATH = f"{cookie.PATH}/oidc"
_TOLD = ("challenge",)


@dataclass(frozen=True, slots=True)
class OidcResource:
    """The way to a provider and back; ``home`` is where the page is when nobody says."""

    browser: Browser
    directories: Sequence[Directory]
    origins: frozenset[str]
    home: str
    registration: Registration
    demo: bool

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        there = f"{_PATH}/<name>"
        for endpoint in (
            Endpoint(
                "GET",
                [f"{cookie.PATH}/choices"],
                self.choices,
                {200: Choices},
                signed_in=False,
                tag=TAG,
            ),
            Endpoint(
                "GET",
                [f"{there}/start"],
                self.start,
                {302: None},
                path=OidcPath,
                query=OidcStart,
                signed_in=False,
                tag=TAG,
            ),
            Endpoint(
                "GET",
                [f"{there}/callback"],
                self.callback,
                {302: None},
                path=OidcPath,
                query=OidcBack,
                signed_in=False,
                tag=TAG,
            ),
        ):
            api.add(endpoint)

    def choices(self, _: Call) -> dict[str, Any]:
        """The ways of signing in."""
        listed = [
            {"name": one.name, "kind": one.kind, "label": one.label} for one in self.directories
        ]
        return {
            "directories": listed,
            "registration": self.registration is Registration.OPEN,
            "registration_mode": self.registration.value,
            "demo": self.demo,
        }

    def start(self, call: Call) -> Answer:
        """Send the browser to the provider."""
        return_to = journeys.landing(call.query.return_to, self.origins, self.home)
        try:
            where, sealed = self.browser.start(call.path.name, return_to)
        except DomainError as fault:
            return self._failed(call, return_to, fault)
        return _redirect(where, {"Set-Cookie": _kept(call.request, sealed, journeys.LIFE)})

    def callback(self, call: Call) -> Answer:
        """Take the browser back from the provider, signed in."""
        journey = self.browser.journey(call.request.cookies.get(_NAME))
        query: OidcBack = call.query
        back = Return(state=query.state, code=query.code, issuer=query.iss, error=query.error)
        return_to = journey.return_to if journey else self.home
        try:
            device = device_of(call.request, call.address)
            grant = self.browser.finish(call.path.name, journey, back, device)
        except DomainError as fault:
            return self._failed(call, return_to, fault)
        assert grant.refresh_token is not None
        return _redirect(
            return_to, cookie.keep(call.request, grant.refresh_token, grant.refresh_expires_in)
        )

    def _failed(self, call: Call, return_to: str, fault: DomainError) -> Answer:
        """Back to the page, which says why; a directory that is not there stays a 404."""
        if fault.kind in {Kind.NOT_FOUND, Kind.LIMITED}:
            raise fault
        told = {name: str(fault.extra[name]) for name in _TOLD if name in fault.extra}
        where = journeys.failed(return_to, fault.code, told)
        return _redirect(where, {"Set-Cookie": _kept(call.request, "", 0)})


def _redirect(where: str, headers: Mapping[str, str]) -> Answer:
    return Answer(None, 302, {"Location": where, **headers})


def _kept(request: Request, value: str, seconds: int) -> str:
    """The browser's own proof that it began the journey; a link from elsewhere may bring it."""
    return cookie.dump(request, _NAME, value, seconds, path=_PATH, same_site="Lax")
