"""Jobs: how often they are tried, what is told of them, and who may say how a try ended."""

from __future__ import annotations

import json

import pytest

from face_service.domain.jobs import (
    UNDECIDED,
    JobState,
    Outcome,
    delay,
    unfit,
    webhook_body,
)


@pytest.mark.parametrize(("tries", "wait"), [(1, 2), (2, 20), (3, None), (9, None)])
def test_three_tries_and_no_more(tries: int, wait: int | None) -> None:
    assert delay(tries, (2, 20)) == wait


def told(outcome: Outcome) -> dict[str, object]:
    body: dict[str, object] = json.loads(webhook_body("v-1", outcome))
    return body


def test_a_match_has_passed() -> None:
    assert told(Outcome("accept", "match", 0.71, 0.41)) == {
        "overall_result": {"verification_passed": True, "reason": "match"},
        "verification_id": "v-1",
        "decision": "accept",
        "similarity": 0.71,
        "threshold": 0.41,
    }


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome("review", "doubtful", 0.39, 0.41), JobState.DONE),
        (Outcome("reject", "face_mismatch", 0.1, 0.41), JobState.DONE),
        (unfit("no_face"), JobState.FAILED),
        (UNDECIDED, JobState.FAILED),
    ],
)
def test_everything_else_has_not(outcome: Outcome, state: JobState) -> None:
    assert told(outcome)["overall_result"] == {
        "verification_passed": False,
        "reason": outcome.reason,
    }
    assert outcome.state is state


def test_a_match_that_is_not_alive_has_not_passed() -> None:
    alive = {"decision": "accept", "score": 0.9, "reason": "live"}
    flat = {"decision": "review", "score": 0.4, "reason": "spoof_suspected"}
    for liveness, passed in ((alive, True), (flat, False)):
        body = told(Outcome("accept", "match", 0.71, 0.41, liveness))
        assert body["overall_result"] == {"verification_passed": passed, "reason": "match"}
        assert body["liveness"] == liveness
