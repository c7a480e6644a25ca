"""Second factors: signing in with one, one's own, and taking away one that is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auth_service.domain.sessions import LONG_ACCESS, SHORT_ACCESS
from auth_service.rest import cookie
from auth_service.rest.directory import UserPath
from auth_service.rest.models import TokenAnswer
from auth_service.rest.own_models import (
    AnswerIn,
    CodeIn,
    FactorIn,
    FactorPending,
    FactorRemoval,
    FactorState,
    RecoveryCodes,
)
from auth_service.rest.sessions import device_of
from auth_service.rest.strict import unprocessable
from auth_service.rest.tokens import token_answer
from auth_service.service.second_factor import SecondFactors
from auth_service.service.sessions import Sessions
from common import logs
from common.clock import rfc3339
from common.httpkit.api import Answer, Api, Call, Endpoint

_TAG = "Second factor"
_FACTOR = "/api/v1/auth/second-factor"


@dataclass(frozen=True, slots=True)
class SecondFactorResource:
    """An authenticator's codes beside the password."""

    factors: SecondFactors
    sessions: Sessions
    origins: frozenset[str]

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        codes = {200: RecoveryCodes}
        for endpoint in (
            Endpoint(
                "POST",
                [f"{_FACTOR}/verify"],
                self.verify,
                {200: TokenAnswer},
                body=AnswerIn,
                signed_in=False,
                tag=_TAG,
            ),
            Endpoint("GET", [_FACTOR], self.state, {200: FactorState}, tag=_TAG),
            Endpoint("POST", [_FACTOR], self.begin, {201: FactorPending}, body=FactorIn, tag=_TAG),
            Endpoint("DELETE", [_FACTOR], self.disable, {204: None}, body=CodeIn, tag=_TAG),
            Endpoint("POST", [f"{_FACTOR}/confirm"], self.confirm, codes, body=CodeIn, tag=_TAG),
            Endpoint(
                "POST", [f"{_FACTOR}/recovery-codes"], self.renew, codes, body=CodeIn, tag=_TAG
            ),
            Endpoint(
                "DELETE",
                ["/api/v1/users/<id:employee_id>/second-factor"],
                self.remove,
                {204: None},
                path=UserPath,
                body=FactorRemoval,
                tag=_TAG,
            ),
        ):
            api.add(endpoint)

    def verify(self, call: Call) -> Answer:
        """Finish a sign-in with a code of the authenticator or a recovery code."""
        body: AnswerIn = call.body
        page = body.client == "page"
        if page:
            cookie.check_origin(call.request, self.origins)
        device = device_of(call.request, call.address)
        life = SHORT_ACCESS if page else LONG_ACCESS
        grant = self.sessions.answer(body.challenge, body.code, device, life)
        return token_answer(call, grant, page=page)

    def state(self, call: Call) -> dict[str, Any]:
        """Whether one's sign-ins ask for a second factor."""
        found = self.factors.state(call.subject)
        return {
            "enabled": found.enabled_at is not None,
            "enabled_at": rfc3339(found.enabled_at) if found.enabled_at else None,
            "recovery_codes_left": found.recovery_codes_left,
        }

    def begin(self, call: Call) -> dict[str, Any]:
        """Begin to set up an authenticator."""
        with unprocessable():
            pending = self.factors.begin(call.subject, call.body.password, call.address)
        return {
            "secret": pending.secret,
            "uri": pending.uri,
            "expires_at": rfc3339(pending.expires_at),
        }

    def confirm(self, call: Call) -> dict[str, Any]:
        """Turn the second factor on with its first code."""
        made = self.factors.confirm(call.subject, call.body.code, call.address, logs.request_id())
        return {"recovery_codes": made}

    def renew(self, call: Call) -> dict[str, Any]:
        """Get new recovery codes."""
        made = self.factors.renew(call.subject, call.body.code, call.address, logs.request_id())
        return {"recovery_codes": made}

    def disable(self, call: Call) -> None:
        """Turn one's second factor off."""
        self.factors.disable(call.subject, call.body.code, call.address, logs.request_id())

    def remove(self, call: Call) -> None:
        """Take away the second factor of somebody who has lost it."""
        self.factors.remove(
            call.subject, call.path.employee_id, call.body.reason, logs.request_id()
        )
