"""Whether a subscriber was told of every acknowledged record exactly once and in order."""

from __future__ import annotations

from collections import deque

_REMEMBERED = 256


class Inbox:
    """One subscriber's side of the promise; holds only what is still open.

    The answer and the frame of a record come on different connections, in either order: whichever
    is first waits for the other.
    """

    def __init__(self) -> None:
        self.told = 0
        self.doubled = 0
        self.reordered = 0
        self._unheard: set[int] = set()
        self._unasked: set[int] = set()
        self._last = 0
        self._recent: deque[int] = deque(maxlen=_REMEMBERED)

    @property
    def lost(self) -> int:
        """Records acknowledged of which nothing was told, so far."""
        return len(self._unheard)

    @property
    def surplus(self) -> int:
        """Records told of that nobody was acknowledged, so far; a second event of one is here."""
        return len(self._unasked)

    @property
    def faults(self) -> int:
        """Everything that breaks the promise, once nothing is under way any more."""
        return self.lost + self.surplus + self.doubled + self.reordered

    def acknowledge(self, record: int) -> None:
        """The record's answer has come."""
        _pair(record, self._unasked, self._unheard)

    def tell(self, sequence: int, record: int) -> None:
        """The record's frame has come, with its place in the feed."""
        self.told += 1
        if sequence in self._recent:
            self.doubled += 1
            return
        if sequence <= self._last:
            self.reordered += 1
        self._last = max(self._last, sequence)
        self._recent.append(sequence)
        _pair(record, self._unheard, self._unasked)


def _pair(record: int, others: set[int], ours: set[int]) -> None:
    """Strike the record from ``others``, where the other side waits for it, or let it wait."""
    if record in others:
        others.discard(record)
    else:
        ours.add(record)
