"""A person's consent to the use of their face."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Any

from common.httpkit.api import Api, Call, Endpoint
from face_service.domain.consent import CONSENT_VERSION
from face_service.rest.models import ConsentIn, ConsentOut, PersonPath
from face_service.service.consenting import Consenting, ConsentState


@dataclass(frozen=True, slots=True)
class ConsentingResource:
    """Reading, giving and withdrawing a consent."""

    service: Consenting

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        consent = ["/api/v1/people/<person_id>/consent"]
        of_person: dict[str, Any] = {"path": PersonPath, "tag": "people"}
        for endpoint in (
            Endpoint("GET", consent, self.consent, {200: ConsentOut}, **of_person),
            Endpoint("POST", consent, self.give, {201: ConsentOut}, body=ConsentIn, **of_person),
            Endpoint("DELETE", consent, self.withdraw, {204: None}, **of_person),
        ):
            api.add(endpoint)

    def consent(self, call: Call) -> dict[str, Any]:
        """The consent of a person."""
        return _consent(self.service.consent(call.subject, call.path.person_id))

    def give(self, call: Call) -> dict[str, Any]:
        """Give one's consent."""
        person, version = call.path.person_id, call.body.version
        return _consent(self.service.give(call.subject, person, version))

    def withdraw(self, call: Call) -> None:
        """Withdraw the consent, which erases every face."""
        self.service.withdraw(call.subject, call.path.person_id)


def _consent(state: ConsentState) -> dict[str, Any]:
    given = state.consent
    return {
        "employee_id": state.employee_id,
        "version": given.version if given else None,
        "given_at": given.given_at.astimezone(UTC).isoformat() if given else None,
        "current_version": CONSENT_VERSION,
        "biometrics": state.biometrics,
    }
