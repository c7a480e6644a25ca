"""Who of many it is: every doubt ends short of "accept"."""

from __future__ import annotations

from dataclasses import replace

import pytest

from common.config import ConfigError
from face_service.domain.identification import Frame, Match, Rules, Step, alike, identify
from face_service.domain.matching import Decision
from face_service.identification_settings import read_rules

RULES = Rules((Step(100, 0.45), Step(1000, 0.5)), band=0.04, margin=0.05, agreement=0.6)
HER, HIM, THEM = 1, 2, 3


def frame(*pairs: tuple[int, float]) -> Frame:
    return [Match(*pair) for pair in pairs]


def decision(*frames: Frame, people: int = 50) -> tuple[Decision, int | None]:
    found = identify(frames, people=people, rules=RULES)
    return found.decision, found.employee_id


SURE = frame((HER, 0.7), (HIM, 0.2))
FAINT = frame((HER, 0.42), (HIM, 0.2))
NEAR = frame((HER, 0.7), (HIM, 0.66))
OTHER = frame((HIM, 0.7), (HER, 0.3))
STRANGE = frame((HER, 0.3), (HIM, 0.29))
EMPTY = frame()
ACCEPTED = (Decision.ACCEPT, HER)
REVIEW = (Decision.REVIEW, None)
UNKNOWN = (Decision.REJECT, None)


@pytest.mark.parametrize(
    ("frames", "wanted"),
    [
        ([SURE], ACCEPTED),
        ([frame((HER, 0.45))], ACCEPTED),
        ([frame((HER, 0.4499))], REVIEW),
        ([FAINT], REVIEW),
        ([frame((HER, 0.4099), (HIM, 0.1))], UNKNOWN),
        ([STRANGE], UNKNOWN),
        ([NEAR], REVIEW),
        ([frame((HER, 0.5), (HIM, 0.44))], ACCEPTED),
        ([EMPTY], UNKNOWN),
        ([], UNKNOWN),
        # Two must agree in two and in three frames, three in four and in five.
        ([SURE, EMPTY], UNKNOWN),
        ([SURE, SURE], ACCEPTED),
        ([SURE, FAINT], REVIEW),
        ([SURE, OTHER], UNKNOWN),
        ([SURE, SURE, OTHER], ACCEPTED),
        ([SURE, FAINT, OTHER], REVIEW),
        ([SURE, OTHER, EMPTY], UNKNOWN),
        ([SURE, SURE, STRANGE, EMPTY], UNKNOWN),
        ([SURE, SURE, FAINT, EMPTY], REVIEW),
        ([SURE, SURE, SURE, OTHER, OTHER], ACCEPTED),
        ([SURE, SURE, OTHER, OTHER, EMPTY], UNKNOWN),
    ],
)
def test_decisions(frames: list[Frame], wanted: tuple[Decision, int | None]) -> None:
    assert decision(*frames) == wanted


def test_the_threshold_grows_with_the_gallery() -> None:
    seen = frame((HER, 0.47), (HIM, 0.1))
    assert decision(seen, people=100) == ACCEPTED
    assert decision(seen, people=101) == REVIEW
    assert [RULES.threshold(people) for people in (0, 100, 101, 1000, 9999)] == [
        0.45,
        0.45,
        0.5,
        0.5,
        0.5,
    ]


def test_a_gallery_that_nothing_was_measured_for_accepts_nobody() -> None:
    assert decision(SURE, people=1000) == ACCEPTED
    assert decision(SURE, people=1001) == REVIEW


def test_what_is_told_is_of_the_middle_frame() -> None:
    frames = [frame((HER, s), (HIM, s - m)) for s, m in ((0.6, 0.3), (0.7, 0.1), (0.9, 0.2))]
    found = identify(frames, people=2, rules=RULES)
    assert (found.similarity, found.margin) == (0.7, pytest.approx(0.2))
    assert identify([frame((HER, 0.6))], people=1, rules=RULES).margin is None


def test_candidates_are_the_best_five_of_all_frames() -> None:
    frames = [frame(*((n, 0.5 - n / 100) for n in range(1, 6))), frame((9, 0.6), (1, 0.55))]
    found = identify(frames, people=9, rules=RULES)
    assert found.candidates[:2] == (Match(9, 0.6), Match(1, 0.55))
    assert [one.employee_id for one in found.candidates] == [9, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("frames", "pair"),
    [
        ([NEAR], (HER, HIM)),
        ([NEAR, NEAR, SURE], (HER, HIM)),
        ([NEAR, SURE, SURE], None),
        ([SURE], None),
        ([NEAR, frame((HER, 0.7), (THEM, 0.66))], None),
        ([EMPTY, EMPTY], None),
        # Clearly one of the two, and yet the other would have been taken for the same.
        ([frame((HER, 0.9), (HIM, 0.5))], (HER, HIM)),
    ],
)
def test_one_face_on_two_accounts(frames: list[Frame], pair: tuple[int, int] | None) -> None:
    twins = identify(frames, people=50, rules=RULES).twins
    assert (twins and (twins[0].employee_id, twins[1].employee_id)) == pair


def test_whom_an_enrolment_resembles() -> None:
    seen = frame((HER, 0.8), (HIM, 0.46), (THEM, 0.44))
    assert [one.employee_id for one in alike(seen, people=50, rules=RULES)] == [HER, HIM]
    assert [one.employee_id for one in alike(seen, people=500, rules=RULES)] == [HER]


def test_agreement_is_a_share_of_the_frames_sent() -> None:
    assert [RULES.needed(n) for n in range(6)] == [0, 1, 2, 2, 3, 3]
    assert replace(RULES, agreement=1.0).needed(5) == 5


def test_the_configuration_as_it_comes() -> None:
    rules = read_rules({})
    assert rules.steps == (Step(100, 0.45), Step(1000, 0.5), Step(4000, 0.55))
    assert (rules.band, rules.margin, rules.agreement) == (0.04, 0.05, 0.6)
    own = read_rules({"FACE_IDENTIFY_THRESHOLDS": "20:0.5", "FACE_IDENTIFY_MARGIN": "0.1"})
    assert (own.steps, own.margin) == ((Step(20, 0.5),), 0.1)


@pytest.mark.parametrize(
    "text", ["", "x", "100", "100:0.45,50:0.5", "100:0.5,200:0.45", "0:0.5", "9:0.363", "9:nan"]
)
def test_poor_tables(text: str) -> None:
    if not text:
        assert read_rules({"FACE_IDENTIFY_THRESHOLDS": text}).steps
        return
    with pytest.raises(ConfigError):
        read_rules({"FACE_IDENTIFY_THRESHOLDS": text})


def test_every_fault_is_said_at_once() -> None:
    with pytest.raises(ConfigError) as fault:
        read_rules({"FACE_IDENTIFY_BAND": "wide", "FACE_IDENTIFY_AGREEMENT": "0.5"})
    assert [line.partition(":")[0] for line in fault.value.faults] == [
        "FACE_IDENTIFY_BAND",
        "FACE_IDENTIFY_AGREEMENT",
    ]
