"""The slope of memory: what grows is seen, and a step or a sawtooth is not taken for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bench.memory import Diary, private, slope


def test_a_line_has_its_own_slope() -> None:
    assert slope([(float(x), 3.0 * x + 1) for x in range(20)]) == pytest.approx(3)


def test_outliers_do_not_move_it() -> None:
    points = [(float(x), 5.0 + x) for x in range(21)]
    points[4] = (4.0, 500.0)
    points[17] = (17.0, -500.0)
    assert slope(points) == pytest.approx(1, abs=0.05)


def test_one_point_has_none() -> None:
    assert slope([(1.0, 2.0)]) == 0


def test_growth_begins_after_the_warm_up_and_leaves_the_neighbours_out() -> None:
    diary = Diary()
    for at in range(0, 3600, 60):
        ours = min(at, 600) / 10 + at / 3600
        diary.note(at, {"rpc": ours, "auth": 10.0, "postgres": float(at)})
    assert diary.growth(600) == pytest.approx(1)
    assert diary.growth(600, ["auth"]) == 0
    assert diary.growth(600, ["postgres"]) == pytest.approx(3600)
    assert diary.last(diary.ours) == pytest.approx(60 + 3540 / 3600 + 10)


def test_private_memory_is_that_of_the_process() -> None:
    # A process of its own: this one may have the room already.
    code = "print(flush=True); input(); held = b'x' * (32 << 20); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin
        assert child.stdout
        child.stdout.readline()
        before = private([child.pid])
        child.stdin.write("\n")
        child.stdin.flush()
        child.stdout.readline()
        assert 30 < private([child.pid]) - before < 40
        child.kill()
    assert private([2**22 + 1]) == 0
