"""What a password costs: ``python bench/login.py``; the median of three runs is the figure.

The bar is 20 to 120 ms a hash at the stated parameters.
"""

from __future__ import annotations

import statistics
import time

from argon2 import PasswordHasher

from auth_service.passwords import LANES, MEMORY_KIB, PASSES, Passwords

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


def main() -> None:
    """Print the table."""
    print(f"argon2id, {MEMORY_KIB} KiB, {PASSES} passes, {LANES} lane")
    for name, measure in (("argon2 alone", bare), ("the service's thread", queued)):
        runs = [measure() for _ in range(RUNS)]
        shown = ", ".join(f"{run:.1f}" for run in runs)
        print(f"{name}: {statistics.median(runs):.1f} ms a check ({shown})")


if __name__ == "__main__":
    main()
