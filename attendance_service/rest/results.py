"""Results of comparisons, as the face service tells them: signed, and applied once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from prometheus_client import Counter
from pydantic import BaseModel, Field
from werkzeug.datastructures import Headers

from attendance_service.domain.verification import Result
from attendance_service.service.verification import Effect, ReceiveResult
from common import webhooks
from common.clock import Clock
from common.errors import DomainError, Kind, unauthenticated
from common.httpkit import parse
from common.httpkit.api import Api, Call, Endpoint
from common.httpkit.fields import example

#: Where results come, without the id of the verification.
PATH = "/api/v1/webhooks/verification-result"
_RESULTS = Counter("hazir_verification_results", "Results that came in, by effect.", ["effect"])
_Cosine = Field(default=None, ge=-1, le=1)


class ResultPath(BaseModel):
    """The verification that a result is about."""

    verification_id: UUID


class OverallResult(BaseModel):
    """Whether the picture shows the person, and why."""

    model_config = example(verification_passed=True, reason="match")

    verification_passed: bool = Field(strict=True)
    reason: str = Field(default="", max_length=500)


class ResultIn(BaseModel):
    """A result; only ``overall_result`` and ``verification_id`` have to be there."""

    model_config = example(
        overall_result={"verification_passed": True, "reason": "match"},
        verification_id="0198c2f0-5a0e-7d3e-8f53-0d2b6f1f9b1f",
        decision="accept",
        similarity=0.7123,
        threshold=0.41,
    )

    overall_result: OverallResult
    verification_id: UUID
    decision: Literal["accept", "review", "reject"] | None = None
    similarity: float | None = _Cosine
    threshold: float | None = _Cosine
    liveness: dict[str, Any] | None = None


class ResultTaken(BaseModel):
    """It was taken, now or before."""

    model_config = example(status="success")

    status: Literal["success"]


def count(effect: Effect) -> None:
    """Count what a result did."""
    _RESULTS.labels(effect.value).inc()


@dataclass(frozen=True, slots=True)
class ResultResource:
    """The receiver of results; ``keys`` are those that may have signed them."""

    receive: ReceiveResult
    clock: Clock
    keys: Sequence[bytes] = field(repr=False)

    def install(self, api: Api) -> None:
        """Add the endpoint."""
        api.add(
            Endpoint(
                "POST",
                [f"{PATH}/<verification_id>"],
                self.take,
                {200: ResultTaken},
                path=ResultPath,
                body=ResultIn,
                raw=("application/json",),
                signed_in=False,
                tag="webhooks",
            )
        )

    def take(self, call: Call) -> dict[str, Any]:
        """Take the signed result of a comparison; repeated, it changes nothing."""
        body = call.request.get_data()
        try:
            message_id = webhooks.verified(
                self.keys, _named(call.request.headers), body, now=self.clock.now().timestamp()
            )
        except webhooks.BadSignature as fault:
            raise unauthenticated() from fault
        said = _read(body)
        if said.verification_id != call.path.verification_id:
            # Signed, but not for this address: as good as not signed.
            raise unauthenticated()
        self.receive(call.path.verification_id, message_id, _result(said))
        return {"status": "success"}


def _read(body: bytes) -> ResultIn:
    try:
        return parse.checked(ResultIn, parse.strict_json(body), Kind.UNPROCESSABLE)
    except parse.Malformed as fault:
        raise DomainError(
            Kind.UNPROCESSABLE, "invalid_request", str(fault), field=fault.field
        ) from fault


def _named(headers: Headers) -> dict[str, str]:
    return {name: headers.get(name, "") for name in webhooks.NAMES}


def _result(said: ResultIn) -> Result:
    overall = said.overall_result
    return Result(
        overall.verification_passed,
        overall.reason,
        said.decision or "",
        said.similarity,
        said.threshold,
        said.liveness,
    )
