"""Answers read as values; one that is something else is no answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from .errors import Unreachable
from .models import (
    Consent,
    Decision,
    Delivery,
    Detection,
    Face,
    Identification,
    Job,
    JobPage,
    KioskPerson,
    Liveness,
    Record,
    Submitted,
    Verdict,
)

T = TypeVar("T")
_DECISIONS: Mapping[str, Decision] = {
    "accept": "accept",
    "review": "review",
    "reject": "reject",
}


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


def consent(body: Any) -> Consent:
    """A `Consent` of its JSON."""
    version, biometrics = body["version"], body["biometrics"]
    if type(biometrics) is not bool:
        raise TypeError("not a truth")
    return Consent(
        None if version is None else str(version), str(body["current_version"]), biometrics
    )


def items(body: Any) -> int:
    """How many items there are on a page."""
    found: Sequence[Any] = body["items"]
    if not isinstance(found, list):
        raise TypeError("not a list")
    return len(found)


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
