"""The table by which a policy judges a picture and what the face service said of it."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from attendance_service.domain.evidence import FaceResult, Outcome, Verdict, evidence_of, judge
from attendance_service.domain.policy import (
    OPEN_POLICY,
    Evidence,
    FaceCheck,
    OnFaceDown,
    Policy,
    WithoutFace,
)

PHOTO = Policy(version=1, evidence=frozenset({Evidence.PHOTO}))
FACE = Policy(version=1, evidence=frozenset({Evidence.FACE}), without_face=WithoutFace.REFUSE)
KIND = Policy(version=1, evidence=frozenset({Evidence.FACE}))
PATIENT = Policy(
    version=1,
    evidence=frozenset({Evidence.PHOTO, Evidence.FACE}),
    on_face_down=OnFaceDown.PENDING,
    without_face=WithoutFace.REFUSE,
)
ACCEPTED, REVIEW, PENDING = Outcome.ACCEPTED, Outcome.REVIEW, Outcome.PENDING
REFUSALS = {
    Verdict.REJECT: "face_mismatch",
    Verdict.NO_FACE: "no_face",
    Verdict.SEVERAL_FACES: "several_faces",
    Verdict.NOT_ENROLLED: "not_enrolled",
    Verdict.CONSENT_OUTDATED: "consent_outdated",
    Verdict.BIOMETRICS_OFF: "biometrics_off",
}


@pytest.mark.parametrize("policy", [PHOTO, FACE, PATIENT])
@pytest.mark.parametrize("verdict", [None, *Verdict])
def test_without_the_picture_it_asks_for_a_policy_refuses(
    policy: Policy, verdict: Verdict | None
) -> None:
    face = FaceResult(verdict) if verdict else None
    judged = judge(policy, has_image=False, face=face)
    assert judged
    assert (judged.outcome, judged.code) == (Outcome.REFUSED, "photo_missing")


@pytest.mark.parametrize("has_image", [True, False])
def test_an_open_policy_accepts_anything(has_image: bool) -> None:
    judged = judge(OPEN_POLICY, has_image=has_image, face=None)
    assert judged
    assert judged.outcome is ACCEPTED


def test_a_photo_alone_is_enough_where_no_face_is_asked_for() -> None:
    judged = judge(PHOTO, has_image=True, face=None)
    assert judged
    assert judged.outcome is ACCEPTED


@pytest.mark.parametrize(("policy", "verdict"), list(itertools.product([FACE, PATIENT], Verdict)))
def test_what_the_face_service_says_decides(policy: Policy, verdict: Verdict) -> None:
    judged = judge(policy, has_image=True, face=FaceResult(verdict))
    if verdict is Verdict.DOWN and policy is FACE:
        assert judged is None
        return
    assert judged
    if verdict in REFUSALS:
        assert (judged.outcome, judged.code) == (Outcome.REFUSED, REFUSALS[verdict])
        assert judged.message
    else:
        expected = {Verdict.ACCEPT: ACCEPTED, Verdict.REVIEW: REVIEW, Verdict.DOWN: PENDING}
        assert judged.outcome is expected[verdict]


@pytest.mark.parametrize("verdict", Verdict)
def test_whose_face_cannot_be_asked_for_is_looked_at_by_a_person(verdict: Verdict) -> None:
    judged = judge(KIND, has_image=True, face=FaceResult(verdict))
    without = {Verdict.NOT_ENROLLED, Verdict.CONSENT_OUTDATED, Verdict.BIOMETRICS_OFF}
    assert (judged is not None and judged.outcome is REVIEW) == (
        verdict in without | {Verdict.REVIEW}
    )


def test_no_answer_at_all_is_as_good_as_none() -> None:
    assert judge(FACE, has_image=True, face=None) is None
    judged = judge(PATIENT, has_image=True, face=None)
    assert judged
    assert judged.outcome is PENDING


@pytest.mark.parametrize("verdict", [None, *Verdict])
def test_what_is_compared_later_waits_whatever_was_said(verdict: Verdict | None) -> None:
    """Nothing known at the door accepts it, and nothing but a missing picture refuses it."""
    later = replace(KIND, face_check=FaceCheck.LATER)
    face = FaceResult(verdict) if verdict else None
    judged = judge(later, has_image=True, face=face)
    assert judged
    assert (judged.outcome, judged.code) == (PENDING, "")
    missing = judge(later, has_image=False, face=face)
    assert missing
    assert (missing.outcome, missing.code) == (Outcome.REFUSED, "photo_missing")
    # Where no face is asked for there is nothing to compare later.
    photo = judge(replace(PHOTO, face_check=FaceCheck.LATER), has_image=True, face=face)
    assert photo
    assert photo.outcome is ACCEPTED


def test_every_verdict_is_in_the_table() -> None:
    assert {Verdict.ACCEPT, Verdict.REVIEW, Verdict.DOWN, *REFUSALS} == set(Verdict)


def test_only_what_was_given_is_kept() -> None:
    assert evidence_of(False, None) is None
    assert evidence_of(True, None) == {"photo": True}
    assert evidence_of(True, FaceResult(Verdict.DOWN)) == {"photo": True, "face": "down"}
    assert evidence_of(True, FaceResult(Verdict.REJECT, 0.123456, 0.4)) == {
        "photo": True,
        "face": "reject",
        "similarity": 0.1235,
        "threshold": 0.4,
    }
