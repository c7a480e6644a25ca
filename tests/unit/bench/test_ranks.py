"""The rank test says what published tables and simple cases say."""

from __future__ import annotations

import random

import pytest

from bench.ranks import mann_whitney


def test_the_same_values_do_not_differ() -> None:
    assert mann_whitney([1.0, 2.0, 3.0] * 10, [1.0, 2.0, 3.0] * 10) == pytest.approx(1.0)
    assert mann_whitney([1.0] * 5, [1.0] * 5) == 1.0


def test_apart_altogether_they_differ() -> None:
    assert mann_whitney(list(range(30)), list(range(30, 60))) < 1e-9


def test_a_known_value() -> None:
    """U = 15 of 20 x 20 pairs without ties: z = (|15 - 200| - 0.5) / sqrt(20 * 20 * 41 / 12)."""
    one = [float(n) for n in range(20)]
    other = [n + 14.75 for n in range(20)]
    u = sum(a > b for a in one for b in other)
    assert u == 15
    assert mann_whitney(one, other) == pytest.approx(6.0148e-7, rel=1e-4)


def test_it_does_not_mind_the_order_of_the_sides_or_outliers() -> None:
    rng = random.Random(1)
    one = [rng.gauss(20, 1) for _ in range(200)]
    other = [rng.gauss(20, 1) for _ in range(200)]
    assert mann_whitney(one, other) == pytest.approx(mann_whitney(other, one))
    spoiled = [*other[:-3], 5e3, 6e3, 7e3]
    assert mann_whitney(one, spoiled) > 0.01


def test_chance_alone_is_evenly_spread() -> None:
    rng = random.Random(2)
    found = [
        mann_whitney([rng.random() for _ in range(30)], [rng.random() for _ in range(30)])
        for _ in range(400)
    ]
    assert 0.02 < sum(p < 0.05 for p in found) / len(found) < 0.08
    assert 0.4 < sum(found) / len(found) < 0.6


def test_a_small_shift_is_seen_in_enough_of_them() -> None:
    rng = random.Random(3)
    one = [rng.gauss(20, 1) for _ in range(200)]
    other = [rng.gauss(20.5, 1) for _ in range(200)]
    assert mann_whitney(one, other) < 0.01
