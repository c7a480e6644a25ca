"""Challenges, and whether frames show a person who is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from prometheus_client import Counter

from common.clock import rfc3339
from common.httpkit.api import Api, Call, Endpoint
from face_service.domain.challenge import LEAST_FRAMES, MOST_FRAMES
from face_service.domain.liveness import MOST_IMAGES, LivenessVerdict
from face_service.rest.models import ChallengeIn, ChallengeOut, LivenessForm, LivenessOut
from face_service.service.liveness import Liveness, Proof

_DECISIONS = Counter("hazir_face_liveness", "Rows of frames judged.", ["decision", "reason"])


@dataclass(frozen=True, slots=True)
class LivenessResource:
    """Being there."""

    service: Liveness

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        for endpoint in (
            Endpoint(
                "POST",
                ["/api/v1/faces/challenges"],
                self.challenge,
                {201: ChallengeOut},
                body=ChallengeIn,
                body_optional=True,
                tag="faces",
            ),
            Endpoint(
                "POST",
                ["/api/v1/faces/liveness"],
                self.check,
                {200: LivenessOut},
                form=LivenessForm,
                files={"image": MOST_IMAGES},
                needed=("image",),
                tag="faces",
            ),
        ):
            api.add(endpoint)

    def challenge(self, call: Call) -> dict[str, Any]:
        """Ask for a movement to show to the camera within a minute."""
        alternative = call.body.alternative if call.body else False
        made = self.service.challenge(call.subject, alternative=alternative)
        return {
            "challenge": made.token,
            "kind": made.movement.value,
            "expires_at": rfc3339(made.expires_at),
            "frames": {"least": LEAST_FRAMES, "most": MOST_FRAMES},
        }

    def check(self, call: Call) -> dict[str, Any]:
        """Whether the camera saw a person or a picture of one."""
        proof = Proof(call.uploads("image"), call.form.challenge, further="image")
        return present(self.service.check(call.subject, proof))


def present(verdict: LivenessVerdict) -> dict[str, Any]:
    """A `LivenessVerdict` that was just reached: counted, and as it is said."""
    _DECISIONS.labels(verdict.decision.value, verdict.reason.value).inc()
    return {
        "decision": verdict.decision.value,
        "score": None if verdict.score is None else round(verdict.score, 4),
        "reason": verdict.reason.value,
    }
