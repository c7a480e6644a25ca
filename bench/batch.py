"""Batches of 500 late punches, and whether the feed has caught up five seconds later.

python -m bench.batch
"""

from __future__ import annotations

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count

from bench.stage import Row, Stage, median, stage

CALLS = 20
SIZE = 500
ROUNDS = 3
BAR = 15_000


def measure(on: Stage) -> list[Row]:
    """The rows of this path: one device that sends alone, and two at once."""
    rates: dict[int, list[float]] = {1: [], 2: []}
    numbers = count()
    for _ in range(ROUNDS):
        for devices, kept in rates.items():
            kept.append(_rate(on, devices, [_body(next(numbers)) for _ in range(CALLS)]))
            time.sleep(5)
            left = on.sql("SELECT count(*) FROM attendance.event WHERE feed_seq IS NULL")[0][0]
            if left:
                raise SystemExit(f"the feed is {left} events behind after five seconds")
    return [
        Row(
            f"batches of {SIZE}, {devices} connection{'s' if devices > 1 else ''}",
            f"{median(kept):,.0f}/s",
            f"{BAR:,}/s",
            median(kept) / BAR,
            1,
        )
        for devices, kept in rates.items()
    ]


def _rate(on: Stage, devices: int, bodies: list[str]) -> float:
    """Punches a second of ``bodies``, each person's own, over as many connections at once."""
    sent = list(zip(on.tokens.read_text().splitlines(), bodies, strict=True))
    with ThreadPoolExecutor(devices) as pool:
        began = time.perf_counter()
        list(pool.map(lambda first: _send(on, sent[first::devices]), range(devices)))
        return len(bodies) * SIZE / (time.perf_counter() - began)


def _send(on: Stage, sent: list[tuple[str, str]]) -> None:
    connection = http.client.HTTPConnection(f"127.0.0.1:{on.system.ports['ATTENDANCE']}")
    for token, body in sent:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request("POST", "/attendance/batch", body, headers)
        answer = connection.getresponse()
        told = answer.read()
        if answer.status != 200 or told.count(b'"status": 201') != SIZE:
            raise SystemExit(told[:300])
    connection.close()


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
