"""Roles: what each may do, and who gets which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auth_service.rest.admin_models import RoleGrant, RoleList, RolesChange
from auth_service.rest.directory import UserOut
from auth_service.rest.users import shown
from auth_service.service.people import People
from common import logs
from common.httpkit.api import Api, Call, Endpoint
from common.identity import RULES, Role

_TAG = "Roles"
_ROLES = "/api/v1/roles"


@dataclass(frozen=True, slots=True)
class RoleResource:
    """Giving roles; the same use case as changing a person."""

    people: People

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        user = {200: UserOut}
        for endpoint in (
            Endpoint("GET", [_ROLES], self.all, {200: RoleList}, tag=_TAG),
            Endpoint("POST", [_ROLES], self.grant, user, body=RoleGrant, tag=_TAG),
            Endpoint("PATCH", [_ROLES], self.change, user, body=RolesChange, tag=_TAG),
        ):
            api.add(endpoint)

    def all(self, call: Call) -> dict[str, Any]:
        """Every role, how many hold it, and what it may do."""
        held = self.people.holders(call.subject)
        return {
            "items": [
                {"role": role.value, "people": people, "actions": sorted(RULES[role])}
                for role, people in held.items()
            ]
        }

    def grant(self, call: Call) -> dict[str, Any]:
        """Give somebody one more role."""
        body: RoleGrant = call.body
        return shown(
            self.people.grant(
                call.subject, body.employee_id, Role(body.role), body.reason, logs.request_id()
            )
        )

    def change(self, call: Call) -> dict[str, Any]:
        """Give somebody exactly these roles."""
        body: RolesChange = call.body
        wanted = {"roles": frozenset(Role(word) for word in body.roles)}
        return shown(
            self.people.change(
                call.subject,
                body.employee_id,
                wanted,
                reason=body.reason,
                request_id=logs.request_id(),
            )
        )
