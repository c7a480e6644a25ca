"""Whether the time of a refused log-in tells that the name exists.

    python -m bench.login_timing

200 names that exist and 200 that do not, in turn, so that whatever else the machine does meets both
alike; one client, as somebody who measures would. Three rounds, the median counts. Nearly all of
the time is the hash, which an unknown name pays for as well.
"""

from __future__ import annotations

import statistics
import time

import httpx

from auth_service.passwords import Passwords
from bench.ranks import mann_whitney
from bench.stage import ROUNDS, Row, Stage, stage

NAMES = 200
#: Of chance: a difference this unlikely would be one.
LEVEL = 0.01
MOST_MS = 2.0
_NO_LIMITS = {
    "DEMO": "0",
    "LOGIN_FAILURES_PER_ACCOUNT": "10000",
    "LOGIN_FAILURES_PER_ADDRESS": "10000",
    "LOGIN_FAILURES_PER_SITE": "1000000",
}


def refused(client: httpx.Client, username: str) -> float:
    """Milliseconds until a wrong password for ``username`` is refused."""
    body = {"username": username, "password": "quite wrong"}
    began = time.perf_counter()
    answer = client.post("/login", json=body)
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != 401:
        raise SystemExit(f"{username}: answered {answer.status_code}")
    return took


def round_of(client: httpx.Client) -> tuple[float, float, float]:
    """The chance of such a difference, that of the medians in ms, and the median."""
    known, unknown = [], []
    for number in range(1, NAMES + 1):
        pair = [(f"crowd{number}", known), (f"nobody{number}", unknown)]
        for username, times in pair if number % 2 else reversed(pair):
            times.append(refused(client, username))
    apart = abs(statistics.median(known) - statistics.median(unknown))
    return mann_whitney(known, unknown), apart, statistics.median(known)


def measure(on: Stage) -> list[Row]:
    """The rows of this path."""
    with httpx.Client(base_url=on.system.url("auth"), trust_env=False, timeout=30) as client:
        for number in range(20):
            refused(client, f"warm{number}")
        rounds = [round_of(client) for _ in range(ROUNDS)]
    chances, aparts, medians = (statistics.median(values) for values in zip(*rounds, strict=True))
    path = f"refused log-in: {NAMES} known and {NAMES} unknown names in turn"
    against = f"median {medians:.1f} ms"
    return [
        Row(f"{path}, Mann-Whitney p", f"{chances:.2f}", f"{LEVEL}", chances / LEVEL, 1),
        Row(
            f"{path}, medians apart",
            f"{aparts:.2f} ms",
            against,
            aparts / MOST_MS,
            1,
            smaller_is_better=True,
        ),
    ]


def main() -> None:
    """Measure and print."""
    passwords = Passwords()
    with passwords.turn() as turn:
        stored = turn.hash("correct battery staple")
    passwords.close()
    with stage(NAMES, **_NO_LIMITS) as on:
        on.sql("UPDATE auth.person SET password_hash = %(stored)s", stored=stored)
        for row in measure(on):
            print(row.line(), flush=True)


if __name__ == "__main__":
    main()
