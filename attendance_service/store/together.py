"""Writes that come at the same time are carried to the database together.

A commit costs the same whether it makes one punch durable or thirty. While a write is on its way,
the others of this process stand in a line; when the way is free, whoever stands first takes the
whole line along. A write that finds the way free goes at once: nobody ever waits for company.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from common import logs
from common.db import ConstraintViolated
from common.errors import ConnectionLost, DomainError

Item = TypeVar("Item")
Result = TypeVar("Result")


class Together(Generic[Item, Result]):
    """Calls ``write`` with what threads bring at the same time, at most ``most`` at once.

    ``write`` gives the result of each owner; whoever it leaves out gets ``None``, and so does
    everybody when the fault of one spoils the whole. ``owner`` tells whose an item is: two of the
    same owner never go together.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Item]], Mapping[Hashable, Result]],
        owner: Callable[[Item], Hashable],
        *,
        most: int = 64,
    ) -> None:
        self._write = write
        self._owner = owner
        self._most = most
        self._lock = threading.Lock()
        self._on_its_way = False
        self._line: list[_Ticket[Item, Result]] = []

    def __call__(self, item: Item) -> Result | None:
        """The result of ``item``, or ``None``; raises `ConnectionLost`."""
        mine: _Ticket[Item, Result] = _Ticket(item)
        with self._lock:
            if self._on_its_way:
                self._line.append(mine)
            else:
                self._on_its_way = True
                mine.call([mine])
        mine.called.acquire()
        if mine.crew:
            self._go(mine.crew)
            mine.crew = None  # which holds the ticket itself: nobody should have to collect it
        if mine.lost:
            raise ConnectionLost
        return mine.result

    def _go(self, crew: Sequence[_Ticket[Item, Result]]) -> None:
        """Write what the crew brought, tell each, and leave the way to the next."""
        lost = False
        try:
            found = self._write([each.item for each in crew])
            for each in crew:
                each.result = found.get(self._owner(each.item))
        except ConnectionLost:
            lost = True
        except (DomainError, ConstraintViolated):
            pass  # whose fault it is, each finds out alone
        except Exception as fault:  # noqa: BLE001 - a defect, which would else only cost time
            logs.log().error("writing together failed", exc_info=fault)
        finally:
            self._leave(crew, lost=lost)

    def _leave(self, crew: Sequence[_Ticket[Item, Result]], *, lost: bool) -> None:
        with self._lock:
            told = list(crew)
            if lost:
                # A database that does not answer is not asked by one after the other.
                told += self._line
                self._line = []
            self._call_next()
        for each in told:
            each.lost = lost
            if each.crew is None:
                each.called.release()

    def _call_next(self) -> None:
        """The first in line goes, with all that it can take along; else the way is free."""
        if not self._line:
            self._on_its_way = False
            return
        crew: dict[Hashable, _Ticket[Item, Result]] = {}
        left = []
        for each in self._line:
            owner = self._owner(each.item)
            if owner in crew or len(crew) == self._most:
                left.append(each)
            else:
                crew[owner] = each
        self._line = left
        first, *_ = crew.values()
        first.call(list(crew.values()))


class _Ticket(Generic[Item, Result]):
    """One thread's item, and what it learns when it is called: to write, or what was written."""

    __slots__ = ("called", "crew", "item", "lost", "result")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.called = threading.Lock()
        self.called.acquire()
        self.crew: list[_Ticket[Item, Result]] | None = None
        self.result: Result | None = None
        self.lost = False

    def call(self, crew: list[_Ticket[Item, Result]]) -> None:
        """Let its thread write for the ``crew``, which it belongs to."""
        self.crew = crew
        self.called.release()
