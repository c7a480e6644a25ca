"""Answers as values. What a later version of the service adds is left aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Decision = Literal["accept", "review", "reject"]


@dataclass(frozen=True)
class Face:
    """A face: its box (x, y, width, height) and five landmarks in pixels, and a score (0 to 1)."""

    box: tuple[float, float, float, float]
    landmarks: tuple[tuple[float, float], ...]
    score: float


@dataclass(frozen=True)
class Detection:
    """The faces of an image, and its size in pixels the right way up."""

    faces: tuple[Face, ...]
    width: int
    height: int


@dataclass(frozen=True)
class Live:
    """What shows that somebody is there: further frames in their order, and what they answer.

    ``occasion`` is a service's own name of what it asks for: asking again is then no replay.
    """

    frames: Sequence[bytes] = ()
    challenge: str | None = None
    occasion: str | None = None


@dataclass(frozen=True)
class Liveness:
    """Whether somebody was there; ``score`` (0 to 1) where the model said something."""

    decision: Decision
    score: float | None
    reason: str


@dataclass(frozen=True)
class Verdict:
    """What a comparison came to; ``similarity`` is a cosine, ``threshold`` what accepts."""

    decision: Decision
    similarity: float
    threshold: float
    liveness: Liveness | None = None


@dataclass(frozen=True)
class Identification:
    """Whom frames show, out of many: ``employee_id`` where the decision is "accept".

    ``similarity`` is a cosine, ``threshold`` what accepts among so many, ``margin`` by how much the
    best exceeds the second best, where there is one.
    """

    decision: Decision
    employee_id: int | None
    similarity: float | None
    margin: float | None
    threshold: float


@dataclass(frozen=True)
class KioskPerson:
    """Somebody whom a badge or a PIN belongs to."""

    employee_id: int
    full_name: str


@dataclass(frozen=True)
class Consent:
    """What somebody has agreed to, if anything, and the text that counts now.

    ``biometrics`` says whether their site uses faces at all.
    """

    version: str | None
    current_version: str
    biometrics: bool

    @property
    def in_force(self) -> bool:
        """Whether it is the present text that they have agreed to."""
        return self.version == self.current_version


@dataclass(frozen=True)
class Submitted:
    """A job that was accepted."""

    id: int
    verification_id: str


@dataclass(frozen=True)
class Delivery:
    """The sending of one result."""

    id: str
    state: str
    attempts: int
    last_status: int | None
    error: str | None


@dataclass(frozen=True)
class Job:
    """A job as it stands."""

    id: int
    kind: str
    state: str
    attempts: int
    verification_id: str
    result: Mapping[str, Any] | None
    error: str | None
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True)
class JobPage:
    """Some jobs, and the cursor of the next page."""

    items: tuple[Job, ...]
    next_cursor: str | None


@dataclass(frozen=True)
class Record:
    """A punch that was kept; ``status`` says how it stands."""

    id: int
    employee_id: int
    action: str
    timestamp: str
    status: str
    evidence: Mapping[str, Any] | None
