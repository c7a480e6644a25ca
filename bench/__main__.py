"""Every measurement, one after the other: ``python -m bench [name …]``.

Prints the machine, then the lines of the table in ``docs/benchmarks.md``. ``soak`` takes half an
hour and runs only when it is named.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys

ALL = [
    "check_in",
    "read",
    "sequencer",
    "latency",
    "batch",
    "stream",
    "fanout",
    "face",
    "identify",
    "kiosk",
    "jobs",
    "login",
    "login_storm",
    "login_timing",
    "page",
    "start",
]


def main(names: list[str]) -> int:
    """Run the named measurements, or all of them, each in a process of its own."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    print(f"{os.cpu_count()} cores, {memory} GiB, Python {platform.python_version()}")
    print("\n| path | measured | against | ratio | bar | holds |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    failed = [
        name
        for name in names or ALL
        if subprocess.run([sys.executable, "-m", f"bench.{name}"]).returncode
    ]
    for name in failed:
        print(f"bench.{name} did not finish", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
