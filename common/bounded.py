"""Connections whose statements end in time even when the server falls silent.

PostgreSQL's own ``statement_timeout`` needs a living server. One that is frozen, whose disk hangs
or that was cut off without a word never answers, and libpq would wait for ever and keep the calling
thread. Here a watch breaks the connection instead, which the caller sees as a connection lost.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import threading
from time import monotonic, sleep
from typing import Any

import psycopg2.extensions
import psycopg2.extras

_LOOK_EVERY = 0.25
_IDLE_FOR = 10.0


class Watch:
    """Breaks connections on which an answer is overdue; one thread, while there are any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._waiting: dict[int, tuple[int, float]] = {}
        self._thread: threading.Thread | None = None

    def begin(self, fd: int, seconds: float) -> int:
        """An answer on the socket ``fd`` is due in ``seconds``; the number that `end` wants."""
        with self._lock:
            number = next(self._numbers)
            self._waiting[number] = (fd, monotonic() + seconds)
            # After a fork the thread of the parent is not there.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="overdue", daemon=True)
                self._thread.start()
        return number

    def end(self, number: int) -> None:
        """The answer is there, or the wait was given up; the socket may be closed from now on."""
        with self._lock:
            self._waiting.pop(number, None)

    def _run(self) -> None:
        idle_since = monotonic()
        while True:
            sleep(_LOOK_EVERY)
            now = monotonic()
            with self._lock:
                if self._waiting:
                    idle_since = now
                elif now - idle_since > _IDLE_FOR:
                    self._thread = None
                    return
                for number, (fd, due) in list(self._waiting.items()):
                    if due <= now:
                        del self._waiting[number]
                        _break(fd)


def _break(fd: int) -> None:
    """End both directions, so that whoever waits on the socket sees its end."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(fd)) as twin:
        twin.shutdown(socket.SHUT_RDWR)


_WATCH = Watch()


class BoundedConnection(psycopg2.extensions.connection):
    """A connection that is broken when an answer takes longer than ``answer_within`` seconds."""

    answer_within: float = 2.0

    def commit(self) -> None:
        """Commit; raises ``OperationalError`` when the server says nothing in time."""
        number = _WATCH.begin(self.fileno(), self.answer_within)
        try:
            super().commit()
        finally:
            _WATCH.end(number)


class BoundedCursor(psycopg2.extras.NamedTupleCursor):
    """A cursor of a `BoundedConnection`; rows are named tuples."""

    connection: BoundedConnection

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002  psycopg2's name
        """Run a statement; raises ``OperationalError`` when the server says nothing in time."""
        connection = self.connection
        number = _WATCH.begin(connection.fileno(), connection.answer_within)
        try:
            super().execute(query, vars)  # type: ignore[no-untyped-call]
        finally:
            _WATCH.end(number)
