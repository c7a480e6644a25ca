"""Batches of 500 late punches, and whether the feed has caught up five seconds later.

python -m bench.batch
"""

from __future__ import annotations

import http.client
import json
import time
from datetime import UTC, datetime, timedelta

from bench.stage import Row, Stage, median, stage

CALLS = 20
SIZE = 500
ROUNDS = 3


def measure(on: Stage) -> list[Row]:
    """The row of this path."""
    tokens = on.tokens.read_text().splitlines()
    rates = []
    for round_ in range(ROUNDS):
        connection = http.client.HTTPConnection(f"127.0.0.1:{on.system.ports['ATTENDANCE']}")
        bodies = [_body(round_ * CALLS + call) for call in range(CALLS)]
        began = time.perf_counter()
        for call, body in enumerate(bodies):
            headers = {
                "Authorization": f"Bearer {tokens[call]}",
                "Content-Type": "application/json",
            }
            connection.request("POST", "/attendance/batch", body, headers)
            answer = connection.getresponse()
            told = answer.read()
            if answer.status != 200 or told.count(b'"status": 201') != SIZE:
                raise SystemExit(told[:300])
        rates.append(CALLS * SIZE / (time.perf_counter() - began))
        time.sleep(5)
        left = on.sql("SELECT count(*) FROM attendance.event WHERE feed_seq IS NULL")[0][0]
        if left:
            raise SystemExit(f"the feed is {left} events behind after five seconds")
    rate = median(rates)
    return [Row("batches of 500, one connection", f"{rate:,.0f}/s", "15,000/s", rate / 15_000, 1)]


def _body(number: int) -> str:
    start = datetime.now(UTC) - timedelta(hours=2)
    punches = [
        {
            "id": f"{number}-{index}",
            "claimed_at": (start + timedelta(seconds=index)).isoformat(),
            "action": "out" if index % 2 else "in",
        }
        for index in range(SIZE)
    ]
    return json.dumps({"punches": punches, "sent_at": datetime.now(UTC).isoformat()})


def main() -> None:
    """Measure and print."""
    with stage(CALLS) as on:
        for row in measure(on):
            print(row.line(), flush=True)


if __name__ == "__main__":
    main()
