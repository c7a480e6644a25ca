"""Places and their policies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from attendance_service.domain.policy import Evidence, FaceCheck, OnFaceDown, Policy, WithoutFace
from attendance_service.domain.punches import Mode
from attendance_service.rest import present
from attendance_service.rest.place_models import (
    PlaceChange,
    PlaceIn,
    PlaceOut,
    PlacePage,
    PlacePath,
    PolicyIn,
    PolicyVersions,
)
from attendance_service.service.places import PlaceService
from common.errors import invalid
from common.httpkit.api import Api, Call, Endpoint


@dataclass(frozen=True, slots=True)
class PlaceResource:
    """Where people punch, and which evidence is asked for there."""

    service: PlaceService

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        places = "/api/v1/attendance/places"
        one = f"{places}/<place_id>"
        endpoints = [
            Endpoint("GET", [places], self.all, {200: PlacePage}),
            Endpoint("POST", [places], self.add, {201: PlaceOut}, body=PlaceIn),
            Endpoint("GET", [one], self.get, {200: PlaceOut}, path=PlacePath),
            Endpoint("PATCH", [one], self.change, {204: None}, path=PlacePath, body=PlaceChange),
            Endpoint(
                "GET", [f"{one}/policies"], self.versions, {200: PolicyVersions}, path=PlacePath
            ),
            Endpoint(
                "POST",
                [f"{one}/policies"],
                self.new_policy,
                {201: PlaceOut},
                path=PlacePath,
                body=PolicyIn,
            ),
        ]
        for endpoint in endpoints:
            api.add(endpoint)

    def all(self, call: Call) -> dict[str, Any]:
        """The places of the caller's site."""
        found = self.service.visible(call.subject)
        return {"items": [present.place(place) for place in found], "next_cursor": None}

    def add(self, call: Call) -> dict[str, Any]:
        """A new place with the first version of its policy."""
        made = self.service.add(
            call.subject,
            site_id=call.body.site_id,
            name=call.body.name,
            is_default=call.body.is_default,
            policy=_policy(call.body.policy),
        )
        return present.place(made)

    def get(self, call: Call) -> dict[str, Any]:
        """One place."""
        return present.place(self.service.get(call.subject, call.path.place_id))

    def change(self, call: Call) -> None:
        """Rename a place, make it the default, or archive it."""
        self.service.change(
            call.subject,
            call.path.place_id,
            name=call.body.name,
            is_default=call.body.is_default,
            archived=call.body.archived,
        )

    def versions(self, call: Call) -> dict[str, Any]:
        """Every version of a place's policy, the newest first."""
        found = self.service.versions(call.subject, call.path.place_id)
        return {"items": [present.policy_version(item) for item in found], "next_cursor": None}

    def new_policy(self, call: Call) -> dict[str, Any]:
        """The next version of a place's policy; earlier records keep theirs."""
        policy = _policy(call.body)
        return present.place(self.service.new_policy(call.subject, call.path.place_id, policy))


def _policy(sent: PolicyIn) -> Policy:
    evidence = frozenset(Evidence(word) for word in sent.evidence if word != "none")
    if Evidence.LIVENESS in evidence and Evidence.FACE not in evidence:
        raise invalid("evidence: liveness goes together with face", field="evidence")
    return Policy(
        version=0,
        evidence=evidence,
        mode=Mode(sent.mode),
        on_face_down=OnFaceDown(sent.on_face_down),
        skew_seconds=sent.skew_seconds,
        without_face=WithoutFace(sent.without_face),
        face_check=FaceCheck(sent.face_check),
    )
