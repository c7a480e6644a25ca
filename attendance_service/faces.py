"""The face service, asked over HTTP with a deadline; whatever goes wrong there is "down"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from attendance_service.domain.evidence import REASONS, FaceResult, LivenessResult, Verdict
from attendance_service.service.ports import LiveProof
from attendance_service.service.verification import Rejected
from clients.python.hazir_client import (
    Faces,
    HazirError,
    Jobs,
    Live,
    Liveness,
    Problem,
    Seats,
    Transport,
)
from common import logs
from common.errors import DomainError, unavailable
from common.service_token import ServiceToken
from common.traces import onward

_DECISIONS = {word.value: word for word in (Verdict.ACCEPT, Verdict.REVIEW, Verdict.REJECT)}
_DOWN = FaceResult(Verdict.DOWN)
#: How long a check-in may wait for a seat: a thread that waits is one that plain ones lack.
_WAIT_FOR_SEAT = 0.25
_LONGEST_ANSWER = 1 << 16
#: Seconds that handing over a job may take; nobody waits for it.
_JOB_DEADLINE = 10.0
#: Refusals of a job that sending it again would not change.
_FINAL = frozenset({400, 409, 413, 415, 422})


def transport(
    url: str, token: ServiceToken | None, deadline: float, seats: Seats | None = None
) -> Transport:
    """The way to a peer, with the id and the trace of the request at hand."""
    return Transport(url, token, deadline, headers=_headers, longest=_LONGEST_ANSWER, seats=seats)


def _headers() -> Mapping[str, str]:
    return {"X-Request-Id": logs.request_id(), **onward()}


class FaceClient:
    """Compares a picture with a person.

    ``seats`` bounds how many threads of this process may wait for faces at once, so that a face
    service that hangs cannot take the threads that plain check-ins need.
    """

    def __init__(
        self, url: str, token: ServiceToken, deadline: float = 3.0, *, seats: int = 2
    ) -> None:
        self._way = transport(url, token, deadline, Seats(seats, patience=_WAIT_FOR_SEAT))

    def compare(self, employee_id: int, image: bytes, proof: LiveProof | None = None) -> FaceResult:
        """What the face service says, within its deadline in seconds."""
        return compared(self._way, employee_id, image, proof)


def compared(
    way: Transport, employee_id: int, image: bytes, proof: LiveProof | None = None
) -> FaceResult:
    """What the face service at the end of ``way`` says of a picture and a person."""
    try:
        said = Faces(way).verify_person(image, employee_id=employee_id, live=_live(proof))
    except Problem as refusal:
        if refusal.code in REASONS:
            return FaceResult(REASONS[refusal.code])
        return _down(f"answer {refusal.status}")
    except (HazirError, DomainError) as fault:
        return _down(type(fault).__name__)
    live = _liveness(said.liveness, proof) if proof and said.liveness else None
    return FaceResult(_DECISIONS[said.decision], said.similarity, said.threshold, live)


def _live(proof: LiveProof | None) -> Live | None:
    return Live(proof.frames, proof.challenge, proof.occasion) if proof else None


def _liveness(said: Liveness, proof: LiveProof) -> LivenessResult:
    verdict = _DECISIONS[said.decision]
    return LivenessResult(verdict, said.score, said.reason, proof.challenge is not None)


def _down(reason: str) -> FaceResult:
    logs.log().warning("face service is down", reason=reason)
    return _DOWN


@dataclass(frozen=True, slots=True)
class FaceJobs:
    """Hands pictures over to be compared later; ``answers`` is where the results are to come."""

    url: str
    answers: str
    token: ServiceToken

    def submit(self, verification_id: UUID, employee_id: int, image: bytes) -> int:
        """The job's number; handed over twice it is one job.

        Raises `Rejected` for what will never be taken, and ``unavailable``.
        """
        jobs = Jobs(transport(self.url, self.token, _JOB_DEADLINE))
        try:
            return jobs.verify(
                image,
                employee_id=employee_id,
                webhook_url=f"{self.answers.rstrip('/')}/{verification_id}",
                verification_id=str(verification_id),
            ).id
        except Problem as refusal:
            if refusal.status in _FINAL:
                raise Rejected(refusal.code) from refusal
            raise unavailable("The face service takes no jobs.") from refusal
        except HazirError as fault:
            raise unavailable("The face service does not answer.") from fault
