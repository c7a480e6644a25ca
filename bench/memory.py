"""How much memory of their own processes hold, and how fast it grows."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from local.place import Place, read_json
from local.status import children_of, descendants

#: What is not our code: reported beside it.
NEIGHBOURS = frozenset({"postgres", "redis"})
_HOUR = 3600.0


def named_processes(place: Place) -> dict[str, list[int]]:
    """The process ids of each part of a running system, its supervisor as ``local``."""
    state = read_json(place.state_file)
    tree = children_of()
    parts = {
        name: descendants(one["pid"], tree)
        for name, one in state["processes"].items()
        if one["pid"] is not None
    }
    return {"local": [state["pid"]], **parts}


def private(pids: Iterable[int]) -> float:
    """The MiB that these processes alone have written: what they hold, and what could leak.

    Clean private pages are those of files. Whether they are private changes with every other
    process that maps the same library, and says nothing about this one.
    """
    kib = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue
        found = re.search(r"^Private_Dirty:\s+(\d+)", text, re.MULTILINE)
        kib += int(found.group(1)) if found else 0
    return kib / 1024


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The rise for each unit, by Theil and Sen: the median over all pairs of points.

    A single step, such as an allocator's, moves a least-squares line and not this one.
    """
    rises = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2) if x1 != x2]
    return statistics.median(rises) if rises else 0.0


@dataclass
class Diary:
    """Samples of each part's private memory, in seconds and MiB."""

    samples: list[tuple[float, Mapping[str, float]]] = field(default_factory=list)

    def note(self, at: float, sizes: Mapping[str, float]) -> None:
        """Keep a sample."""
        self.samples.append((at, dict(sizes)))

    def growth(self, since: float, names: Iterable[str] | None = None) -> float:
        """MiB an hour from ``since`` on, over ``names`` together, or over all of our own."""
        wanted = self.ours if names is None else list(names)
        return _HOUR * slope(
            [
                (at, sum(sizes.get(name, 0.0) for name in wanted))
                for at, sizes in self.samples
                if at >= since
            ]
        )

    @property
    def ours(self) -> list[str]:
        """The parts that are ours."""
        return [name for name in self.names if name not in NEIGHBOURS]

    @property
    def names(self) -> list[str]:
        """Every part, in the order of the last sample."""
        return list(self.samples[-1][1]) if self.samples else []

    def last(self, names: Iterable[str]) -> float:
        """MiB of ``names`` together at the last sample."""
        return sum(self.samples[-1][1].get(name, 0.0) for name in names) if self.samples else 0.0


def sample(place: Place) -> dict[str, float]:
    """The private memory of each part now."""
    return {name: private(pids) for name, pids in named_processes(place).items()}
