"""What a password costs: ``python -m bench login``; the median of three runs is the figure.

The bar is 20 to 120 ms a hash at the stated parameters.
"""

from __future__ import annotations

import statistics
import time

from argon2 import PasswordHasher

from auth_service.passwords import LANES, MEMORY_KIB, PASSES, Passwords
from bench.stage import Row

RUNS = 3
HASHES = 30


def bare() -> float:
    """Milliseconds a check takes in argon2 itself, at ordinary priority."""
    hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
    stored = hasher.hash("correct battery staple")
    began = time.perf_counter()
    for _ in range(HASHES):
        hasher.verify(stored, "correct battery staple")
    return (time.perf_counter() - began) * 1000 / HASHES


def queued() -> float:
    """Milliseconds a check takes through the service's one thread, at the lowest priority."""
    passwords = Passwords()
    try:
        with passwords.turn() as turn:
            stored = turn.hash("correct battery staple")
            began = time.perf_counter()
            for _ in range(HASHES):
                assert turn.verify(stored, "correct battery staple").right
            return (time.perf_counter() - began) * 1000 / HASHES
    finally:
        passwords.close()


def measure() -> list[Row]:
    """The rows of this path: the hash is neither too cheap to guess nor too dear to wait for."""
    alone = statistics.median(bare() for _ in range(RUNS))
    ours = statistics.median(queued() for _ in range(RUNS))
    name = f"log-in: argon2id, {MEMORY_KIB} KiB, {PASSES} passes, {LANES} lane"
    measured, against = f"{ours:.1f} ms", f"argon2 alone {alone:.1f} ms"
    return [
        Row(f"{name}, of 120 ms", measured, against, ours / 120, 1, smaller_is_better=True),
        Row(f"{name}, of 20 ms", measured, against, ours / 20, 1),
    ]


def main() -> None:
    """Measure and print."""
    for row in measure():
        print(row.line(), flush=True)


if __name__ == "__main__":
    main()
