"""Whether a line moves: the first who stands in it changes, or there is nobody."""

from __future__ import annotations


class Standstill:
    """Told now and then who stands first, says whether it has been the same for too long.

    ``patience`` is in seconds, and so are the times, of a clock that never goes back.
    """

    def __init__(self, patience: float = 2.0) -> None:
        self._patience = patience
        self._first: int | None = None
        self._since = 0.0

    def seen(self, first: int | None, now: float) -> bool:
        """``first`` stands first, or nobody; whether the line stands still."""
        if first is None or first != self._first:
            self._first, self._since = first, now
            return False
        return now - self._since >= self._patience
