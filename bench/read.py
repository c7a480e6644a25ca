"""Today's records of one person with a million stored, against pgbench's own SELECT.

python -m bench.read
"""

from __future__ import annotations

from attendance_service.store.records import SQL
from bench import wrk
from bench.stage import ROUNDS, Row, Stage, median, stage

CROWD = 2_000
STORED = 1_000_000
SECONDS = 5
_FILL = """
INSERT INTO attendance.record
    (employee_id, n, action, at, outcome, status, zone, offset_minutes, source, policy_version)
SELECT person, n, CASE WHEN n %% 2 = 1 THEN 'in' ELSE 'out' END,
       now() - (%(each)s - n) * interval '4 hours' - interval '1 minute',
       'accepted', 'accepted', 'Europe/Istanbul', 180, 'bench', 0
FROM unnest(%(people)s::bigint[]) AS person, generate_series(1, %(each)s) AS n
ORDER BY n, person;
ANALYZE attendance.record;
"""


def select_script(people: list[int]) -> str:
    """The product's statement as a script of pgbench."""
    text = SQL["person_day"]
    for number, value in {
        1: ":person",
        2: "date_trunc('day', now())",
        3: "(date_trunc('day', now()) + interval '1 day')",
        4: "1000",
    }.items():
        text = text.replace(f"${number}", value)
    text = "\n".join(line for line in text.splitlines() if not line.strip().startswith("--"))
    return f"\\set person random({people[0]}, {people[-1]})\n{text};\n"


def measure(on: Stage) -> list[Row]:
    """The row of this path."""
    on.sql(_FILL, people=on.people, each=STORED // len(on.people))
    script = select_script(on.people)
    pairs = []
    one = on.people[len(on.people) // 2]
    single = on.tokens.with_name("one.txt")
    single.write_text(on.tokens.read_text().splitlines()[len(on.people) // 2] + "\n")
    for _ in range(ROUNDS):
        load = wrk.run(
            on.system.url("attendance"),
            method="GET",
            path=f"/attendance/{one}",
            tokens=single,
            connections=16,
            seconds=SECONDS,
        )
        if load.refused:
            raise SystemExit(f"{load.refused} reads were refused")
        pairs.append((load.per_second, on.pgbench(script, clients=16, seconds=SECONDS)))
    ours, limit = median([p[0] for p in pairs]), median([p[1] for p in pairs])
    ratio = median([mine / most for mine, most in pairs])
    name = "today's records of one person, 10^6 stored, 16 connections"
    return [Row(name, f"{ours:,.0f}/s", f"pgbench {limit:,.0f}/s", ratio, 0.06)]


def main() -> None:
    """Measure and print."""
    with stage(CROWD) as on:
        for row in measure(on):
            print(row.line(), flush=True)


if __name__ == "__main__":
    main()
