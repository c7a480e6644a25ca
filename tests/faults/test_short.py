"""The promise under one of each fault: what every run of the suite makes sure of."""

from __future__ import annotations

import asyncio

import pytest
import uvloop

from tests.support.faults_points import POINTS, all_points
from tests.support.faults_scene import Report, Scene, scene
from tests.support.faults_schedule import Step

pytestmark = pytest.mark.long

_EVENTS = 2000


async def _die_at_every_point(one: Scene, kind: str) -> None:
    """One death after another; the next one waits until the successor serves."""
    names = [name for name in one.system.members if name.startswith(_PREFIX[kind])]
    for label in POINTS[kind]:
        await one.storm.do(Step(0, "point", label))
        await asyncio.sleep(0.1)
        await one.system.ready(*names)


_PREFIX = {"rest": "rest-", "rpc": "rpc", "sequencer": "seq-", "reporter": "rep-"}


async def _servers(one: Scene) -> None:
    await one.storm.do(Step(0, "redis away", "redis", 0.5))
    await one.storm.do(Step(0, "redis flush", "redis"))
    await one.storm.do(Step(0, "swallow", "rep-a", 1.0))
    await one.storm.do(Step(0, "reset", "rep-b"))


async def _everything(one: Scene) -> None:
    one.storm.patience = 60
    async with asyncio.TaskGroup() as lanes:
        for kind in POINTS:
            lanes.create_task(_die_at_every_point(one, kind))
        lanes.create_task(_servers(one))
    # On their own: while the database is away nothing else could be reached.
    await one.storm.do(Step(0, "terminate", "sessions"))
    await one.storm.do(Step(0, "postgres crash", "postgres", 0.3))
    await one.storm.do(Step(0, "kill", "rep-a"))
    await one.system.ready()


@pytest.fixture(scope="module")
def report() -> Report:
    """One run with every fault in it."""

    async def run() -> Report:
        async with scene(seed=1, pause=0.25) as made:
            return await made.run(_EVENTS, _everything)

    made = uvloop.run(run())
    print(made.text())
    return made


def test_nothing_is_lost_doubled_or_reordered(report: Report) -> None:
    verdict = report.verdict
    assert (verdict.lost, verdict.doubled, verdict.reordered) == (0, 0, 0), report.text()


def test_nothing_else_went_wrong(report: Report) -> None:
    assert not report.verdict.faults, report.text()


def test_the_run_was_worth_its_name(report: Report) -> None:
    assert report.events >= _EVENTS
    assert report.deliveries > 4 * report.events
    assert report.load["asked again"] > 0


@pytest.mark.parametrize("label", all_points())
def test_a_process_died_at(report: Report, label: str) -> None:
    assert report.fired[label] == 1, report.text()
