"""Connections spread over the processes that listen on one socket."""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from typing import Final

NOBODY: Final = 2**31 - 1


class Shares:
    """How many connections each of ``count`` processes has, in memory that a fork shares.

    The kernel wakes every process for a new connection, and the first one that runs takes it; with
    connections that live long, one process can end up with all the work. Whoever has more than
    another one stands back for a moment.
    """

    def __init__(self, count: int) -> None:
        self._inside = memoryview(mmap.mmap(-1, 4 * count)).cast("i")
        for place in range(count):
            self.write(place, NOBODY)

    def write(self, place: int, inside: int) -> None:
        """Note how many connections the process at ``place`` has; `NOBODY` when there is none."""
        self._inside[place] = inside

    def fewest(self) -> int:
        """The connections of the process that has the fewest."""
        return min(self._inside)


@dataclass(frozen=True, slots=True)
class Share:
    """One process's place among all."""

    shares: Shares
    place: int

    def write(self, inside: int) -> None:
        """Note how many connections this process has."""
        self.shares.write(self.place, inside)

    def exceeded(self, inside: int) -> bool:
        """Whether another process has fewer than ``inside``, what this one has."""
        return inside > self.shares.fewest()
