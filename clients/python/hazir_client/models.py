"""Answers as values. What a later version of the service adds is left aside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from .errors import Unreachable

T = TypeVar("T")
Decision = Literal["accept", "review", "reject"]
_DECISIONS: Mapping[str, Decision] = {
    "accept": "accept",
    "review": "review",
    "reject": "reject",
}


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


def read(make: Callable[[Any], T], answer: Any) -> T:
    """``answer`` as ``make`` has it; raises `Unreachable` when it is something else."""
    try:
        return make(answer)
    except (KeyError, TypeError, ValueError) as fault:
        raise Unreachable("the answer is not what was asked for") from fault


def number(value: Any) -> float:
    """A JSON number, and nothing that merely looks like one."""
    if type(value) not in (int, float):
        raise TypeError("not a number")
    return float(value)


def person_number(value: Any) -> int:
    """The number of a person, and nothing that merely looks like one."""
    if type(value) is not int or value < 1:
        raise TypeError("not the number of a person")
    return value


def verdict(body: Any) -> Verdict:
    """A `Verdict` of its JSON."""
    return Verdict(
        _DECISIONS[body["decision"]],
        number(body["similarity"]),
        number(body["threshold"]),
        _liveness(body.get("liveness")),
    )


def _liveness(body: Any) -> Liveness | None:
    if body is None:
        return None
    return Liveness(_DECISIONS[body["decision"]], _number(body["score"]), str(body["reason"]))


def _number(value: Any) -> float | None:
    return None if value is None else number(value)


def identification(body: Any) -> Identification:
    """An `Identification` of its JSON; one that accepts says whom and how alike they are."""
    made = Identification(
        _DECISIONS[body["decision"]],
        None if body["employee_id"] is None else person_number(body["employee_id"]),
        _number(body["similarity"]),
        _number(body["margin"]),
        number(body["threshold"]),
    )
    if made.decision == "accept" and None in (made.employee_id, made.similarity):
        raise ValueError("accepted, and nobody is named")
    return made


def kiosk_person(body: Any) -> KioskPerson:
    """A `KioskPerson` of its JSON."""
    return KioskPerson(person_number(body["employee_id"]), str(body["full_name"]))


def kiosk_people(body: Any, asked: int) -> tuple[KioskPerson | None, ...]:
    """So many `KioskPerson` of their JSON, with ``None`` for nobody."""
    found = tuple(None if one is None else kiosk_person(one) for one in body["items"])
    if len(found) != asked:
        raise ValueError("another number of people")
    return found


def detection(body: Any) -> Detection:
    """A `Detection` of its JSON."""
    return Detection(tuple(_face(one) for one in body["faces"]), body["width"], body["height"])


def _face(body: Any) -> Face:
    x, y, width, height = (number(one) for one in body["box"])
    points = tuple((number(one), number(other)) for one, other in body["landmarks"])
    return Face((x, y, width, height), points, number(body["score"]))


def submitted(body: Any) -> Submitted:
    """A `Submitted` of its JSON."""
    return Submitted(int(body["id"]), str(body["verification_id"]))


def job(body: Any) -> Job:
    """A `Job` of its JSON."""
    return Job(
        int(body["id"]),
        body["kind"],
        body["state"],
        body["attempts"],
        body["verification_id"],
        body["result"],
        body["error"],
        tuple(_delivery(one) for one in body["deliveries"]),
    )


def _delivery(body: Any) -> Delivery:
    return Delivery(body["id"], body["state"], body["attempts"], body["last_status"], body["error"])


def job_page(body: Any) -> JobPage:
    """A `JobPage` of its JSON."""
    items: Sequence[Any] = body["items"]
    return JobPage(tuple(job(one) for one in items), body["next_cursor"])


def record(body: Any) -> Record:
    """A `Record` of its JSON."""
    return Record(
        int(body["id"]),
        int(body["employee_id"]),
        body["action"],
        body["timestamp"],
        body["status"],
        body.get("evidence"),
    )
