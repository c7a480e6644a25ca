"""The feed: committed events by their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from common.clock import rfc3339
from common.cursors import CursorSealer
from common.db import Database
from common.sql import Queries

SQL = Queries(Path(__file__).with_name("feed.sql"))
_AFTER = SQL.prepared("after")
CHANNEL = "hazir_feed"


class Event(NamedTuple):
    """One thing that happened; the columns of ``after``, in their order.

    ``at`` is in the product's one time format.
    """

    feed_seq: int
    event_id: str
    kind: str
    record_id: int
    employee_id: int
    action: str
    at: str
    status: str
    place_id: int | None

    @classmethod
    def numbered(cls, row: Sequence[Any]) -> Event:
        """The event in a row of whoever numbers, where ``at`` is still a time."""
        event = cls(*row)
        return event._replace(at=rfc3339(row[6]))


class Head(NamedTuple):
    """The feed's epoch and how far it is numbered; events up to ``min_seq`` may be gone."""

    epoch: str
    seq: int
    min_seq: int


@dataclass(frozen=True, slots=True)
class FeedStore:
    """Reads the feed; ``cursor_key`` seals its cursors."""

    db: Database
    cursor_key: bytes

    def head(self) -> Head:
        """Where the feed stands."""
        row = self.db.one(SQL["head"])
        assert row is not None, "the migration makes the head row"
        return Head(row.epoch, row.seq, row.min_seq)

    def after(self, sequence: int, limit: int) -> Sequence[Event]:
        """The next events in order, at most ``limit``."""
        return self.db.rows(_AFTER, (sequence, limit))

    def waiting(self) -> int | None:
        """The first of the committed events that have no number yet."""
        row = self.db.one(SQL["waiting"])
        return row.id if row else None

    def head_cursor(self) -> str:
        """The sealed cursor of the head."""
        head = self.head()
        return CursorSealer(self.cursor_key, head.epoch).seal(head.seq)
