"""The table by which a place that asks for liveness judges: every way but one ends elsewhere."""

from __future__ import annotations

import itertools

import pytest

from attendance_service.domain.evidence import (
    WITHOUT_FACE,
    FaceResult,
    LivenessResult,
    Outcome,
    Verdict,
    evidence_of,
    judge,
)
from attendance_service.domain.policy import Evidence, OnFaceDown, Policy, WithoutFace
from attendance_service.domain.verification import Result, status_after

ASKED = frozenset({Evidence.FACE, Evidence.LIVENESS})
LIVE = Policy(version=1, evidence=ASKED)
STRICT = Policy(version=1, evidence=ASKED, without_face=WithoutFace.REFUSE)
PATIENT = Policy(version=1, evidence=ASKED, on_face_down=OnFaceDown.PENDING)
FACE = Policy(version=1, evidence=frozenset({Evidence.FACE}))
ACCEPT, REVIEW, REJECT, DOWN = Verdict.ACCEPT, Verdict.REVIEW, Verdict.REJECT, Verdict.DOWN
COMPARED = {ACCEPT, REVIEW}


def live(verdict: Verdict, *, challenged: bool = True, reason: str = "live") -> LivenessResult:
    return LivenessResult(verdict, 0.91234, reason, challenged)


ANSWERS = [
    None,
    *(live(verdict, challenged=c) for verdict in (ACCEPT, REVIEW, REJECT) for c in (True, False)),
]


def expected(policy: Policy, verdict: Verdict, answer: LivenessResult | None) -> str | None:
    """The table, written down a second time."""
    if verdict in WITHOUT_FACE and policy is not STRICT:
        return "review"
    if verdict not in COMPARED | {DOWN}:
        return "refused"
    if verdict is DOWN or answer is None:
        return "pending" if policy is PATIENT else None
    if answer.verdict is REJECT:
        return "refused"
    if verdict is ACCEPT and answer.verdict is ACCEPT and answer.challenged:
        return "accepted"
    return "review"


@pytest.mark.parametrize(
    ("policy", "verdict", "answer"),
    list(itertools.product([LIVE, STRICT, PATIENT], Verdict, ANSWERS)),
)
def test_only_the_right_face_that_met_its_challenge_is_accepted(
    policy: Policy, verdict: Verdict, answer: LivenessResult | None
) -> None:
    judged = judge(policy, has_image=True, face=FaceResult(verdict, liveness=answer))
    assert (judged.outcome.value if judged else None) == expected(policy, verdict, answer)


@pytest.mark.parametrize("policy", [LIVE, PATIENT])
def test_without_any_answer_or_picture_nobody_is_accepted(policy: Policy) -> None:
    judged = judge(policy, has_image=True, face=None)
    assert (judged.outcome if judged else None) is (Outcome.PENDING if policy is PATIENT else None)
    missing = judge(policy, has_image=False, face=FaceResult(ACCEPT, liveness=live(ACCEPT)))
    assert missing
    assert (missing.outcome, missing.code) == (Outcome.REFUSED, "photo_missing")


@pytest.mark.parametrize("answer", ANSWERS)
def test_where_only_a_face_is_asked_for_liveness_decides_nothing(
    answer: LivenessResult | None,
) -> None:
    judged = judge(FACE, has_image=True, face=FaceResult(ACCEPT, liveness=answer))
    assert judged
    assert judged.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("too_close_to_judge", "Step back"),
        ("challenge_failed", "movement"),
        ("challenge_expired", "too long"),
        ("replayed", "used before"),
        ("frames_identical", "all the same"),
        ("no_face", "without a face"),
        ("several_faces", "one person"),
        ("spoof_suspected", "you yourself"),
        ("a_word_of_a_later_version", "you yourself"),
    ],
)
def test_a_refusal_says_what_to_do_better(reason: str, word: str) -> None:
    face = FaceResult(ACCEPT, liveness=live(REJECT, reason=reason))
    judged = judge(LIVE, has_image=True, face=face)
    assert judged
    assert (judged.code, judged.reason) == ("not_live", reason)
    assert word in judged.message


def test_a_face_that_is_not_the_persons_is_refused_as_that() -> None:
    judged = judge(LIVE, has_image=True, face=FaceResult(REJECT, liveness=live(REJECT)))
    assert judged
    assert judged.code == "face_mismatch"


def test_the_record_keeps_how_it_was_judged() -> None:
    kept = evidence_of(True, FaceResult(ACCEPT, 0.5, 0.4, live(REVIEW, reason="too_few_frames")))
    assert kept is not None
    assert kept["liveness"] == {
        "decision": "review",
        "score": 0.9123,
        "reason": "too_few_frames",
        "challenge": True,
    }
    bare = LivenessResult(REJECT, None, "no_face", False)
    kept = evidence_of(True, FaceResult(ACCEPT, liveness=bare))
    assert kept is not None
    assert kept["liveness"]["score"] is None


@pytest.mark.parametrize("passed", [True, False])
@pytest.mark.parametrize("decision", ["accept", "review", "reject", ""])
@pytest.mark.parametrize("said", [None, {"decision": "accept"}])
def test_later_nobody_is_accepted_where_liveness_was_asked_for(
    passed: bool, decision: str, said: dict[str, str] | None
) -> None:
    result = Result(passed, "", decision, liveness=said)
    status, without = status_after(result, liveness=True), status_after(result)
    assert status == ("review" if without == "accepted" else without)


def test_liveness_needs_a_picture_and_a_face() -> None:
    assert LIVE.needs_image
    assert LIVE.needs_face
    assert LIVE.needs_liveness
    assert not FACE.needs_liveness
