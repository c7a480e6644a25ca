"""A start with everything set up, and the memory of the idle system.

    python -m bench.start

Memory is the proportional set size of all the system's processes, so shared pages count once.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

from bench.stage import Row, median
from tests.support.system import System, running_system

ROUNDS = 3


def proportional(pid: int) -> int:
    """The proportional set size of a process and its descendants, in KiB."""
    total = 0
    for process in [pid, *_descendants(pid)]:
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        found = re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)
        total += int(found.group(1)) if found else 0
    return total


def _descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def measure() -> list[Row]:
    """The rows of the start and the memory."""
    seconds: list[float] = []
    memory = 0.0
    for _ in range(ROUNDS):
        with running_system() as system:
            seconds.append(_start_time(system))
            time.sleep(5)
            memory = proportional(system.process.pid) / 1024
    took = median(seconds)
    return [
        Row("cold start to all ready", f"{took:.1f} s", "8 s", took / 8, 1, True),
        Row("memory of the idle system", f"{memory:.0f} MiB", "800 MiB", memory / 800, 1, True),
    ]


def _start_time(system: System) -> float:
    match = re.search(r"All ready in ([\d.]+)", system.process.output())
    assert match is not None
    return float(match.group(1))


def main() -> None:
    """Measure and print."""
    for row in measure():
        print(row.line(), flush=True)


if __name__ == "__main__":
    main()
