"""The page from an empty cache to a screen one can use, and what travels for it.

    python -m bench.page

A real Chromium on the running system: the sign-in form of a first visit, and the state of somebody
who comes back signed in (which asks for a token, the person and the state first). Bytes are those
of the page's own server, headers included, as they travel (gzip).
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

from bench.stage import Row, median
from common.config import ROOT
from tests.support.system import System, running_system

ROUNDS = 5
_AIM, _BAR = 500.0, 1000.0  # milliseconds to interactive
_LIGHT, _HEAVY = 150.0, 300.0  # KiB
_NAMES = {"signin": "sign-in form, first visit", "today": "today's state, signed in"}


def measure(system: System) -> list[Row]:
    """Two rows a screen: its time and its weight, each against its bar; the aim is named."""
    where = system.addresses() | {"data": str(system.place.data)}
    done = subprocess.run(
        ["node", "real/load.mjs", str(ROUNDS)],
        cwd=ROOT / "tests" / "e2e",
        env={**os.environ, "HAZIR_REAL": json.dumps(where)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=120,
    )
    found: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)
    rows = []
    for screen, loads in found.items():
        took = median([load["ms"] for load in loads])
        weight = median([load["bytes"] / 1024 for load in loads])
        name = f"page: {_NAMES[screen]}"
        aim = f"{_BAR:.0f} ms (aim {_AIM:.0f})"
        rows.append(Row(f"{name}, to interactive", f"{took:.0f} ms", aim, took / _BAR, 1, True))
        size = f"{_HEAVY:.0f} KiB (aim {_LIGHT:.0f})"
        rows.append(Row(f"{name}, weight", f"{weight:.0f} KiB", size, weight / _HEAVY, 1, True))
    return rows


def main() -> None:
    """Measure and print."""
    with running_system() as system:
        for row in measure(system):
            print(row.line(), flush=True)


if __name__ == "__main__":
    main()
