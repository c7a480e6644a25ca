"""Jobs and deliveries: their states, how often they are tried, and what a receiver is told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

#: How often one job is tried before somebody has to look.
MOST_TRIES = 3


class JobKind(StrEnum):
    """What is compared: two pictures, or pictures with an enrolled person."""

    PAIR = "verify_pair"
    PERSON = "verify_person"


class JobState(StrEnum):
    """Where a job stands.

    ``done``: compared. ``failed``: it never can be (no face in the picture, nobody enrolled …).
    ``dead``: every try ended without an answer; an admin may have it tried again.
    """

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DEAD = "dead"


class DeliveryState(StrEnum):
    """Where the sending of a result stands."""

    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of looking at a job's pictures.

    With ``reason`` only, the pictures or the person do not serve; ``similarity`` and ``threshold``
    are cosines. ``liveness`` is what the check for a living person said, where it was asked for.
    """

    decision: str
    reason: str
    similarity: float | None = None
    threshold: float | None = None
    liveness: Mapping[str, Any] | None = None
    compared: bool = True

    @property
    def state(self) -> JobState:
        """What the job becomes."""
        return JobState.DONE if self.compared else JobState.FAILED

    def as_json(self) -> dict[str, Any]:
        """What is kept of it, and shown."""
        kept: dict[str, Any] = {
            "decision": self.decision,
            "reason": self.reason,
            "similarity": self.similarity,
            "threshold": self.threshold,
        }
        return kept | ({"liveness": dict(self.liveness)} if self.liveness else {})


def unfit(code: str) -> Outcome:
    """The outcome of pictures or a person that can never be compared, by the refusal's code."""
    return Outcome("reject", code, compared=False)


#: What is told when every try ended without an answer: a person has to look.
UNDECIDED = Outcome("review", "could_not_be_compared", compared=False)


def delay(tries: int, schedule: Sequence[int]) -> int | None:
    """Seconds to wait after the ``tries``-th try has failed; ``None``: it was the last one."""
    return schedule[tries - 1] if tries <= len(schedule) else None


def webhook_body(verification_id: str, outcome: Outcome) -> bytes:
    """The body of the webhook that tells ``outcome``: JSON, with the job's id inside it."""
    passed = outcome.decision == "accept"
    if outcome.liveness is not None and outcome.liveness.get("decision") != "accept":
        passed = False
    told = {
        "overall_result": {"verification_passed": passed, "reason": outcome.reason},
        "verification_id": verification_id,
        **{name: value for name, value in outcome.as_json().items() if name != "reason"},
    }
    return json.dumps(told, separators=(",", ":")).encode()
