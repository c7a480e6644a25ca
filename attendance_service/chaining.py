"""Chaining: gives the rows of every service's audit their numbers and hashes, one leader at a time.

A chain inside the deciding transactions would be one lock for everybody, so rows are written plain
and chained within about a second. That is done on a thread and a session of its own: the numbering
of events never waits for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

from attendance_service.leading import Leader
from common import logs
from common.audit.chain import CHAINS, Head, chained, head_text
from common.audit.store import ChainRows

LOCK = 0x41554449  # "AUDI"
EVERY = 1.0
CHECKPOINT_EVERY = 60.0
# Between the batches of a backlog: it is in no hurry, and shares its process with what is.
_REST = 0.05


class Chaining:
    """Tries to lead, and chains while it does; ``every`` is how long it sleeps, in seconds."""

    def __init__(
        self,
        connect: Callable[[], Any],
        stop: threading.Event,
        *,
        every: float = EVERY,
        checkpoint_every: float = CHECKPOINT_EVERY,
    ) -> None:
        self._leader = Leader(connect, LOCK, "audit chaining", stop)
        self._stop = stop
        self._every = every
        self._checkpoint_every = checkpoint_every
        self._chains = [ChainRows(name) for name in CHAINS]
        self._moved: dict[str, Head] = {}
        self._told_at = -checkpoint_every

    @property
    def leading(self) -> threading.Event:
        """Set while this one chains."""
        return self._leader.leading

    def run(self) -> None:
        """Lead whenever possible, until stopped."""
        self._leader.run(self._chain)

    def _chain(self, cursor: Any) -> None:
        while not self._stop.is_set():
            more = [self._advance(cursor, rows) for rows in self._chains]
            if monotonic() - self._told_at >= self._checkpoint_every:
                self._tell()
            self._stop.wait(_REST if any(more) else self._every)
        self._tell()

    def _advance(self, cursor: Any, rows: ChainRows) -> bool:
        """Chain the oldest rows that wait; whether there were any."""
        cursor.execute("BEGIN")
        waiting = rows.waiting(cursor)
        lines = chained(rows.head(cursor, hold=True), waiting) if waiting else []
        if lines:
            rows.add(cursor, lines)
        cursor.execute("COMMIT")
        if lines:
            self._moved[rows.schema] = Head(lines[-1].number, lines[-1].hash)
        return bool(lines)

    def _tell(self) -> None:
        """Write the heads that have moved to the log, where they outlive the database."""
        if not self._moved:
            return
        heads = [head_text(chain, head) for chain, head in sorted(self._moved.items())]
        logs.log().info("audit checkpoint", heads=" ".join(heads))
        self._moved.clear()
        self._told_at = monotonic()
