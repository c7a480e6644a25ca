"""Rates, intervals and error rates of faces, against cases whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from bench.faces import identifying, presentation, rule, scores, verifying
from bench.faces.statistics import accuracy, equal_error, folds_of, rate, rate_of_groups
from bench.faces.verifying import Compared
from face_service.domain.identification import Rules, Step
from face_service.domain.matching import Thresholds

LUCK = np.random.default_rng(5)


def test_intervals_of_wilson_and_the_rule_of_three() -> None:
    found = rate(10, 100)
    assert (found.low, found.high) == pytest.approx((0.0552, 0.1744), abs=1e-4)
    assert rate(0, 3000).high == pytest.approx(1e-3)
    assert rate(0, 3000).one_in() == "0 of 3,000: under 1 in 1,000"
    assert rate(1, 1000).percent().startswith("1 of 1,000: 0.10% [")
    assert rate(2, 10_000).one_in() == "2 of 10,000: 1 in 5,000 [1,400 to 18,000]"


def test_what_belongs_together_makes_an_interval_wider() -> None:
    hits = np.array([50.0] + [0.0] * 49)
    counts = np.full(50, 50.0)
    together, alone = rate_of_groups(hits, counts), rate(50, 2500)
    assert together.value == alone.value
    assert together.high > 2 * alone.high
    assert rate_of_groups(hits * 0, counts) == rate(0, 2500)


def test_ten_folds_of_either_kind_and_those_of_the_list() -> None:
    same = np.array([True] * 30 + [False] * 20)
    fold = folds_of(same, [None] * 50)
    assert fold is not None
    assert np.bincount(fold[same]).tolist() == [3] * 10
    assert np.bincount(fold[~same]).tolist() == [2] * 10
    assert folds_of(same[:35], [None] * 35) is None
    named = folds_of(same, ["x"] * 25 + ["y"] * 25)
    assert named is not None
    assert np.bincount(named).tolist() == [25, 25]


def test_accuracy_is_that_of_a_threshold_chosen_elsewhere() -> None:
    same = np.array([True, False] * 50)
    apart = np.where(same, 0.8, 0.1)
    fold = folds_of(same, [None] * 100)
    assert fold is not None
    assert accuracy(apart, same, fold) == (1.0, 0.0)
    mean, error = accuracy(LUCK.random(100), same, fold)
    assert 0.3 < mean < 0.7
    assert error > 0


def test_the_equal_error_rate() -> None:
    genuine, impostor = np.arange(10, 20) / 20, np.arange(0, 10) / 20
    assert equal_error(genuine, impostor)[0] == 0
    genuine, impostor = np.array([0.2, 0.6, 0.7, 0.8]), np.array([0.1, 0.15, 0.3, 0.65])
    error, at = equal_error(genuine, impostor)
    assert error == 0.25
    assert 0.3 < at <= 0.65


def people(count: int, photos: int, noise: float) -> verifying.People:
    found = {}
    for number in range(count):
        centre = LUCK.normal(size=32)
        faces = [centre + noise * LUCK.normal(size=32) for _ in range(photos)]
        found[str(number)] = [(face / np.linalg.norm(face)).astype(np.float32) for face in faces]
    return found


def test_everybody_against_templates_and_no_probe_in_its_own() -> None:
    crowd = people(6, 3, 0.1)
    one = verifying.against_templates(crowd, 1)
    assert one is not None
    assert (len(one.genuine), len(one.impostor)) == (6 * 3 * 2, 6 * 3 * 15)
    two = verifying.against_templates(crowd, 2)
    assert two is not None
    assert (len(two.genuine), len(two.impostor)) == (6 * 3, 6 * 3 * 15)
    assert two.genuine.max() < 1
    assert verifying.against_templates(crowd, 3) is None
    assert one.false_matches(0.99).hits == 0
    assert one.false_non_matches(0.5).hits == 0


def test_the_table_names_the_product_s_own_thresholds() -> None:
    compared = Compared(np.array([0.5, 0.9]), np.array([0.1, 0.405]))
    own = verifying.own_thresholds(Thresholds(), 1)
    lines = verifying.table(compared, own)
    (accept,) = [line for line in lines if "** accept" in line]
    assert accept.startswith("| **0.41** accept | 0 of 2: ")
    (review,) = [line for line in lines if "review from here" in line]
    assert "1 of 2: 1 in 2 " in review
    assert len(lines) == 2 + len({*verifying.GRID, 0.37, 0.41})


def test_searches_by_size_of_the_gallery() -> None:
    crowd = people(30, 3, 0.05)
    found = identifying.search(crowd, 10, 1)
    assert found is not None
    assert found.first.value == 1
    assert found.missed[0.41].hits == 0
    assert found.strangers[0.60].value <= found.strangers[0.41].value
    assert found.strangers[0.41].count == 20 * 20 * 3
    assert identifying.search(crowd, 25, 1) is None
    assert identifying.search(crowd, 10, 4) is None
    assert identifying.search(crowd, 10, 3) is None  # nobody has a photo left to be sought by
    lines = identifying.table(crowd, 1)
    assert lines[2].startswith("| 10 |")
    assert identifying.table(people(3, 2, 0.1), 1) == []


def test_the_whole_rule_by_size_of_the_gallery() -> None:
    rules = Rules((Step(100, 0.45), Step(1000, 0.50)), 0.04, 0.05, 0.6)
    alike = np.eye(120, 128, dtype=np.float32)
    crowd = {f"p{number}": [face] * 4 for number, face in enumerate(alike)}
    found = rule.measure(crowd, 100, 1, 3, rules)
    # Everybody who is enrolled is known, nobody by another's name, and no stranger.
    assert (found.known, found.right, found.wrong) == (100 * 40, 100 * 40, 0)
    assert (found.strangers, found.accepted) == (20 * 40, 0)
    # One photo is in the template and three are looked with: with three enrolled, one is left.
    assert rule.measure(crowd, 100, 3, 3, rules).known == 0
    lax = Rules((Step(100, -1.0),), 0.0, 0.0, 0.6)
    assert rule.measure(crowd, 100, 1, 1, lax).accepted == 20 * 40
    lines = rule.table(crowd, rules)
    assert lines[2].startswith("| 100 | 0.45 | 1 | 1 | 0 of 800: ")
    assert "not measured" in lines[5]
    assert len(lines) == 2 + 4
    assert rule.table(people(100, 2, 0.1), rules) == []


def test_scores_of_presentations_by_what_surrounds_the_face() -> None:
    Answer = presentation.Answer  # noqa: N806 - a class
    answers = {
        "live": [Answer("accept", "live", 3.0, 0.9), Answer("reject", "too_close", 1.0, 0.2)],
        "spoof/print": [
            Answer("reject", "spoof_suspected", 2.0, 0.6),
            Answer("refused", "no_face"),
        ],
        "spoof": [Answer("reject", "spoof_suspected", 2.7, 0.9)],
    }
    lines = scores.by_context(answers)
    assert [line.split(" | ")[:2] for line in lines[2:]] == [
        ["| live", "2.7 and more"],
        ["| spoof", "2.7 and more"],
        ["| spoof/print", "1.8 to 2.7"],
        ["| live", "0 to 1.8"],
    ]
    assert "| 1 of 1 [0%, 100%] |" in lines[2]
    assert lines[4].endswith("| 1 | 0 of 1 [0%, 100%] | 0.60, 0.60, 0.60 |")
    (needed,) = [line for line in scores.thresholds(answers, {}) if line.startswith("| 0.85 |")]
    assert needed == "| 0.85 | 1 of 1 [0%, 100%] | 0 of 1 [0%, 100%] | none | none |"
    assert scores.by_context({"live": [Answer("refused", "no_face")]}) == []


def test_presentations_by_kind(tmp_path: object) -> None:
    from pathlib import Path

    top = Path(str(tmp_path)) / "presentation"
    for name in ("real/a.jpg", "spoof/print/b.jpg", "spoof/screen/c.png", "spoof/d.jpg", "e.jpg"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(b"x")
    found = presentation.presentations(top.parent)
    assert {kind: len(paths) for kind, paths in found.items()} == {
        "live": 1,
        "spoof": 1,
        "spoof/print": 1,
        "spoof/screen": 1,
    }


def test_errors_of_presentations_are_named_by_what_was_presented() -> None:
    Answer = presentation.Answer  # noqa: N806 - a class
    lines = presentation.table(
        {
            "spoof": [Answer("accept", "live"), Answer("reject", "spoof_suspected")],
            "live": [
                Answer("accept", "live"),
                Answer("review", "spoof_suspected"),
                Answer("reject", "too_close_to_judge"),
                Answer("refused", "not_an_image"),
            ],
            "mask": [Answer("refused", "no_face")],
        }
    )
    assert lines[2].startswith("| live, 4 | 2 | 1 | 1 | 0 | BPCER 1 of 2: 50.00%")
    assert lines[2].endswith("| 75.00% |")
    assert lines[4].startswith("| spoof, 2 | 2 | 1 | 0 | 1 | APCER 1 of 2: 50.00%")
    assert lines[6] == "| mask, 1 | 0 | 0 | 0 | 0 | APCER nothing was judged | 0.00% |"
