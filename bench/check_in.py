"""Check-ins over REST, each person once, against pgbench running the same four writes.

    python -m bench.check_in

The whole local system runs: the sequencer numbers every event and the reporter follows. The limit
is ``four_writes.sql``, on the same database in the same run.
"""

from __future__ import annotations

from pathlib import Path

from bench import wrk
from bench.stage import ROUNDS, Row, Stage, median, stage

CROWD = 24_000
SECONDS = 5


def four_writes(people: list[int]) -> str:
    """The writes of one check-in as a script of pgbench."""
    text = Path(__file__).with_name("four_writes.sql").read_text(encoding="utf-8")
    return f"\\set person random({people[0]}, {people[-1]})\n{text}"


def measure(on: Stage) -> list[Row]:
    """The rows of this path."""
    base = on.system.url("attendance")
    script = four_writes(on.people)
    ratios: dict[int, list[tuple[float, float]]] = {16: [], 64: []}
    tails: list[float] = []
    alone: list[float] = []
    for _ in range(ROUNDS):
        for connections, kept in ratios.items():
            load = _run(on, base, connections)
            kept.append((load.per_second, on.pgbench(script, clients=connections, seconds=SECONDS)))
            if connections == 16:
                tails.append(load.p99)
        alone.append(_run(on, base, 1).p50)
    rows = [_ratio(connections, pairs) for connections, pairs in ratios.items()]
    tail, single = median(tails), median(alone)
    return [
        *rows,
        Row("check-in, p99 at 16 connections", f"{tail:.1f} ms", "25 ms", tail / 25, 1, True),
        Row("check-in, p50 of one connection", f"{single:.2f} ms", "1.6 ms", single / 1.6, 1, True),
    ]


def _run(on: Stage, base: str, connections: int) -> wrk.Load:
    on.everybody_out()
    load = wrk.run(
        base,
        method="POST",
        path="/attendance",
        tokens=on.tokens,
        connections=connections,
        seconds=SECONDS,
        body='{"action":"in"}',
    )
    if load.refused:
        raise SystemExit(f"{load.refused} check-ins were refused: the crowd is too small")
    return load


def _ratio(connections: int, pairs: list[tuple[float, float]]) -> Row:
    ours = median([pair[0] for pair in pairs])
    limit = median([pair[1] for pair in pairs])
    ratio = median([mine / most for mine, most in pairs])
    name = f"check-in, {connections} connections"
    return Row(name, f"{ours:,.0f}/s", f"pgbench {limit:,.0f}/s", ratio, 0.3)


def main() -> None:
    """Measure and print."""
    with stage(CROWD) as on:
        for row in measure(on):
            print(row.line(), flush=True)


if __name__ == "__main__":
    main()
