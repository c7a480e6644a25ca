"""Leading: of several processes one does a piece of work, on a session that is fenced.

The leader holds an advisory lock on the very connection that does the work, so losing the session
loses the uncommitted work with it; the session's timeouts take the lock away from a leader that has
frozen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg2

from common import logs

#: How often somebody who stands by tries to take the lead, in seconds.
TRY_EVERY = 0.5


class Leader:
    """Tries to lead under ``lock`` until stopped; ``name`` is who it is in the log."""

    def __init__(
        self, connect: Callable[[], Any], lock: int, name: str, stop: threading.Event
    ) -> None:
        self._connect = connect
        self._lock = lock
        self._name = name
        self._stop = stop
        self.leading = threading.Event()

    def run(self, work: Callable[[Any], None], let_go: Callable[[], object] = lambda: None) -> None:
        """Do ``work`` with a cursor of the leading session, which returns once stopped.

        ``let_go`` is called whenever the lead is lost.
        """
        while not self._stop.is_set():
            try:
                connection = self._connect()
            except psycopg2.Error:
                self._stop.wait(TRY_EVERY)
                continue
            try:
                self._lead(connection, work)
            except psycopg2.Error as fault:
                logs.log().warning(f"{self._name} lost its session", reason=type(fault).__name__)
                self._stop.wait(0.1)
            except Exception as fault:  # noqa: BLE001 - without it nobody would do the work any more
                logs.log().error(f"{self._name} failed", exc_info=fault)
                self._stop.wait(TRY_EVERY)
            finally:
                self.leading.clear()
                let_go()
                connection.close()

    def _lead(self, connection: Any, work: Callable[[Any], None]) -> None:
        with connection.cursor() as cursor:
            while not self._stop.is_set():
                cursor.execute("SELECT pg_try_advisory_lock(%s)", (self._lock,))
                if cursor.fetchone()[0]:
                    break
                self._stop.wait(TRY_EVERY)
            else:
                return
            self.leading.set()
            logs.log().info(f"{self._name} leads")
            work(cursor)
