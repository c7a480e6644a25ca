"""People who punch without pause through whatever breaks, and the log of what they were told.

Everybody goes in and out in turn. A lost or refused-for-now answer is asked for again with the same
key, through any door, until there is one; only then comes the person's next punch.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.faults_doors import Answer, Door, Lost, Wanted
from tests.support.faults_people import Crowd

_TWINS = 0.03


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One answer that promised a record."""

    key: str
    who: int
    action: str
    record_id: int
    timestamp: str
    attempts: int


@dataclass
class Load:
    """The people at the doors; `acknowledged` is in the order of the answers.

    ``pause`` is how long a person waits after an answer, in seconds.
    """

    crowd: Crowd
    doors: list[Door]
    seed: int
    log: Path
    image: bytes
    pause: float = 0.0
    acknowledged: list[Acknowledged] = field(default_factory=list)
    records: set[int] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    sent: dict[str, Wanted] = field(default_factory=dict)
    slowest: float = 0.0
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _file: Any = None

    def stop(self) -> None:
        """Let everybody finish the punch at hand."""
        self._stop.set()

    async def run(self, target: int) -> None:
        """Punch until there are ``target`` records and `stop` was called."""
        with self.log.open("a", encoding="utf-8", buffering=1) as self._file:
            async with asyncio.TaskGroup() as everybody:
                for who in self.crowd.punchers:
                    everybody.create_task(self._live(who, target))

    async def reached(self, count: int) -> None:
        """Wait for ``count`` records."""
        while len(self.records) < count:
            await asyncio.sleep(0.02)

    async def _live(self, who: int, target: int) -> None:
        chance = random.Random(f"{self.seed}/{who}")
        image = self.image if who in self.crowd.pictured else None
        number = 0
        while not (self._stop.is_set() and len(self.records) >= target):
            number += 1
            action = "in" if number % 2 else "out"
            wanted = Wanted(who, action, f"{self.seed}-{who}-{number}", image)
            self.sent[wanted.key] = wanted
            tries = [chance.randrange(1 << 30) for _ in range(2 if chance.random() < _TWINS else 1)]
            began = asyncio.get_running_loop().time()
            answers = await asyncio.gather(*(self._insist(wanted, one) for one in tries))
            self.slowest = max(self.slowest, asyncio.get_running_loop().time() - began)
            if len({answer.record_id for answer in answers}) > 1:
                self.wrong.append(f"{wanted.key}: twins got {answers}")
            if self.pause or image:
                await asyncio.sleep(self.pause or 0.05)

    async def _insist(self, wanted: Wanted, seed: int, *, note: bool = True) -> Answer:
        """Ask until there is an answer that stays."""
        chance = random.Random(seed)
        attempts = 0
        while True:
            door = chance.choice(self.doors)
            attempts += 1
            try:
                answer = await door.punch(self.crowd.tokens[wanted.who], wanted)
            except Lost as lost:
                self.counts[f"lost {lost}"] += 1
                await asyncio.sleep(chance.uniform(0.02, 0.2))
                continue
            self.counts[f"{type(door).__name__} {answer.status} {answer.code}".rstrip()] += 1
            if answer.status == 201:
                if note:
                    self._note(wanted, answer, attempts)
                return answer
            if answer.status != 503 and answer.code != "in_flight":
                self.wrong.append(f"{wanted}: {answer} at attempt {attempts}"[:300])
                if answer.status not in (500, 401, 429):
                    return answer
            await asyncio.sleep(chance.uniform(0.05, 0.3))

    def _note(self, wanted: Wanted, answer: Answer, attempts: int) -> None:
        made = Acknowledged(
            wanted.key,
            wanted.who,
            wanted.action,
            answer.record_id,
            answer.timestamp,
            attempts,
        )
        self.acknowledged.append(made)
        self.records.add(made.record_id)
        self._file.write(json.dumps([made.key, made.record_id]) + "\n")

    async def ask_again(self, most: int) -> None:
        """Repeat calls whose answer had been lost: every one must name the same record."""
        first = {made.key: made for made in self.acknowledged}
        repeated = [made for made in first.values() if made.attempts > 1][:most]
        for made in repeated:
            answer = await self._insist(self.sent[made.key], made.record_id, note=False)
            if answer.record_id != made.record_id:
                self.wrong.append(f"{made.key}: was {made.record_id}, then {answer.record_id}")
        self.counts["asked again"] += len(repeated)
