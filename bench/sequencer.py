"""Writes kept while the sequencer numbers and announces them, against the same without it.

    python -m bench.sequencer

64 clients of pgbench run the four writes of a check-in; the sequencer, in a process of its own, is
frozen for the other half of each round, and whoever reads the feed all the time. Hints come
as fast as writers would send them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from attendance_service.sequencer import HintSender
from bench.check_in import four_writes
from bench.stage import Row, Stage, median, stage
from local.ports import free_port
from tests.support.process import frozen

ROUNDS = 5
SECONDS = 4


def measure(on: Stage, hint_port: int) -> list[Row]:
    """The row of this path."""
    script = four_writes(on.people)
    pid = on.system.pid("sequencer")
    pairs = []
    with frozen(on.system.pid("rpc"), on.system.pid("reporter")), _hints(hint_port):
        for _ in range(ROUNDS):
            numbered = on.pgbench(script, clients=64, seconds=SECONDS)
            with frozen(pid):
                plain = on.pgbench(script, clients=64, seconds=SECONDS)
            pairs.append((numbered, plain))
            _caught_up(on)
    ours, limit = median([p[0] for p in pairs]), median([p[1] for p in pairs])
    ratio = median([mine / most for mine, most in pairs])
    name = "writes kept while the sequencer numbers, 64 clients"
    return [Row(name, f"{ours:,.0f}/s", f"without it {limit:,.0f}/s", ratio, 0.85)]


@contextmanager
def _hints(port: int) -> Iterator[None]:
    """A hint each millisecond, from a thread of this process."""
    hint = HintSender(("127.0.0.1", port))
    over = threading.Event()

    def send() -> None:
        while not over.wait(0.001):
            hint()

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        hint.close()


def _caught_up(on: Stage) -> None:
    while on.sql("SELECT 1 FROM attendance.event WHERE feed_seq IS NULL LIMIT 1"):
        pass


def main() -> None:
    """Measure and print."""
    port = free_port()
    with stage(2_000, RPC_NUMBERS="0", SEQUENCER_HINT=f"127.0.0.1:{port}") as on:
        for row in measure(on, port):
            print(row.line(), flush=True)


if __name__ == "__main__":
    main()
