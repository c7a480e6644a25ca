"""Every way in which a row of frames can be judged: only one of them accepts."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from face_service.domain.challenge import Movement
from face_service.domain.faces import Face
from face_service.domain.liveness import (
    CONTEXT,
    LivenessVerdict,
    Look,
    Presented,
    Reason,
    Thresholds,
    context,
    judge,
    patch,
)
from face_service.domain.matching import Decision, Embedding
from face_service.domain.replays import FINGERPRINT, Replay
from tests.unit.face.test_challenge import face

THRESHOLDS = Thresholds(accept=0.85, review=0.5)
ACCEPT, REVIEW, REJECT = Decision
LEFT = Presented(Movement.TURN_LEFT)
_numbers = itertools.count()


def vector(*numbers: float) -> Embedding:
    made = np.array(numbers, np.float32)
    return made / np.float32(np.linalg.norm(made))


ME = vector(1, 0)
ELSE = vector(0, 1)


def look(real: float | None = 0.95, *, turned: float = 0.0, who: Embedding | None = ME) -> Look:
    digest = next(_numbers).to_bytes(32, "big")
    return Look(digest, bytes(FINGERPRINT), face(turned), real=real, embedding=who)


def looks(*scores: float | None) -> list[Look]:
    return [look(score) for score in scores]


def turning(*scores: float | None) -> list[Look]:
    """Frames of a head that turns to its left."""
    return [look(score, turned=0.12 * number) for number, score in enumerate(scores)]


def said(verdict: LivenessVerdict) -> tuple[str, str]:
    return verdict.decision.value, verdict.reason.value


def test_three_good_frames_are_live() -> None:
    verdict = judge(looks(0.99, 0.9, 0.86), THRESHOLDS)
    assert verdict == LivenessVerdict(ACCEPT, 0.9, Reason.LIVE)


def test_the_movement_that_was_asked_for_is_live() -> None:
    assert said(judge(turning(0.9, 0.9, 0.9, 0.9), THRESHOLDS, challenge=LEFT)) == (
        "accept",
        "live",
    )


@pytest.mark.parametrize(
    ("scores", "decision", "reason"),
    [
        ((0.85, 0.85, 0.85), "accept", "live"),
        ((0.84, 0.84, 0.84), "review", "spoof_suspected"),
        ((0.99, 0.99, 0.2), "accept", "live"),  # two of three agree
        ((0.99, 0.99, 0.2, 0.2), "review", "spoof_suspected"),
        ((0.99, 0.5, 0.5), "review", "spoof_suspected"),
        ((0.99, 0.49, 0.49), "reject", "spoof_suspected"),
        ((0.99,), "review", "too_few_frames"),
        ((0.99, 0.99), "review", "too_few_frames"),
        ((0.3,), "reject", "spoof_suspected"),
        ((None,), "reject", "too_close_to_judge"),
        ((0.99, None), "reject", "too_close_to_judge"),
        ((0.99, 0.99, None), "reject", "too_close_to_judge"),
        ((0.99, 0.99, 0.99, None, None), "accept", "live"),
    ],
)
def test_scores_decide_with_their_median_and_their_agreement(
    scores: tuple[float | None, ...], decision: str, reason: str
) -> None:
    assert said(judge(looks(*scores), THRESHOLDS)) == (decision, reason)


def test_what_is_refused_whatever_the_scores_are() -> None:
    good = looks(0.99, 0.99, 0.99)
    nobody = replace(good[1], face=None, real=None)
    crowd = replace(nobody, several=True)
    twice = [good[0], good[1], good[1]]
    another = [*good[:2], look(0.99, who=ELSE)]
    unknown = [*good[:2], look(0.99, who=None)]

    def refused(row: list[Look], **what: object) -> str:
        verdict = judge(row, THRESHOLDS, **what)  # type: ignore[arg-type]
        assert verdict.decision is REJECT
        return verdict.reason.value

    assert refused([good[0], nobody, good[2]]) == "no_face"
    assert refused([good[0], crowd, nobody]) == "several_faces"
    assert refused(twice) == "frames_identical"
    assert refused(another) == "several_faces"
    assert refused(unknown) == "several_faces"
    assert refused(good, replay=Replay.SAME) == "replayed"
    assert refused(good, challenge=Presented(None)) == "challenge_expired"
    assert refused(good, challenge=LEFT) == "challenge_failed"
    assert refused(turning(0.9, 0.9, 0.9), challenge=Presented(Movement.CLOSER)) == (
        "challenge_failed"
    )


def test_copies_of_what_was_shown_before_are_a_doubt() -> None:
    verdict = judge(looks(0.99, 0.99, 0.99), THRESHOLDS, replay=Replay.COPIES)
    assert said(verdict) == ("review", "replayed")


def test_a_challenge_with_too_few_frames_is_a_doubt() -> None:
    assert said(judge(looks(0.99, 0.99), THRESHOLDS, challenge=LEFT)) == (
        "review",
        "too_few_frames",
    )


SCORES = st.none() | st.floats(0, 1)


@given(
    st.lists(SCORES, min_size=1, max_size=8),
    st.sampled_from(Replay),
    st.sampled_from([None, Presented(None), *map(Presented, Movement)]),
    st.floats(-0.3, 0.3),
)
def test_doubt_never_accepts(
    scores: list[float | None], replayed: Replay, shown: Presented | None, step: float
) -> None:
    row = [look(score, turned=step * number) for number, score in enumerate(scores)]
    verdict = judge(row, THRESHOLDS, replay=replayed, challenge=shown)
    good = [score for score in scores if score is not None and score >= THRESHOLDS.accept]
    if verdict.decision is ACCEPT:
        assert verdict.reason is Reason.LIVE
        assert replayed is Replay.NO
        assert len(good) >= 2
        assert len(row) >= 3
        assert shown is None or shown.movement is not None
        assert verdict.score is not None
    else:
        assert verdict.reason is not Reason.LIVE


def box(x: float, y: float, width: float, height: float) -> Face:
    return Face(x, y, width, height, (), 0.9)


def test_context_is_that_of_the_narrower_side() -> None:
    assert context(box(0, 0, 100, 150), width=640, height=480) == pytest.approx(3.2)
    assert context(box(0, 0, 100, 100), width=250, height=480) == 2.5
    assert context(box(0, 0, 0, 0), width=640, height=480) == 480
    assert CONTEXT == 2.7


@pytest.mark.parametrize(
    ("where", "part"),
    [
        (box(270, 190, 100, 100), (185, 105, 456, 376)),
        (box(0, 0, 100, 100), (0, 0, 271, 271)),
        (box(540, 380, 100, 100), (369, 209, 640, 480)),
        (box(-20, 100, 100, 100), (0, 15, 271, 286)),
        (box(100, 50, 400, 400), (60, 0, 540, 480)),
    ],
)
def test_the_model_sees_the_face_with_what_surrounds_it(
    where: Face, part: tuple[int, int, int, int]
) -> None:
    assert patch(where, width=640, height=480) == part


@given(st.floats(-50, 700), st.floats(-50, 500), st.floats(1, 900), st.floats(1, 900))
def test_the_part_is_never_empty_and_never_outside(
    x: float, y: float, width: float, height: float
) -> None:
    left, top, right, bottom = patch(box(x, y, width, height), width=640, height=480)
    assert 0 <= left < right <= 640
    assert 0 <= top < bottom <= 480
