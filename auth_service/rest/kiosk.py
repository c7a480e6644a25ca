"""PIN and badge: setting them, and who stands at a kiosk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, Field, model_validator

from auth_service.rest.directory import UserPath
from auth_service.service.account_values import KioskPerson
from auth_service.service.kiosk import MOST_BADGES, Kiosk, KioskState
from common import logs
from common.httpkit.api import Api, Call, Endpoint
from common.httpkit.fields import Exact, Strict

_TAG = "Kiosk"
_OF = "/api/v1/users/<id:employee_id>/kiosk"
_RESOLVE = "/api/v1/auth/kiosk/resolve"
_Badge = Annotated[str, Field(min_length=1, max_length=200)]


class KioskIn(Exact):
    """What is to change: ``null`` takes it away, what is not named stays."""

    pin: Annotated[str, Field(min_length=1, max_length=32)] | None = None
    badge: _Badge | None = None


class KioskOut(BaseModel):
    """Whether there is a PIN, and the end of the badge's code."""

    pin: bool
    badge_hint: str | None


class ResolveIn(Strict):
    """A badge, or a username or number with a PIN."""

    badge: _Badge | None = None
    username_or_number: Annotated[str, Field(min_length=1, max_length=150)] | None = None
    pin: Annotated[str, Field(min_length=1, max_length=32)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> ResolveIn:
        by_pin = self.username_or_number is not None and self.pin is not None
        some_pin = self.username_or_number is not None or self.pin is not None
        if (self.badge is not None) == by_pin or (self.badge is not None and some_pin):
            raise ValueError("send a badge, or username_or_number and pin")
        return self


class Resolved(BaseModel):
    """Who it is."""

    employee_id: int
    full_name: str


class BadgesIn(Strict):
    """Badges that were read without a network."""

    badges: list[_Badge] = Field(min_length=1, max_length=MOST_BADGES)


class BadgesOut(BaseModel):
    """Who they are, in their order; ``null`` where nobody of this site has the badge."""

    items: list[Resolved | None]


@dataclass(frozen=True, slots=True)
class KioskResource:
    """The way to be known that needs no face."""

    kiosk: Kiosk

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        of: dict[str, Any] = {"path": UserPath, "tag": _TAG}
        for endpoint in (
            Endpoint("GET", [_OF], self.state, {200: KioskOut}, **of),
            Endpoint("PUT", [_OF], self.set, {200: KioskOut}, body=KioskIn, **of),
            Endpoint("POST", [_RESOLVE], self.resolve, {200: Resolved}, body=ResolveIn, tag=_TAG),
            Endpoint(
                "POST",
                ["/api/v1/auth/kiosk/badges"],
                self.badges,
                {200: BadgesOut},
                body=BadgesIn,
                tag=_TAG,
            ),
        ):
            api.add(endpoint)

    def state(self, call: Call) -> dict[str, Any]:
        """Whether somebody has a PIN or a badge."""
        return _state(self.kiosk.state(call.subject, call.path.employee_id))

    def set(self, call: Call) -> dict[str, Any]:
        """Set or take away a PIN (one's own), or PIN and badge (an admin)."""
        body: KioskIn = call.body
        wanted = {name: getattr(body, name) for name in body.model_fields_set}
        employee_id = call.path.employee_id
        return _state(self.kiosk.set(call.subject, employee_id, wanted, logs.request_id()))

    def resolve(self, call: Call) -> dict[str, Any]:
        """Who stands at this device, by badge or PIN; for devices, people of their site only."""
        body: ResolveIn = call.body
        if body.badge is not None:
            return _person(self.kiosk.by_badge(call.subject, body.badge))
        assert body.username_or_number is not None
        assert body.pin is not None
        return _person(self.kiosk.by_pin(call.subject, body.username_or_number, body.pin))

    def badges(self, call: Call) -> dict[str, Any]:
        """Who came while this device had no network, by their badges."""
        found = self.kiosk.by_badges(call.subject, call.body.badges)
        return {"items": [one and _person(one) for one in found]}


def _state(state: KioskState) -> dict[str, Any]:
    return {"pin": state.pin, "badge_hint": state.badge_hint}


def _person(one: KioskPerson) -> dict[str, Any]:
    return {"employee_id": one.employee_id, "full_name": one.full_name}
