"""The HTTP interface of the face service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from io import BytesIO
from typing import IO, Annotated, Any, Literal

from flask import Response
from prometheus_client import Counter
from pydantic import BaseModel, Field

from common.errors import DomainError, Kind
from common.httpkit.api import Api, Call, Endpoint
from common.httpkit.lean import LeanRequest
from face_service.domain import CONSENT_VERSION, MOST_PHOTOS, Verdict
from face_service.ports import EnrolledFace
from face_service.service import ConsentState, FaceService

_Id = Annotated[int, Field(ge=1, le=2**53 - 1)]
_DECISIONS = Counter("hazir_face_decisions", "Comparisons answered.", ["decision"])


class PersonPath(BaseModel):
    """The person acted upon."""

    person_id: _Id


class FacePath(PersonPath):
    """One enrolled photo of a person."""

    face_id: _Id


class VerifyForm(BaseModel):
    """Whom the image is compared with, unless a second image is sent as ``reference``."""

    employee_id: _Id | None = None


class ConsentIn(BaseModel):
    """The text agreed to."""

    version: str = Field(min_length=1, max_length=64, strict=True)


class FaceOut(BaseModel):
    """A face: its box as x, y, width, height, five landmarks, all in pixels, and a score."""

    box: tuple[float, float, float, float]
    landmarks: list[tuple[float, float]]
    score: float


class DetectionOut(BaseModel):
    """The faces found, and the image's size in pixels the right way up."""

    faces: list[FaceOut]
    width: int
    height: int


class VerdictOut(BaseModel):
    """What a comparison came to; ``similarity`` is a cosine, ``threshold`` what accepts."""

    decision: Literal["accept", "review", "reject"]
    similarity: float
    threshold: float


class ConsentOut(BaseModel):
    """The consent in force, the text now offered, and whether the site uses faces."""

    employee_id: int
    version: str | None
    given_at: str | None
    current_version: str
    biometrics: bool


class EnrolledOut(BaseModel):
    """An enrolled photo."""

    id: int
    created_at: str
    engine: str
    quality: dict[str, float]
    photo_url: str


class EnrolledPage(BaseModel):
    """The enrolled photos of a person: five at most, so one page."""

    items: list[EnrolledOut]
    next_cursor: None = None


class InMemory(LeanRequest):
    """A request whose uploads never touch a disk: they are faces."""

    def _get_file_stream(self, *_: Any, **__: Any) -> IO[bytes]:
        return BytesIO()


@dataclass(frozen=True, slots=True)
class FaceResource:
    """The endpoints over the use cases."""

    service: FaceService

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        person = "/api/v1/people/<person_id>"
        consent, faces = [f"{person}/consent"], [f"{person}/faces"]
        one, photo = [f"{person}/faces/<face_id>"], [f"{person}/faces/<face_id>/photo"]
        of_person: dict[str, Any] = {"path": PersonPath, "tag": "people"}
        of_face: dict[str, Any] = {"path": FacePath, "tag": "people"}
        for endpoint in (
            Endpoint(
                "POST",
                ["/api/v1/faces/detect"],
                self.detect,
                {200: DetectionOut},
                files={"image": 1},
                needed=("image",),
                tag="faces",
            ),
            Endpoint(
                "POST",
                ["/api/v1/faces/verify"],
                self.verify,
                {200: VerdictOut},
                form=VerifyForm,
                files={"image": 1, "reference": 1},
                needed=("image",),
                tag="faces",
            ),
            Endpoint("GET", consent, self.consent, {200: ConsentOut}, **of_person),
            Endpoint("POST", consent, self.give, {201: ConsentOut}, body=ConsentIn, **of_person),
            Endpoint("DELETE", consent, self.withdraw, {204: None}, **of_person),
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

    def detect(self, call: Call) -> dict[str, Any]:
        """The faces in an image."""
        found = self.service.detect(call.subject, call.uploads("image")[0])
        faces = [
            {
                "box": [round(n, 2) for n in (face.x, face.y, face.width, face.height)],
                "landmarks": [[round(n, 2) for n in point] for point in face.landmarks],
                "score": round(face.score, 4),
            }
            for face in found.faces
        ]
        return {"faces": faces, "width": found.width, "height": found.height}

    def verify(self, call: Call) -> dict[str, Any]:
        """Whether an image shows the same person as another image, or an enrolled person."""
        image = call.uploads("image")[0]
        reference = call.uploads("reference")
        employee_id = call.form.employee_id
        if bool(reference) == (employee_id is not None):
            message = "Send either reference or employee_id."
            raise DomainError(Kind.UNPROCESSABLE, "invalid_request", message, field="reference")
        if employee_id is None:
            verdict = self.service.verify_pair(call.subject, image, reference[0])
        else:
            verdict = self.service.verify_person(call.subject, image, employee_id)
        _DECISIONS.labels(verdict.decision.value).inc()
        return _verdict(verdict)

    def consent(self, call: Call) -> dict[str, Any]:
        """The consent of a person."""
        return _consent(self.service.consent(call.subject, call.path.person_id))

    def give(self, call: Call) -> dict[str, Any]:
        """Give one's consent."""
        person, version = call.path.person_id, call.body.version
        return _consent(self.service.give_consent(call.subject, person, version))

    def withdraw(self, call: Call) -> None:
        """Withdraw the consent, which erases every face."""
        self.service.withdraw_consent(call.subject, call.path.person_id)

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


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "decision": verdict.decision.value,
        "similarity": round(verdict.similarity, 4),
        "threshold": verdict.threshold,
    }


def _consent(state: ConsentState) -> dict[str, Any]:
    given = state.consent
    return {
        "employee_id": state.employee_id,
        "version": given.version if given else None,
        "given_at": given.given_at.astimezone(UTC).isoformat() if given else None,
        "current_version": CONSENT_VERSION,
        "biometrics": state.biometrics,
    }


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
