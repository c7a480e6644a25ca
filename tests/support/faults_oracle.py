"""What must hold when everything has come to rest: the promise, checked against the tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from tests.support.faults_load import Acknowledged
from tests.support.faults_watchers import Seen


class StoredRecord(NamedTuple):
    """A row of the ledger with the key that it was made under."""

    id: int
    who: int
    n: int
    action: str
    at: datetime
    key: str


class StoredEvent(NamedTuple):
    """A row of the feed."""

    seq: int | None
    event_id: str
    record_id: int
    who: int


RECORDS = (
    "SELECT r.id, r.employee_id, r.n, r.action, r.at, i.key FROM attendance.record r"
    " LEFT JOIN attendance.idempotency i ON i.record_id = r.id ORDER BY r.id"
)
EVENTS = (
    "SELECT feed_seq, event_id::text, record_id, employee_id FROM attendance.event"
    " ORDER BY feed_seq NULLS LAST, id"
)


@dataclass
class Verdict:
    """What was found: the three counts of the promise, and every fault in words."""

    lost: int = 0
    doubled: int = 0
    reordered: int = 0
    faults: list[str] = field(default_factory=list)

    def blame(self, text: str) -> None:
        """Note a fault that is none of the three."""
        self.faults.append(text)


def _few(items: Iterable[object]) -> str:
    found = list(items)
    return f"{len(found)}: {found[:5]}"


def check_answers(
    verdict: Verdict, acknowledged: Sequence[Acknowledged], records: Sequence[StoredRecord]
) -> None:
    """Every answer names a stored record, the same for its key, and nothing else is stored.

    Every lost answer was asked for again until there was one, so that no record stays unnamed.
    """
    stored = {record.id: record for record in records}
    told: defaultdict[str, set[int]] = defaultdict(set)
    for made in acknowledged:
        told[made.key].add(made.record_id)
        row = stored.get(made.record_id)
        if row is None:
            verdict.lost += 1
            verdict.blame(f"acknowledged and not stored: {made}")
            continue
        at = datetime.fromisoformat(made.timestamp)
        if (row.who, row.action, row.key, row.at) != (made.who, made.action, made.key, at):
            verdict.blame(f"{made} is stored as {row}")
    ambiguous = [key for key, ids in told.items() if len(ids) > 1]
    extra = stored.keys() - {made.record_id for made in acknowledged}
    keys = Counter(record.key for record in records)
    repeated = [key for key, count in keys.items() if count > 1]
    verdict.doubled += len(ambiguous) + len(extra) + len(repeated)
    for what, items in (
        ("keys with several records in answers", ambiguous),
        ("records that nobody was told of", extra),
        ("keys with several records", repeated),
    ):
        if items:
            verdict.blame(f"{what}, {_few(items)}")


def check_people(verdict: Verdict, records: Sequence[StoredRecord]) -> None:
    """Each person's count has no gap, the moves alternate, and time goes on."""
    own: defaultdict[int, list[StoredRecord]] = defaultdict(list)
    for record in records:
        own[record.who].append(record)
    for who, mine in own.items():
        mine.sort(key=lambda record: record.n)
        if [record.n for record in mine] != list(range(1, len(mine) + 1)):
            verdict.blame(f"the count of {who} has a gap")
        if any(record.action != ("in", "out")[at % 2] for at, record in enumerate(mine)):
            verdict.blame(f"the moves of {who} do not alternate")
        if any(a.at >= b.at for a, b in pairwise(mine)):
            verdict.blame(f"the times of {who} do not rise")


def check_order_of_answers(
    verdict: Verdict, acknowledged: Sequence[Acknowledged], records: Sequence[StoredRecord]
) -> None:
    """A punch sent after an answer comes after the record of that answer."""
    number = {record.id: record.n for record in records}
    last: dict[int, int] = {}
    for made in acknowledged:
        now = number.get(made.record_id)
        if now is None:
            continue
        if now < last.get(made.who, 0):
            verdict.reordered += 1
            verdict.blame(f"{made} came after the person's punch {last[made.who]}")
        last[made.who] = now


def check_feed(
    verdict: Verdict, events: Sequence[StoredEvent], records: Sequence[StoredRecord], head: int
) -> None:
    """Numbers 1 to N without a gap, one event a record, and each person's records in order."""
    numbers = [event.seq for event in events]
    if numbers != list(range(1, len(events) + 1)):
        verdict.blame(f"the feed's numbers are not 1 to {len(events)}: {numbers[-5:]}")
    if head != len(events):
        verdict.blame(f"the feed's head is {head} with {len(events)} events")
    told = Counter(event.record_id for event in events)
    ids = {record.id for record in records}
    verdict.lost += len(ids - told.keys())
    verdict.doubled += sum(count - 1 for count in told.values())
    if told.keys() != ids or len(told) != len(events):
        verdict.blame(f"{len(records)} records have {len(events)} events of {len(told)} records")
    order = {record.id: record.n for record in records}
    last: dict[int, int] = {}
    for event in events:
        n = order.get(event.record_id, 0)
        if n <= last.get(event.who, 0):
            verdict.reordered += 1
            verdict.blame(f"the feed tells {event.who}'s punch {n} after {last[event.who]}")
        last[event.who] = n


def check_watcher(
    verdict: Verdict,
    name: str,
    seen: Sequence[Seen],
    expected: Sequence[StoredEvent],
    open_cursor: Callable[[str], int],
) -> None:
    """Exactly the expected events were on the wire, each once, in the feed's order."""
    order = {event.event_id: place for place, event in enumerate(expected)}
    times = Counter(event.event_id for event in seen)
    missing = [event for event in expected if event.event_id not in times]
    twice = [event for event in seen if times[event.event_id] > 1]
    foreign = [event for event in seen if event.event_id not in order]
    places = [order[event.event_id] for event in seen if event.event_id in order]
    back = sum(1 for a, b in pairwise(places) if b < a)
    verdict.lost += len(missing)
    verdict.doubled += sum(count - 1 for count in times.values())
    verdict.reordered += back
    if missing:
        verdict.blame(f"{name} was not told of {_few(missing)}")
    if twice:
        verdict.blame(f"{name} was told twice of {_few(twice)}")
    if foreign:
        verdict.blame(f"{name} was told of what is none of its business, {_few(foreign)}")
    if back:
        verdict.blame(f"{name} was told out of order {back} times")
    numbers = {event.event_id: event.seq for event in expected}
    wrong = [
        e for e in seen if e.event_id in numbers and open_cursor(e.cursor) != numbers[e.event_id]
    ]
    if wrong:
        verdict.blame(f"{name} got cursors of other events, {_few(wrong)}")
