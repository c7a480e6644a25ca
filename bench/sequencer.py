"""Writes kept while the sequencer numbers and announces them, against the same without it.

    python -m bench.sequencer

64 clients of pgbench run the product's four writes; the sequencer is frozen for the other half of
each round.
"""

from __future__ import annotations

import os
import signal

from bench.check_in import four_writes
from bench.stage import Row, Stage, median, stage

ROUNDS = 5
SECONDS = 4


def measure(on: Stage) -> list[Row]:
    """The row of this path."""
    script = four_writes(on.people)
    pid = on.system.pid("sequencer")
    pairs = []
    for _ in range(ROUNDS):
        numbered = on.pgbench(script, clients=64, seconds=SECONDS)
        os.kill(pid, signal.SIGSTOP)
        try:
            plain = on.pgbench(script, clients=64, seconds=SECONDS)
        finally:
            os.kill(pid, signal.SIGCONT)
        pairs.append((numbered, plain))
        _caught_up(on)
    ours, limit = median([p[0] for p in pairs]), median([p[1] for p in pairs])
    ratio = median([mine / most for mine, most in pairs])
    name = "writes kept while the sequencer numbers, 64 clients"
    return [Row(name, f"{ours:,.0f}/s", f"without it {limit:,.0f}/s", ratio, 0.85)]


def _caught_up(on: Stage) -> None:
    while on.sql("SELECT 1 FROM attendance.event WHERE feed_seq IS NULL LIMIT 1"):
        pass


def main() -> None:
    """Measure and print."""
    with stage(2_000) as on:
        for row in measure(on):
            print(row.line(), flush=True)


if __name__ == "__main__":
    main()
