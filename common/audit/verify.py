"""Checking every chain against what stands in the database: what ``make verify-audit`` does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from common.audit.chain import CHAINS, Broken, Head, Note, head_text, origin, walk
from common.audit.store import ChainRows

#: Rows are chained within about a second; one that still waits then was kept out of the chain.
CHAINED_WITHIN = 60.0

#: By chain, the noted numbers that were passed, with the hashes that stand there.
Passed = dict[str, set[tuple[int, bytes]]]


@dataclass(frozen=True, slots=True)
class Report:
    """What was found of one chain: rows checked, how far it holds, and everything wrong."""

    chain: str
    rows: int
    head: Head
    faults: Sequence[str]

    def __str__(self) -> str:
        held = f"{self.chain}: {self.rows} rows checked, head {head_text(self.chain, self.head)}"
        return "\n".join([held, *(f"{self.chain}: {fault}" for fault in self.faults)])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found of every chain, and the noted heads that are in none."""

    reports: Sequence[Report]
    lost: Sequence[Note]

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.lost and not any(report.faults for report in self.reports)

    def __str__(self) -> str:
        lost = [
            f"the noted head {note.number}:{note.hash.hex()} is in no chain: rows were cut off"
            " behind it, or everything was written anew"
            for note in self.lost
        ]
        return "\n".join([*map(str, self.reports), *lost])


def verify(connection: Any, notes: Sequence[Note] = ()) -> Outcome:
    """Walk every chain in one snapshot, from its first row to its head, and look for ``notes``."""
    connection.set_session(isolation_level="REPEATABLE READ", readonly=True, autocommit=False)
    passed: Passed = {}
    try:
        with connection.cursor() as cursor:
            reports = [_chain(cursor, ChainRows(name), notes, passed) for name in CHAINS]
    finally:
        connection.rollback()
    return Outcome(reports, [note for note in notes if not _passed(note, passed)])


def _chain(cursor: Any, rows: ChainRows, notes: Sequence[Note], passed: Passed) -> Report:
    chain = rows.schema
    wanted = {note.number for note in notes}
    head = origin(chain)
    found = passed.setdefault(chain, {(0, head.hash)})
    broken: Broken | None = None
    while broken is None and (lines := rows.lines(cursor, head.number)):
        head, broken = walk(head, lines)
        held = (line for line in lines if line.number <= head.number)
        found.update((line.number, line.hash) for line in held if line.number in wanted)
    faults = [f"broken at {broken.number}: {broken.fault}"] if broken else []
    faults += _short(head, rows.head(cursor)) if broken is None else []
    count, since = rows.overdue(cursor, CHAINED_WITHIN)
    if count:
        faults.append(f"unchained too long: {count} rows wait for a number since {since}")
    return Report(chain, head.number, head, faults)


def _short(head: Head, kept: Head) -> list[str]:
    """What the head that was kept beside the rows says of where they end."""
    if kept.number > head.number:
        return [
            f"broken at {head.number + 1}: the last rows are missing, up to number {kept.number}"
        ]
    if kept != head:
        return [f"broken at {kept.number}: the head kept beside the rows is another one"]
    return []


def _passed(note: Note, passed: Passed) -> bool:
    chains = [note.chain] if note.chain else CHAINS
    return any((note.number, note.hash) in passed[chain] for chain in chains)
