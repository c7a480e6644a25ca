"""A run under faults from its start to its verdict."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from common.cursors import CursorSealer
from tests.support import faults_oracle as oracle
from tests.support.faults_doors import Door, GrpcDoor, RestDoor
from tests.support.faults_load import Load
from tests.support.faults_people import Crowd
from tests.support.faults_schedule import Step, Storm
from tests.support.faults_start import faulty_system
from tests.support.faults_system import FaultySystem
from tests.support.faults_watchers import SocketWatcher, StreamWatcher, Watcher
from tests.support.pictures import photo

_QUIET = 1.0
#: A process that finds no database at its start may end with a traceback; these are never right.
_NEVER_LOGGED = (
    '"unexpected"',
    '"app_failed"',
    '"connection_failed"',
    "Exception in thread",
    "exception was never retrieved",
    "ImportError",
    "Fatal Python error",
)


@dataclass
class Report:
    """What a run came to."""

    seed: int
    events: int
    answers: int
    seconds: float
    verdict: oracle.Verdict
    load: Counter[str]
    watchers: dict[str, Counter[str]]
    deliveries: int
    ends: dict[str, dict[int, int]]
    told: list[str]
    fired: Counter[str]
    slowest: float

    def text(self) -> str:
        """For a person, and for the record."""
        verdict = self.verdict
        lines = [
            f"seed {self.seed}: {self.events} events, {self.answers} answers,"
            f" {self.deliveries} deliveries to {len(self.watchers)} subscribers"
            f" in {self.seconds:.0f} s; lost {verdict.lost}, doubled {verdict.doubled},"
            f" reordered {verdict.reordered}, other faults {len(verdict.faults)};"
            f" longest wait of a person {self.slowest:.1f} s",
            *(f"  step {line}" for line in self.told),
            f"  answers: {dict(sorted(self.load.items()))}",
            f"  processes that ended, by status: {self.ends}",
            f"  died at: {dict(self.fired)}",
            *(f"  {name}: {dict(counts)}" for name, counts in self.watchers.items()),
            *(f"  FAULT {fault}" for fault in verdict.faults[:40]),
        ]
        return "\n".join(lines)


@dataclass
class Scene:
    """A running system with its people and its subscribers."""

    system: FaultySystem
    crowd: Crowd
    load: Load
    watchers: list[Watcher]
    gate: asyncio.Event
    storm: Storm = field(init=False)

    def __post_init__(self) -> None:
        self.storm = Storm(self.system)

    async def run(self, target: int, act: Callable[[Scene], Awaitable[None]]) -> Report:
        """Load, ``act`` meanwhile, come to rest, judge."""
        began = time.monotonic()
        async with _running(self.watchers):
            punching = asyncio.create_task(self.load.run(target))
            acting = asyncio.create_task(act(self))
            await _together(punching, acting, stop=self.load.stop)
            seconds = time.monotonic() - began
            self.gate.set()
            await self.system.ready()
            await self.load.ask_again(200)
            await self._rest(len(self.load.records))
        return await self._report(seconds)

    async def _rest(self, most: int) -> None:
        """Wait until every subscriber that sees everybody has had everything, or nothing comes."""
        quiet = 0.0
        before = -1
        while quiet < 15.0:
            seen = sum(len(watcher.seen) for watcher in self.watchers)
            quiet = quiet + 0.1 if seen == before else 0.0
            before = seen
            alls = [watcher for watcher in self.watchers if watcher.who == self.crowd.admin]
            if quiet >= _QUIET and all(len(watcher.seen) >= most for watcher in alls):
                return
            await asyncio.sleep(0.1)

    async def _report(self, seconds: float) -> Report:
        verdict = await asyncio.to_thread(self._judge)
        logs = self.system.logs()
        for word in _NEVER_LOGGED:
            if word in logs:
                at = logs.index(word)
                verdict.blame(f"in the logs: {logs[max(0, at - 300) : at + 1500]}")
        ends = {name: dict(member.ends) for name, member in self.system.members.items()}
        return Report(
            seed=self.load.seed,
            events=len(self.load.records),
            answers=len(self.load.acknowledged),
            seconds=seconds,
            verdict=verdict,
            load=self.load.counts,
            watchers={w.name: w.counts | Counter(connections=w.connections) for w in self.watchers},
            deliveries=sum(len(watcher.seen) for watcher in self.watchers),
            ends={name: statuses for name, statuses in ends.items() if statuses},
            told=self.storm.told,
            fired=Counter(self.system.fired()),
            slowest=self.load.slowest,
        )

    def _judge(self) -> oracle.Verdict:
        verdict = oracle.Verdict()
        records = [oracle.StoredRecord(*row) for row in self.system.sql(oracle.RECORDS)]
        events = [oracle.StoredEvent(*row) for row in self.system.sql(oracle.EVENTS)]
        epoch, head = self.system.sql("SELECT epoch::text, seq FROM attendance.feed_head")[0]
        oracle.check_answers(verdict, self.load.acknowledged, records)
        oracle.check_people(verdict, records)
        oracle.check_order_of_answers(verdict, self.load.acknowledged, records)
        oracle.check_feed(verdict, events, records, head)
        sealer = CursorSealer(self.system.cursor_key, epoch)
        for watcher in self.watchers:
            mine = self._visible_to(watcher)
            expected = [event for event in events if event.who in mine]
            oracle.check_watcher(verdict, watcher.name, watcher.seen, expected, sealer.open)
            verdict.faults += watcher.wrong
        verdict.faults += self.load.wrong
        return verdict

    def _visible_to(self, watcher: Watcher) -> set[int]:
        if not watcher.all:
            return {watcher.who}
        if watcher.who == self.crowd.admin:
            return set(self.crowd.punchers)
        if watcher.who == self.crowd.manager:
            return set(self.crowd.members)
        return {watcher.who}


def _watchers(system: FaultySystem, crowd: Crowd, gate: asyncio.Event) -> list[Watcher]:
    ports = (system.ports["rep-a"], system.ports["rep-b"])
    person, loner = crowd.members[0], crowd.loners[0]

    def over_socket(name: str, who: int, **options: object) -> SocketWatcher:
        token = crowd.tokens[who]
        made = SocketWatcher(name, who, token, ports=ports, **options)  # type: ignore[arg-type]
        made._chance.seed(name)
        return made

    def over_stream(name: str, who: int, *, everybody: bool) -> StreamWatcher:
        token = crowd.tokens[who]
        return StreamWatcher(name, who, token, all=everybody, port=system.ports["rpc"])

    return [
        over_socket("admin-1", crowd.admin),
        over_socket("admin-2", crowd.admin),
        over_socket("slow", crowd.admin, gate=gate),
        over_socket("restless", crowd.admin, restless=150),
        over_socket("manager", crowd.manager),
        over_socket("person", person, all=False),
        over_socket("loner", loner),
        over_socket("bare", loner, all=False, bare=True),
        over_stream("stream-admin", crowd.admin, everybody=True),
        over_stream("stream-manager", crowd.manager, everybody=True),
        over_stream("stream-person", person, everybody=False),
    ]


@asynccontextmanager
async def _running(watchers: Sequence[Watcher]) -> AsyncIterator[None]:
    """Every watcher follows and knows its place before anybody punches."""
    plain = [w for w in watchers if not (isinstance(w, SocketWatcher) and w.bare)]
    tasks = [asyncio.create_task(watcher.run()) for watcher in plain]
    try:
        async with asyncio.timeout(20):
            for watcher in plain:
                await watcher.greeted.wait()
        for watcher in watchers:
            if watcher not in plain:
                # It gets no greeting, and begins where the others stand.
                watcher.after = plain[0].after
                tasks.append(asyncio.create_task(watcher.run()))
        yield
    finally:
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception) and not isinstance(result, asyncio.CancelledError):
                raise result


async def _together(
    punching: asyncio.Task[None], acting: asyncio.Task[None], stop: Callable[[], None]
) -> None:
    """Both to their ends; the first that fails ends the other."""
    try:
        await asyncio.wait({punching, acting}, return_when=asyncio.FIRST_COMPLETED)
        if punching.done():
            punching.result()
        await acting
        stop()
        await punching
    finally:
        for task in (punching, acting):
            if not task.done():
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task


@asynccontextmanager
async def scene(seed: int, *, pause: float = 0.0, plain: int = 40) -> AsyncIterator[Scene]:
    """A system with people at its doors, ready for `Scene.run`."""
    crowd = Crowd(plain=plain)
    async with faulty_system(crowd.populate) as system:
        doors: list[Door] = [
            RestDoor(system.ports["rest-a"]),
            RestDoor(system.ports["rest-b"]),
            GrpcDoor(system.ports["rpc"]),
        ]
        gate = asyncio.Event()
        log = system.folder / "acknowledged.log"
        load = Load(crowd, doors, seed, log, photo(), pause=pause)
        try:
            yield Scene(system, crowd, load, _watchers(system, crowd, gate), gate)
        finally:
            for door in doors:
                await door.close()


async def under_schedule(seed: int, steps: Sequence[Step], target: int) -> Report:
    """A run of about ``target`` events under ``steps``."""

    async def act(one: Scene) -> None:
        await one.storm.run(steps, lambda at: one.load.reached(int(at * target)))

    async with scene(seed) as made:
        return await made.run(target, act)
