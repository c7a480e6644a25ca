"""Finding faces in images, and comparing them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from prometheus_client import Counter

from common.errors import DomainError, Kind
from common.httpkit.api import Api, Call, Endpoint
from face_service.domain.matching import Verdict
from face_service.rest.models import DetectionOut, VerdictOut, VerifyForm
from face_service.service.comparing import Comparing

_DECISIONS = Counter("hazir_face_decisions", "Comparisons answered.", ["decision"])


@dataclass(frozen=True, slots=True)
class ComparingResource:
    """Which faces an image shows, and whose."""

    service: Comparing

    def install(self, api: Api) -> None:
        """Add the endpoints."""
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


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "decision": verdict.decision.value,
        "similarity": round(verdict.similarity, 4),
        "threshold": verdict.threshold,
    }
