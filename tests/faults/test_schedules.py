"""The promise under long random schedules: ``make test-faults``.

Each seed is one schedule on a system of its own. ``FAULT_SEEDS`` names others than the usual ones
(``FAULT_SEEDS=17,23 make test-faults`` has them again), ``FAULT_EVENTS`` how many events each one
gets.
"""

from __future__ import annotations

import os

import pytest
import uvloop

from tests.support.faults_scene import under_schedule
from tests.support.faults_schedule import schedule

_SEEDS = [int(word) for word in os.environ.get("FAULT_SEEDS", "1,2,3,4,5,6,7,8,9,10").split(",")]
_EVENTS = int(os.environ.get("FAULT_EVENTS", "10200"))
_STEPS = 36


@pytest.mark.faults
@pytest.mark.parametrize("seed", _SEEDS)
def test_the_promise_holds_under_schedule(seed: int) -> None:
    report = uvloop.run(under_schedule(seed, schedule(seed, _STEPS), _EVENTS))
    print(report.text())
    assert not report.verdict.faults, report.text()
    assert report.events >= _EVENTS
