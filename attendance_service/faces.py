"""The face service, asked over HTTP with a deadline; whatever goes wrong there is "down"."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpx

from attendance_service.answers import json_object
from attendance_service.domain.evidence import FaceResult, LivenessResult, Verdict
from attendance_service.service.ports import LiveProof
from common import logs
from common.errors import DomainError
from common.service_token import ServiceToken
from common.traces import onward

_DECISIONS = {word.value: word for word in (Verdict.ACCEPT, Verdict.REVIEW, Verdict.REJECT)}
_REASONS = {
    word.value: word
    for word in (
        Verdict.NO_FACE,
        Verdict.SEVERAL_FACES,
        Verdict.NOT_ENROLLED,
        Verdict.CONSENT_OUTDATED,
        Verdict.BIOMETRICS_OFF,
    )
} | {"consent_required": Verdict.NOT_ENROLLED, "not_found": Verdict.NOT_ENROLLED}
_DOWN = FaceResult(Verdict.DOWN)
#: How long a call may wait for a seat: a thread that waits is one that plain check-ins lack.
_WAIT_FOR_SEAT = 0.25


@dataclass(frozen=True, slots=True)
class FaceClient:
    """Compares a picture with a person.

    ``seats`` bounds how many threads of this process may wait for faces at once, so that a face
    service that hangs cannot take the threads that plain check-ins need.
    """

    url: str
    token: ServiceToken
    deadline: float = 3.0
    seats: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(2))

    def compare(self, employee_id: int, image: bytes, proof: LiveProof | None = None) -> FaceResult:
        """What the face service says, within ``deadline`` seconds."""
        if not self.seats.acquire(timeout=_WAIT_FOR_SEAT):
            return _DOWN
        try:
            return self._ask(employee_id, image, proof)
        except (httpx.HTTPError, ValueError, KeyError, DomainError) as fault:
            logs.log().warning("face service is down", reason=type(fault).__name__)
            return _DOWN
        finally:
            self.seats.release()

    def _ask(self, employee_id: int, image: bytes, proof: LiveProof | None) -> FaceResult:
        headers = {
            "Authorization": f"Bearer {self.token.get()}",
            "X-Request-Id": logs.request_id(),
            **onward(),
        }
        until = monotonic() + self.deadline
        with (
            httpx.Client(timeout=self.deadline, trust_env=False) as client,
            client.stream(
                "POST",
                f"{self.url.rstrip('/')}/api/v1/faces/verify",
                data={"employee_id": str(employee_id), **_asked(proof)},
                files=_files(image, proof),
                headers=headers,
            ) as answer,
        ):
            body = json_object(answer, until)
        if answer.status_code == 200:
            return FaceResult(
                _DECISIONS[str(body["decision"])],
                _number(body, "similarity"),
                _number(body, "threshold"),
                _liveness(body, proof) if proof else None,
            )
        if answer.status_code == 401:
            self.token.forget()
        verdict = _REASONS.get(str(body.get("code")))
        if verdict is None:
            raise ValueError(f"answer {answer.status_code}")
        return FaceResult(verdict)


def _asked(proof: LiveProof | None) -> dict[str, str]:
    if proof is None:
        return {}
    challenge = {} if proof.challenge is None else {"challenge": proof.challenge}
    return {"liveness": "1", "occasion": proof.occasion, **challenge}


def _files(image: bytes, proof: LiveProof | None) -> list[tuple[str, tuple[str, bytes, str]]]:
    frames = [("frame", frame) for frame in proof.frames] if proof else []
    named = [("image", image), *frames]
    return [(name, (f"{name}.jpg", content, "image/jpeg")) for name, content in named]


def _liveness(body: dict[str, Any], proof: LiveProof) -> LivenessResult:
    """Raises ``ValueError`` or ``KeyError`` when it does not say: then nothing is known."""
    said = body["liveness"]
    if not isinstance(said, dict):
        raise ValueError("liveness is no object")
    verdict, reason = _DECISIONS[str(said["decision"])], str(said["reason"])
    return LivenessResult(verdict, _number(said, "score"), reason, proof.challenge is not None)


def _number(body: dict[str, Any], name: str) -> float | None:
    value = body.get(name)
    if value is not None and type(value) not in (int, float):
        raise ValueError(f"{name} is no number")
    return value
