"""Faults in an order that a seed decides, so that a run that failed can be had again."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

import psycopg2

from tests.support.faults_points import POINTS
from tests.support.faults_system import FaultySystem


@dataclass(frozen=True, slots=True)
class Step:
    """A fault, due when ``at`` of the planned answers (0 to 1) have been given."""

    at: float
    fault: str
    target: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        lasting = f" for {self.seconds:.2f} s" if self.seconds else ""
        return f"{self.at:.3f} {self.fault} {self.target}{lasting}"


def schedule(seed: int, steps: int) -> list[Step]:
    """``steps`` faults, each kind about equally often, spread over a run."""
    chance = random.Random(seed)
    kinds: list[Callable[[float], Step]] = []
    while len(kinds) < steps:
        again = list(_KINDS)
        chance.shuffle(again)
        kinds += [partial(make, chance) for make in again]
    times = sorted(chance.uniform(0.02, 0.9) for _ in range(steps))
    return [kind(at) for kind, at in zip(kinds, times, strict=False)]


def _kill(names: Sequence[str]) -> Callable[[random.Random, float], Step]:
    return lambda chance, at: Step(at, "kill", chance.choice(names))


def _lasting(
    fault: str, names: Sequence[str], least: float, most: float
) -> Callable[[random.Random, float], Step]:
    return lambda chance, at: Step(at, fault, chance.choice(names), chance.uniform(least, most))


def _point(kind: str) -> Callable[[random.Random, float], Step]:
    return lambda chance, at: Step(at, "point", chance.choice(POINTS[kind]))


_REPORTERS = ("rep-a", "rep-b")
_RESTS = ("rest-a", "rest-b")
_KINDS: tuple[Callable[[random.Random, float], Step], ...] = (
    _kill(_RESTS),
    _kill(("rpc",)),
    _kill(("leader",)),
    _kill(_REPORTERS),
    _lasting("kill worker", _RESTS, 0, 0),
    _lasting("freeze", ("leader",), 0.5, 7),
    _lasting("freeze", (*_REPORTERS, "rpc"), 0.5, 4),
    _lasting("freeze worker", _RESTS, 1, 6),
    _lasting("postgres crash", ("postgres",), 0, 3),
    _lasting("terminate", ("sessions",), 0, 0),
    _lasting("redis away", ("redis",), 0, 3),
    _lasting("redis flush", ("redis",), 0, 0),
    _lasting("freeze", ("redis",), 0.5, 3),
    _lasting("reset", _REPORTERS, 0, 0),
    _lasting("swallow", _REPORTERS, 1, 6),
    _lasting("slow", _REPORTERS, 1, 4),
    *(_point(kind) for kind in POINTS),
    *(_point(kind) for kind in POINTS),
)


class Storm:
    """Does the steps to a system; what has happened is in `told`.

    ``patience`` is for how many seconds a labelled point is waited for.
    """

    def __init__(self, system: FaultySystem) -> None:
        self._system = system
        self.patience = 25.0
        self._postgres = asyncio.Lock()
        self._redis = asyncio.Lock()
        self.told: list[str] = []
        self._faults: dict[str, Callable[[Step], Awaitable[str]]] = {
            "kill": self._kill,
            "kill worker": self._kill_worker,
            "freeze": self._freeze,
            "freeze worker": self._freeze_worker,
            "postgres crash": self._crash,
            "terminate": self._terminate,
            "redis away": self._redis_away,
            "redis flush": self._flush,
            "reset": self._reset,
            "swallow": self._swallow,
            "slow": self._slow,
            "point": self._point,
        }

    async def run(self, steps: Sequence[Step], until: Callable[[float], Awaitable[None]]) -> None:
        """Begin each step when ``until(step.at)`` says so; return when all are over."""
        async with asyncio.TaskGroup() as begun:
            for step in steps:
                await until(step.at)
                begun.create_task(self.do(step))
                # Never all at once: the system is to be in trouble, not absent.
                await asyncio.sleep(0.2)

    async def do(self, step: Step) -> None:
        """Do ``step`` to its end."""
        note = await self._faults[step.fault](step)
        self.told.append(f"{step}{f' ({note})' if note else ''}")

    async def _named(self, name: str) -> str | None:
        if name != "leader":
            return name
        leader = await self._system.leader()
        return leader.name if leader else None

    async def _kill(self, step: Step) -> str:
        name = await self._named(step.target)
        if name is None:
            return "nobody led"
        self._system.kill(name)
        return name

    async def _kill_worker(self, step: Step) -> str:
        pid = self._worker(step.target)
        if pid:
            os.kill(pid, signal.SIGKILL)
        return f"pid {pid}"

    async def _freeze(self, step: Step) -> str:
        name = await self._named(step.target)
        if name is None or not self._system.members[name].alive:
            return "nobody there"
        await self._system.frozen(self._system.members[name].pid, step.seconds)
        return name

    async def _freeze_worker(self, step: Step) -> str:
        pid = self._worker(step.target)
        if pid:
            await self._system.frozen(pid, step.seconds)
        return f"pid {pid}"

    def _worker(self, name: str) -> int:
        member = self._system.members[name]
        children = member.children() if member.ready.is_set() and member.alive else []
        return children[0] if children else 0

    async def _crash(self, step: Step) -> str:
        async with self._postgres:
            await self._system.postgres_crash(step.seconds)
        return ""

    async def _terminate(self, step: Step) -> str:
        try:
            return str(await asyncio.to_thread(self._system.terminate_all))
        except psycopg2.Error:
            return "no database"

    async def _redis_away(self, step: Step) -> str:
        async with self._redis:
            await self._system.redis_away(step.seconds)
        return ""

    async def _flush(self, step: Step) -> str:
        return await asyncio.to_thread(self._system.redis_flush)

    async def _reset(self, step: Step) -> str:
        self._system.proxies[step.target].reset()
        return ""

    async def _swallow(self, step: Step) -> str:
        proxy = self._system.proxies[step.target]
        proxy.swallow()
        await asyncio.sleep(step.seconds)
        proxy.heal()
        return ""

    async def _slow(self, step: Step) -> str:
        proxy = self._system.proxies[step.target]
        proxy.delay = 0.15
        await asyncio.sleep(step.seconds)
        proxy.heal()
        return ""

    async def _point(self, step: Step) -> str:
        label = step.target
        self._system.arm(label)
        try:
            async with asyncio.timeout(self.patience):
                while self._system.armed(label):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            self._system.disarm(label)
            return "never reached"
        return "died"
