"""Half an hour of check-ins with subscribers: latency, loss, and growth of memory.

    python -m bench.soak [--minutes 30]

The whole local system runs. 150 check-ins a second are due on a fixed schedule, by people who go in
and out in turn; latency counts from when each was due. 480 sockets follow a person of their own
and 20 see everybody; each of them has to be told of every acknowledged record it may see exactly
once and in order. The private memory of our processes is sampled; its growth is the slope of a
robust line after the warm-up, which the caches need to fill: the gRPC server's tail (up to 20,000
events) and the reporter's ring (10,000) are full after two minutes and a half. Progress and the
growth of each process go to stderr.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import gc
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import uvloop

from bench.crowd import Crowd
from bench.inbox import Inbox
from bench.memory import NEIGHBOURS, Diary, sample
from bench.open_loop import Client, steady
from bench.stage import SETTLED, Row, Stage, stage
from bench.subscribers import Subscriber, subscribe
from common.config import Secret
from common.cursors import CursorSealer
from local import keys

RATE = 150.0
#: Each comes back after ten seconds, so that nobody has two requests under way.
PEOPLE = 1500
OWN, WATCHERS = 480, 20
WARM_UP = 300.0
SAMPLE_EVERY = 30.0
_LONGEST_MINUTES = 50.0  # a token lives for an hour
_SETTLES_WITHIN = 10.0


@dataclass
class Ledger:
    """Every subscriber's inbox, and who has to be told of whose records."""

    sealer: CursorSealer
    watchers: list[Inbox] = field(default_factory=list)
    own: dict[int, Inbox] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # The same frame goes to everybody: opening its cursor once is enough.
        self._read = functools.lru_cache(maxsize=1024)(self._parsed)

    def acknowledged(self, employee_id: int, record: int) -> None:
        """The answer to a check-in has come."""
        for inbox in self.watchers:
            inbox.acknowledge(record)
        if employee_id in self.own:
            self.own[employee_id].acknowledge(record)

    def told(self, inbox: Inbox, payload: bytes) -> None:
        """A frame has come to ``inbox``."""
        inbox.tell(*self._read(payload))

    def _parsed(self, payload: bytes) -> tuple[int, int]:
        said = json.loads(payload)
        return self.sealer.open(said["cursor"]), int(said["id"])

    @property
    def inboxes(self) -> list[Inbox]:
        """All of them."""
        return [*self.watchers, *self.own.values()]

    @property
    def open(self) -> int:
        """What has not been told, or not been acknowledged, yet."""
        return sum(inbox.lost + inbox.surplus for inbox in self.inboxes)


@dataclass
class Course:
    """One run as it goes on."""

    on: Stage
    crowd: Crowd
    ledger: Ledger
    sockets: list[Subscriber]
    seconds: float
    diary: Diary = field(default_factory=Diary)

    @property
    def warm_up(self) -> float:
        """Seconds before growth is looked at; a third of a short run."""
        return min(WARM_UP, self.seconds / 3)

    async def watch(self) -> None:
        """Sample the memory and tell how it goes, until cancelled."""
        every = min(SAMPLE_EVERY, self.seconds / 20)
        began, seen = time.monotonic(), 0
        while True:
            sizes = await asyncio.to_thread(sample, self.on.system.place)
            at = time.monotonic() - began
            self.diary.note(at, sizes)
            self._tell(at, seen)
            seen = len(self.crowd.tally.times)
            await asyncio.sleep(every - (time.monotonic() - began) % every)

    def _tell(self, at: float, seen: int) -> None:
        tally, diary = self.crowd.tally, self.diary
        sizes = " ".join(f"{name} {size:.1f}" for name, size in diary.samples[-1][1].items())
        gone = sum(1 for socket in self.sockets if socket.closed)
        faults = sum(box.doubled + box.reordered for box in self.ledger.inboxes)
        say(
            f"{at:6.0f} s  p99 {tally.p(0.99, since=seen):.1f} ms  {dict(tally.answers)}  "
            f"open {self.ledger.open}  faults {faults}  sockets gone {gone}  "
            f"ours {diary.last(diary.ours):.1f} MiB ({sizes})"
        )

    async def settle(self) -> None:
        """Wait until everything under way has arrived, or will not."""
        # First the answers: until the last has come, more may have to be told.
        await _until(lambda: not self.crowd.under_way)
        await _until(lambda: not self.ledger.open)
        # What would come twice comes now.
        await asyncio.sleep(1)

    def rows(self) -> list[Row]:
        """The rows of this path."""
        tally, since = self.crowd.tally, self.warm_up
        p99, growth = tally.p(0.99), self.diary.growth(self.warm_up)
        sent = sum(tally.answers.values()) + self.crowd.under_way
        name = f"{RATE:.0f} check-ins/s for {self.seconds / 60:g} min, {len(self.sockets)} sockets"
        inboxes = self.ledger.inboxes
        lost = sum(box.lost for box in inboxes) + self._unwritten()
        broken = sum(box.faults - box.lost for box in inboxes)
        refused = sent - self.crowd.acknowledged + sum(1 for one in self.sockets if one.closed)
        told = sum(box.told for box in inboxes)
        size = self.diary.last(self.diary.ours)
        faults = f"{lost} lost, {broken} doubled or out of order, {refused} refused"
        for part in self.diary.names:
            mark = " (not ours)" if part in NEIGHBOURS else ""
            rise, now = self.diary.growth(since, [part]), self.diary.last([part])
            say(f"{part:12} {now:7.1f} MiB  {rise:+7.2f} MiB/h{mark}")
        return [
            Row(f"{name}: p99", f"{p99:.1f} ms", "100 ms (aim 30)", p99 / 100, 1, True),
            Row(
                f"{name}: broken promises",
                faults,
                f"{self.crowd.acknowledged:,} answers, {told:,} frames",
                lost + broken + refused,
                0,
                True,
            ),
            Row(
                f"{name}: growth of private memory",
                f"{growth:.2f} MiB/h",
                f"1 MiB/h, of {size:.0f} MiB",
                growth,
                1,
                True,
            ),
        ]

    def _unwritten(self) -> int:
        """By how much the acknowledged records outnumber those in the database."""
        people = self.on.people
        text = "SELECT count(*) FROM attendance.record WHERE employee_id = ANY(%(people)s)"
        return max(0, self.crowd.acknowledged - int(self.on.sql(text, people=people)[0][0]))


async def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SETTLES_WITHIN
    while not done() and time.monotonic() < deadline:
        await asyncio.sleep(0.1)


def say(text: str) -> None:
    """A line that is no row of the table."""
    print(text, file=sys.stderr, flush=True)


async def run(on: Stage, seconds: float) -> list[Row]:
    """Subscribe, load, settle; the rows."""
    tokens = dict(zip(on.people, on.tokens.read_text().split(), strict=True))
    watchers = on.enlist("watcher", WATCHERS, "admin")
    await asyncio.sleep(SETTLED)
    epoch = on.sql("SELECT epoch::text FROM attendance.feed_head")[0][0]
    key = Secret(keys.read(on.system.place.secrets, "cursor_key")).key()
    ledger = Ledger(CursorSealer(key, epoch))
    made: list[Callable[[], Subscriber]] = []
    for token in watchers.values():
        inbox = Inbox()
        ledger.watchers.append(inbox)
        made.append(_client(token, "all", ledger, inbox))
    for number in on.people[:OWN]:
        ledger.own[number] = inbox = Inbox()
        made.append(_client(tokens[number], "own", ledger, inbox))
    sockets = await subscribe(on.system.ports["REPORTER"], made)
    client = Client(on.system.ports["ATTENDANCE"])
    course = Course(on, Crowd(client, tokens, ledger.acknowledged), ledger, sockets, seconds)
    # What stands now stays: the collector of this process need not walk it under load.
    gc.freeze()
    watch = asyncio.create_task(course.watch())
    busy = time.process_time()
    await steady(RATE, seconds, course.crowd.fire)
    say(f"the client took {(time.process_time() - busy) / seconds:.2f} of a core")
    await course.settle()
    watch.cancel()
    rows = course.rows()
    client.close()
    for socket in sockets:
        socket.close()
    return rows


def _client(token: str, scope: str, ledger: Ledger, inbox: Inbox) -> Callable[[], Subscriber]:
    return lambda: Subscriber(token, scope, functools.partial(ledger.told, inbox))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Check-ins and sockets for a long time.")
    parser.add_argument("--minutes", type=float, default=30.0)
    minutes = parser.parse_args().minutes
    if not 0 < minutes <= _LONGEST_MINUTES:
        parser.error(f"--minutes: up to {_LONGEST_MINUTES:.0f}, because tokens live for an hour")
    with stage(PEOPLE) as on:
        for row in uvloop.run(run(on, minutes * 60)):
            print(row.line(), flush=True)


if __name__ == "__main__":
    main()
