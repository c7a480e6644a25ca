"""The latest events of the feed, kept in memory with their frames."""

from __future__ import annotations

from dataclasses import dataclass

from common.cursors import CursorSealer
from reporter_service.wire import Record, record_frame


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it is handed out: whose it is, whether it was refused, and its frame."""

    sequence: int
    employee_id: int
    status: str
    frame: bytes


def sealed(sequence: int, record: Record, sealer: CursorSealer) -> Event:
    """The event that ``record`` tells of at ``sequence``, its frame built once for everybody."""
    frame = record_frame(record, sealer.seal(sequence))
    return Event(sequence, record.employee_id, record.status, frame)


class Ring:
    """The last ``capacity`` events up to `head`, without a gap; ``head`` starts as given."""

    def __init__(self, head: int, capacity: int = 10_000) -> None:
        self._slots: list[Event | None] = [None] * capacity
        self._capacity = capacity
        self._oldest = head + 1
        self.head = head

    @property
    def oldest(self) -> int:
        """The lowest sequence kept; one above `head` when nothing is."""
        return self._oldest

    def append(self, event: Event) -> None:
        """Add the event that follows `head`; any other is a fault of the caller's."""
        if event.sequence != self.head + 1:
            raise ValueError(f"event {event.sequence} does not follow {self.head}")
        self._slots[event.sequence % self._capacity] = event
        self.head = event.sequence
        self._oldest = max(self._oldest, self.head - self._capacity + 1)

    def after(self, sequence: int, most: int) -> list[Event] | None:
        """Up to ``most`` events that follow ``sequence``; ``None`` when the ring forgot some."""
        if sequence + 1 < self._oldest:
            return None
        last = min(self.head, sequence + most)
        found = (self._slots[number % self._capacity] for number in range(sequence + 1, last + 1))
        return [event for event in found if event is not None]
