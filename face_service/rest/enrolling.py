"""A person's enrolled photos."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import UTC
from typing import Any

from flask import Response
from prometheus_client import Counter

from common.errors import DomainError
from common.httpkit.api import Api, Call, Endpoint
from face_service.domain.consent import MOST_PHOTOS
from face_service.domain.quality import ADVICE, Quality
from face_service.rest.models import AssessmentOut, EnrolledPage, FacePath, PersonPath
from face_service.service.enrolling import Enrolling
from face_service.service.ports import EnrolledFace

_PHOTOS = Counter(
    "hazir_face_photos", "Photos looked at for an enrolment, by what is to be put right.", ["first"]
)


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
            Endpoint(
                "POST",
                ["/api/v1/faces/quality"],
                self.quality,
                {200: AssessmentOut},
                files={"image": 1},
                needed=("image",),
                tag="faces",
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
        try:
            enrolled = self.service.enrol(call.subject, person, call.uploads("image"))
        except DomainError as fault:
            if fault.code in ADVICE:
                _PHOTOS.labels(fault.code).inc()
            raise
        _PHOTOS.labels("nothing").inc(len(call.uploads("image")))
        return _page(person, enrolled)

    def quality(self, call: Call) -> dict[str, Any]:
        """Whether a photo would be enrolled, and what would make it better; nothing is kept."""
        found = self.service.assess(call.subject, call.uploads("image")[0])
        _PHOTOS.labels(found.reasons[0] if found.reasons else "nothing").inc()
        return {
            "acceptable": found.acceptable,
            "reasons": list(found.reasons),
            "advice": ADVICE[found.reasons[0]] if found.reasons else None,
            "quality": _quality(found.quality) if found.quality else None,
        }

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
            "quality": _quality(face.quality) if face.quality else _only_score(face.score),
            "photo_url": f"/api/v1/people/{person_id}/faces/{face.id}/photo",
        }
        for face in faces
    ]
    return {"items": items, "next_cursor": None}


def _quality(quality: Quality) -> dict[str, Any]:
    return {name: round(value, 4) for name, value in asdict(quality).items()}


def _only_score(score: float) -> dict[str, Any]:
    names = (one.name for one in fields(Quality))
    return dict.fromkeys(names) | {"score": round(score, 4)}
