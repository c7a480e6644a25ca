"""``make reset``: back to the state before the first run."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping

from common.config import ROOT
from local.account import unprivileged
from local.place import find_place
from local.screen import Screen
from local.status import is_running

# By name: HAZIR_DATA may be a folder that holds other things too. The weights stay; they are pinned
# files that would only be fetched again.
_OURS = (
    "logs",
    "metrics",
    "migrated.json",
    "ports.json",
    "postgres",
    "postgres.new",
    "programs",
    "run",
    "secrets",
    "seeded.json",
    "valkey",
)


def reset(env: Mapping[str, str], screen: Screen) -> int:
    """Delete people, records, secrets and logs, after asking (or with ``YES=1``)."""
    place = find_place(env, ROOT, unprivileged())
    if is_running(place):
        screen.trouble("reset", "Hazir is running; stop it first (Ctrl-C)")
        return 1
    doomed = [path for name in _OURS if (path := place.data / name).exists()]
    if not doomed:
        screen.say(f"There is nothing in {place.data}.")
        return 0
    screen.say(f"This deletes every person, record, secret and log in {place.data}.", "bad")
    if env.get("YES") != "1" and not _agreed():
        screen.say("Nothing was deleted.")
        return 1
    for path in doomed:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    screen.say("Deleted.")
    return 0


def _agreed() -> bool:
    if not sys.stdin.isatty():
        return False
    return input("Type reset to go on: ").strip() == "reset"
