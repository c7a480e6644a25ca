"""A person's enrolled photos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Any

from flask import Response

from common.httpkit.api import Api, Call, Endpoint
from face_service.domain.consent import MOST_PHOTOS
from face_service.rest.models import EnrolledPage, FacePath, PersonPath
from face_service.service.enrolling import Enrolling
from face_service.service.ports import EnrolledFace


@dataclass(frozen=True, slots=True)
class EnrollingResource:
    """Enrolling, listing, showing and erasing photos."""

    service: Enrolling

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        base = "/api/v1/people/<person_id>/faces"
        faces, one, photo = [base], [f"{base}/<face_id>"], [f"{base}/<face_id>/photo"]
        of_person: dict[str, Any] = {"path": PersonPath, "tag": "people"}
        of_face: dict[str, Any] = {"path": FacePath, "tag": "people"}
        for endpoint in (
            Endpoint(
                "POST",
                faces,
                self.enrol,
                {201: EnrolledPage},
                files={"image": MOST_PHOTOS},
                needed=("image",),
                **of_person,
            ),
            Endpoint("GET", faces, self.faces, {200: EnrolledPage}, **of_person),
            Endpoint("DELETE", faces, self.erase_all, {204: None}, **of_person),
            Endpoint("DELETE", one, self.erase, {204: None}, **of_face),
            Endpoint("GET", photo, self.photo, {200: "image/jpeg"}, **of_face),
        ):
            api.add(endpoint)

    def enrol(self, call: Call) -> dict[str, Any]:
        """Enrol one to five photos of a person."""
        person = call.path.person_id
        return _page(person, self.service.enrol(call.subject, person, call.uploads("image")))

    def faces(self, call: Call) -> dict[str, Any]:
        """The enrolled photos of a person."""
        person = call.path.person_id
        return _page(person, self.service.faces(call.subject, person))

    def erase_all(self, call: Call) -> None:
        """Erase every enrolled photo of a person."""
        self.service.erase(call.subject, call.path.person_id)

    def erase(self, call: Call) -> None:
        """Erase one enrolled photo."""
        self.service.erase(call.subject, call.path.person_id, call.path.face_id)

    def photo(self, call: Call) -> Response:
        """One enrolled photo."""
        jpeg = self.service.photo(call.subject, call.path.person_id, call.path.face_id)
        response = Response(jpeg, mimetype="image/jpeg")
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response


def _page(person_id: int, faces: list[EnrolledFace]) -> dict[str, Any]:
    items = [
        {
            "id": face.id,
            "created_at": face.created_at.astimezone(UTC).isoformat(),
            "engine": face.engine,
            "quality": {"score": round(face.score, 4)},
            "photo_url": f"/api/v1/people/{person_id}/faces/{face.id}/photo",
        }
        for face in faces
    ]
    return {"items": items, "next_cursor": None}
