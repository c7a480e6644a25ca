"""The sockets of this process, by person and by session id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K")


@dataclass(slots=True)
class Registry(Generic[K]):
    """Who is connected; a ``K`` is one socket's session."""

    _all: dict[K, tuple[int, str]] = field(default_factory=dict)
    _persons: dict[int, set[K]] = field(default_factory=dict)
    _sids: dict[str, set[K]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[K]:
        """Everybody, as it is now: the registry may change while this is walked."""
        return iter(list(self._all))

    def __contains__(self, key: K) -> bool:
        return key in self._all

    def add(self, key: K, employee_id: int, sid: str) -> None:
        """Enter ``key``, or enter it anew under a renewed session id."""
        self.remove(key)
        self._all[key] = (employee_id, sid)
        self._persons.setdefault(employee_id, set()).add(key)
        self._sids.setdefault(sid, set()).add(key)

    def remove(self, key: K) -> None:
        """Take ``key`` out, when it is in."""
        if key not in self._all:
            return
        employee_id, sid = self._all.pop(key)
        _take(self._persons, employee_id, key)
        _take(self._sids, sid, key)

    def of_person(self, employee_id: int) -> list[K]:
        """The sockets of one person."""
        return list(self._persons.get(employee_id, ()))

    def of_sid(self, sid: str) -> list[K]:
        """The sockets opened with one session's tokens."""
        return list(self._sids.get(sid, ()))


N = TypeVar("N", int, str)


def _take(shelf: dict[N, set[K]], name: N, key: K) -> None:
    group = shelf[name]
    group.discard(key)
    if not group:
        del shelf[name]
