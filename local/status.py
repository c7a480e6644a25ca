"""``make status`` and ``make logs``: what runs, where, and what it takes."""

from __future__ import annotations

import fcntl
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from common.config import ROOT
from local.account import unprivileged
from local.place import Place, find_place, read_json
from local.screen import Screen


def status(env: Mapping[str, str], screen: Screen) -> int:
    """Say what runs; 0 when everything does."""
    place = find_place(env, ROOT, unprivileged())
    state = read_json(place.state_file)
    if not is_running(place):
        screen.say(f"Hazir is not running (data in {place.data}).")
        return 3
    tree = children_of()
    total = memory([state["pid"]])
    screen.say(f"{'process':<12} {'pid':>7}  {'state':<9} {'memory':>8}  {'starts':>6}  where")
    good = True
    for name, one in state["processes"].items():
        pids = descendants(one["pid"], tree) if one["pid"] else []
        size = memory(pids)
        total += size
        good = good and one["ready"]
        word = "ready" if one["ready"] else "starting"
        line = f"{name:<12} {one['pid'] or '-':>7}  {word:<9} {size / 1024:>4.0f} MiB"
        where = one["status"] or one["address"]
        screen.say(f"{line}  {one['restarts'] + 1:>6}  {where}", "" if one["ready"] else "bad")
    screen.say(f"{'all':<12} {state['pid']:>7}  {'':<9} {total / 1024:>4.0f} MiB")
    return 0 if good else 1


def follow_logs(env: Mapping[str, str], screen: Screen) -> int:
    """Show what every log has and gets, until interrupted."""
    place = find_place(env, ROOT, unprivileged())
    logs = sorted(str(path) for path in place.logs.glob("*.log"))
    if not logs:
        screen.say(f"There are no logs in {place.logs} yet.")
        return 3
    with suppress(KeyboardInterrupt):
        subprocess.run(["tail", "-n", "5", "-F", *logs], check=False)
    return 0


def is_running(place: Place) -> bool:
    """Whether a supervisor holds the data folder."""
    path = place.run / "lock"
    if not path.exists():
        return False
    with path.open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def children_of() -> dict[int, list[int]]:
    """Every process's children, by process id (Linux only; empty elsewhere)."""
    tree: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
        tree.setdefault(parent, []).append(int(path.parent.name))
    return tree


def descendants(pid: int, tree: Mapping[int, list[int]]) -> list[int]:
    """``pid`` and everything started by it."""
    return [pid, *(below for child in tree.get(pid, []) for below in descendants(child, tree))]


def memory(pids: Iterable[int]) -> int:
    """Their proportional set size in KiB: shared pages count once among those who share them."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total
