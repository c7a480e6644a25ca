"""Links to reset a forgotten password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auth_service.rest.directory import UserPath
from auth_service.rest.own_models import LinkIn, LinkOut, ResetIn, ResetLink
from auth_service.rest.strict import unprocessable
from auth_service.service.resets import Resets
from common import logs
from common.clock import rfc3339
from common.httpkit.api import Api, Call, Endpoint

_TAG = "Passwords"
_RESET = "/api/v1/auth/reset"


@dataclass(frozen=True, slots=True)
class ResetResource:
    """Reset links; ``page`` is where the page is, for callers that are not a page themselves."""

    resets: Resets
    origins: frozenset[str]
    page: str

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        for endpoint in (
            Endpoint(
                "POST",
                ["/api/v1/users/<id:employee_id>/reset-link"],
                self.issue,
                {201: ResetLink},
                path=UserPath,
                tag=_TAG,
            ),
            Endpoint(
                "POST",
                [f"{_RESET}/check"],
                self.check,
                {200: LinkOut},
                body=LinkIn,
                signed_in=False,
                tag=_TAG,
            ),
            Endpoint(
                "POST",
                [_RESET],
                self.reset,
                {204: None},
                body=ResetIn,
                signed_in=False,
                tag=_TAG,
            ),
        ):
            api.add(endpoint)

    def issue(self, call: Call) -> dict[str, Any]:
        """Make a link with which somebody sets a new password."""
        token, until = self.resets.issue(call.subject, call.path.employee_id, logs.request_id())
        origin = call.request.headers.get("Origin", "")
        page = origin if origin in self.origins else self.page
        # After the hash sign, so that no server's log and no Referer ever holds it.
        return {
            "token": token,
            "url": f"{page}/#/reset?token={token}",
            "expires_at": rfc3339(until),
        }

    def check(self, call: Call) -> dict[str, Any]:
        """Whose password a link resets."""
        username, until = self.resets.check(call.body.token, call.address)
        return {"username": username, "expires_at": rfc3339(until)}

    def reset(self, call: Call) -> None:
        """Set a new password with a link."""
        with unprocessable():
            self.resets.reset(call.body.token, call.body.password, call.address, logs.request_id())
