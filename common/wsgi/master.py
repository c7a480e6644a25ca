"""The process that serves nothing itself: it starts workers, replaces dead ones, ends them all."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

from common.wsgi.house import Log
from common.wsgi.share import NOBODY, Share, Shares
from common.wsgi.signals import ENDING, Signals, fork

_SHORT_LIFE = 10.0
_LONGEST_PAUSE = 30.0
_GRACE = 2.0


class StartFailed(Exception):
    """A worker ended before it was ready; its own log says why."""


@dataclass(slots=True)
class _Place:
    """One of the workers there should be: its process, or when to start the next one."""

    pid: int = 0
    born: float = 0.0
    due: float = 0.0
    failures: int = 0


class Master:
    """Keeps ``count`` processes alive that each run ``work``.

    ``work`` is called in the child with its share and a function that it calls once it serves; when
    it returns or raises, the child ends. ``drain_seconds`` is how long a child may take to end.
    """

    def __init__(
        self,
        work: Callable[[Share, Callable[[], None]], None],
        listeners: Sequence[socket.socket],
        *,
        count: int,
        drain_seconds: float,
        log: Log,
    ) -> None:
        self._work = work
        self._listeners = listeners
        self._places = [_Place() for _ in range(count)]
        self._shares = Shares(count)
        self._drain_seconds = drain_seconds
        self._log = log
        self._ready_in, self._ready_out = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)

    def run(self, signals: Signals, ready: Callable[[], object] | None) -> None:
        """Serve until SIGTERM or SIGINT; raises `StartFailed` if the first workers do not start."""
        waiting_for = len(self._places)
        try:
            while True:
                self._start_due()
                numbers, readable = signals.wait(self._pause(), [self._ready_in])
                if readable:
                    waiting_for -= len(os.read(self._ready_in, 4096))
                    if ready is not None and waiting_for <= 0:
                        ready()
                        ready = None
                if any(number in numbers for number in ENDING):
                    return
                if self._bury() and waiting_for > 0:
                    raise StartFailed("a worker ended before it was ready")
        finally:
            self._end(signals)
            os.close(self._ready_in)
            os.close(self._ready_out)

    def _start_due(self) -> None:
        now = monotonic()
        for number, place in enumerate(self._places):
            if not place.pid and place.due <= now:
                pid = fork()
                if pid == 0:
                    self._child(Share(self._shares, number))
                place.pid, place.born = pid, now

    def _child(self, share: Share) -> None:
        status = 1
        try:
            self._work(share, lambda: _tell(self._ready_out))
            status = 0
        except BaseException as fault:  # noqa: BLE001 - must not return into the master's frames
            self._log("worker_failed", exc_info=fault)
        finally:
            os._exit(status)

    def _pause(self) -> float:
        """Until the next start, and now and then to be sure."""
        due = [place.due for place in self._places if not place.pid]
        return min([5.0, *(at - monotonic() for at in due)])

    def _bury(self) -> int:
        """Note who has died, and when it is replaced; gives how many."""
        dead = 0
        now = monotonic()
        for number, place in enumerate(self._places):
            if not place.pid or os.waitpid(place.pid, os.WNOHANG)[0] == 0:
                continue
            dead += 1
            self._shares.write(number, NOBODY)
            place.failures = place.failures + 1 if now - place.born < _SHORT_LIFE else 0
            pause = min(_LONGEST_PAUSE, 0.1 * 2**place.failures) if place.failures else 0.0
            self._log("worker_died", pid=place.pid, restart_in_seconds=pause)
            place.pid, place.due = 0, now + pause
        return dead

    def _end(self, signals: Signals) -> None:
        """Nobody listens any more; workers drain, and are killed when they take too long."""
        for listener in self._listeners:
            listener.close()
        self._signal(signal.SIGTERM)
        deadline = monotonic() + self._drain_seconds + _GRACE
        while any(place.pid for place in self._places):
            for place in self._places:
                if place.pid and os.waitpid(place.pid, os.WNOHANG)[0]:
                    place.pid = 0
            left = deadline - monotonic()
            if left <= 0:
                self._signal(signal.SIGKILL)
            signals.wait(min(max(left, 0.02), 0.2))

    def _signal(self, number: signal.Signals) -> None:
        for place in self._places:
            if place.pid:
                os.kill(place.pid, number)


def _tell(fd: int) -> None:
    os.write(fd, b".")
