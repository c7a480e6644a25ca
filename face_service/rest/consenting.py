"""A person's consent to the use of their face."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Any

from common.httpkit.api import Api, Call, Endpoint
from face_service.domain.consent import CONSENT_VERSION
from face_service.rest.consent_models import (
    ConsentIn,
    ConsentOut,
    ConsentTextOut,
    ConsentTextQuery,
)
from face_service.rest.models import PersonPath
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
            Endpoint(
                "GET",
                ["/api/v1/faces/consent-text"],
                self.text,
                {200: ConsentTextOut},
                query=ConsentTextQuery,
                signed_in=False,
                tag="people",
            ),
            Endpoint("GET", consent, self.consent, {200: ConsentOut}, **of_person),
            Endpoint("POST", consent, self.give, {201: ConsentOut}, body=ConsentIn, **of_person),
            Endpoint("DELETE", consent, self.withdraw, {204: None}, **of_person),
        ):
            api.add(endpoint)

    def text(self, call: Call) -> dict[str, Any]:
        """What a person agrees to, in plain words, for everybody to read."""
        text = self.service.text(call.query.language, call.query.version)
        return {
            "version": text.version,
            "language": text.language,
            "title": text.title,
            "paragraphs": list(text.paragraphs),
            "sha256": text.sha256,
        }

    def consent(self, call: Call) -> dict[str, Any]:
        """The consent of a person."""
        return _consent(self.service.consent(call.subject, call.path.person_id))

    def give(self, call: Call) -> dict[str, Any]:
        """Give one's consent."""
        sent: ConsentIn = call.body
        person = call.path.person_id
        return _consent(self.service.give(call.subject, person, sent.version, sent.language))

    def withdraw(self, call: Call) -> None:
        """Withdraw the consent, which erases every face."""
        self.service.withdraw(call.subject, call.path.person_id)


def _consent(state: ConsentState) -> dict[str, Any]:
    given = state.consent
    return {
        "employee_id": state.employee_id,
        "version": given.version if given else None,
        "given_at": given.given_at.astimezone(UTC).isoformat() if given else None,
        "language": given.language if given else None,
        "sha256": given.sha256 if given else None,
        "current_version": CONSENT_VERSION,
        "biometrics": state.biometrics,
    }
