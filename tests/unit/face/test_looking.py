"""What a worker makes of a job, with stand-ins for whoever compares."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from common.errors import DomainError, Kind, unavailable
from common.identity import Person, Role
from face_service.domain.jobs import JobKind
from face_service.domain.matching import Decision, Verdict
from face_service.service.job_ports import Turn, Work
from face_service.worker.looking import Judge

SERVICE = Person(1, "service:attendance", "", frozenset({Role.SERVICE}))
ON = Person(2, "on", "", frozenset({Role.STUDENT}), school_number="on", biometrics=True)
OFF = Person(3, "off", "", frozenset({Role.STUDENT}), school_number="off")
PEOPLE = {one.employee_id: one for one in (SERVICE, ON, OFF)}
PICTURES = {"picture": [b"1"], "intended_picture": [b"2"], "image": [b"3"]}


def judged(work: Work | None, fault: DomainError | None = None) -> dict[str, Any]:
    """What the worker is told of ``work``, where comparing ends in ``fault``."""
    compared: list[bytes] = []

    def compare(_: Any, *images: Any) -> Verdict:
        compared.extend(images)
        if fault is not None:
            raise fault
        return Verdict(Decision.ACCEPT, 0.71234, 0.41)

    judge: Any = Judge
    answer: dict[str, Any] = judge(
        SimpleNamespace(verify_pair=compare, verify_person=compare),
        None,
        SimpleNamespace(person=PEOPLE.get, people=PEOPLE.values),
        SimpleNamespace(work=lambda _: work),
    )(Turn(1, 1, 1))
    return answer | {"pictures": len(compared)}


def pair(number: str | None, submitted_by: int = 1) -> Work:
    return Work(JobKind.PAIR, submitted_by, None, PICTURES, number)


@pytest.mark.parametrize("number", ["on", "somebody of another installation", None])
def test_two_pictures_are_compared(number: str | None) -> None:
    answer = judged(pair(number))
    assert (answer["compared"], answer["pictures"]) == (True, 2)
    assert answer["outcome"]["decision"] == "accept"
    assert answer["outcome"]["similarity"] == 0.7123


def test_nobody_is_compared_whose_site_uses_no_faces() -> None:
    answer = judged(pair("off"))
    assert answer["pictures"] == 0
    assert answer["compared"] is False
    assert (answer["outcome"]["decision"], answer["outcome"]["reason"]) == (
        "reject",
        "biometrics_off",
    )


def test_a_submitter_who_is_no_more_has_no_say() -> None:
    answer = judged(pair("on", submitted_by=9))
    assert (answer["outcome"]["reason"], answer["pictures"]) == ("not_found", 0)


def test_pictures_that_are_gone_are_a_failed_try() -> None:
    assert judged(None) == {"failed": "pictures_gone", "pictures": 0}


def test_what_may_be_there_again_is_a_failed_try_and_what_will_not_is_an_outcome() -> None:
    busy = judged(pair("on"), unavailable("Busy.", code="busy"))
    assert busy == {"failed": "busy", "pictures": 2}
    final = judged(pair("on"), DomainError(Kind.UNPROCESSABLE, "no_face", "None."))
    assert (final["outcome"]["reason"], final["compared"]) == ("no_face", False)
