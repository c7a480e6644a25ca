"""Calls to servers of others: few at a time, and each over in time whatever the server does.

A library's timeout counts from one received byte to the next, and looking up a name has none at
all. So each call has a thread of its own, its caller stops waiting when the time is up, and its
connection is cut then. A call whose thread cannot be ended keeps its seat: a server that hangs
costs `SEATS` threads at most, and the rest of the sign-ins none.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Generic, TypeVar

from prometheus_client import Counter

from auth_service.service.proving import directory_unavailable
from common import logs

T = TypeVar("T")
_CALLS = Counter("hazir_directory_calls", "Calls to directories.", ["outcome"])
SEATS = 8
SECONDS = 5.0


class Line(Generic[T]):
    """One call: when it must be over, how to cut it, and what holds if it is cut."""

    def __init__(self, seconds: float) -> None:
        self.until = monotonic() + seconds
        self.cut: Callable[[], object] = lambda: None
        #: What the call has found so far; enough, when the rest does not come in time.
        self.so_far: T | None = None

    def left(self) -> float:
        """The seconds left; raises ``directory_unavailable`` when there are none."""
        seconds = self.until - monotonic()
        if seconds <= 0:
            raise directory_unavailable()
        return seconds


class Outside:
    """The calls of one process."""

    def __init__(self, *, seats: int = SEATS, seconds: float = SECONDS) -> None:
        self._seats = threading.BoundedSemaphore(seats)
        self._seconds = seconds

    def call(self, work: Callable[[Line[T]], T]) -> T:
        """What ``work`` returns or raises; ``directory_unavailable`` when it takes too long."""
        if not self._seats.acquire(blocking=False):
            _CALLS.labels("no_seat").inc()
            raise directory_unavailable()
        line: Line[T] = Line(self._seconds)
        ended: _Box[T] = _Box()
        context = contextvars.copy_context()

        def run() -> None:
            try:
                ended.result = context.run(work, line)
            except BaseException as fault:  # noqa: BLE001  handed to the caller as it is
                ended.fault = fault
            finally:
                self._seats.release()
                ended.there.set()

        threading.Thread(target=run, name="outside", daemon=True).start()
        if not ended.there.wait(self._seconds):
            with suppress(Exception):
                line.cut()
            _CALLS.labels("too_late").inc()
            logs.log().warning("directory takes too long", enough=line.so_far is not None)
            if line.so_far is None:
                raise directory_unavailable()
            return line.so_far
        _CALLS.labels("failed" if ended.fault else "answered").inc()
        if ended.fault is not None:
            raise ended.fault
        return ended.result  # type: ignore[return-value]  # set where there is no fault


class _Box(Generic[T]):
    """Where a thread leaves what came of its work."""

    def __init__(self) -> None:
        self.there = threading.Event()
        self.result: T | None = None
        self.fault: BaseException | None = None
