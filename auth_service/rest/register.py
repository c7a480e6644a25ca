"""Making one's own account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from auth_service.domain.sessions import LONG_ACCESS
from auth_service.rest.models import NewcomerIn, Registered, RegisteredAs, RegisterIn
from auth_service.rest.sessions import device_of
from auth_service.service.accounts import Accounts
from common import logs
from common.httpkit.api import Api, Call, Endpoint, bearer
from common.identity import Subject

_TAG = "Registration"


@dataclass(frozen=True, slots=True)
class RegisterResource:
    """The predecessors' paths to an account."""

    accounts: Accounts
    identify: Callable[[str], Subject]

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        api.add(
            Endpoint(
                "POST",
                ["/register"],
                self.register,
                {201: Registered},
                body=NewcomerIn,
                signed_in=False,
                tag=_TAG,
            )
        )
        api.add(
            Endpoint(
                "POST",
                ["/api/register"],
                self.register_as,
                {201: RegisteredAs},
                body=RegisterIn,
                signed_in=False,
                tag=_TAG,
            )
        )

    def register(self, call: Call) -> dict[str, Any]:
        """Make an account and sign in; a role in the body grants nothing, an invitation does."""
        grant = self.accounts.register(
            call.body.username,
            call.body.password,
            device_of(call.request, call.address),
            LONG_ACCESS,
            logs.request_id(),
            call.body.invitation,
        )
        return {
            "message": "registered",
            "employee_id": grant.account.employee_id,
            "token": grant.access_token,
        }

    def register_as(self, call: Call) -> dict[str, Any]:
        """Make an account with the role that the body asks for, as far as one may have it."""
        signed_in = "Authorization" in call.request.headers
        caller = self.identify(bearer(call.request)) if signed_in else None
        body: RegisterIn = call.body
        account, role = self.accounts.register_as(
            body.username,
            body.password,
            body.role,
            caller,
            call.address,
            logs.request_id(),
            body.invitation,
        )
        return {"username": account.username, "role": role.value}
