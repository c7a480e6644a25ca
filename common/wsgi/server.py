"""One process's server: the worker's threads, and the calling thread that keeps the time."""

from __future__ import annotations

import os
import select
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from typing import Any
from wsgiref.types import WSGIApplication

from common.wsgi.house import Log
from common.wsgi.limits import Limits
from common.wsgi.listen import listen
from common.wsgi.share import Share
from common.wsgi.worker import Worker

_TICK = 0.2
_COURTESY = 0.01


class Server:
    """Serves ``app`` on listening sockets until it is told to stop.

    ``stopping`` is called when the drain begins, in a thread of its own, for whatever else in the
    process has to come to an end; the drain waits for it, within its limit.
    ``still_wanted`` is asked a few times a second; false is as good as `stop`.
    """

    def __init__(
        self,
        app: WSGIApplication,
        listeners: Sequence[socket.socket],
        *,
        threads: int,
        limits: Limits,
        log: Log,
        share: Share | None = None,
        stopping: Callable[[], object] | None = None,
        still_wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self._worker = Worker(app, listeners, threads=threads, limits=limits, log=log, share=share)
        self._limits = limits
        self._log = log
        self._stopping = stopping
        self._still_wanted = still_wanted
        self._stop = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def stop(self) -> None:
        """Begin to drain; from any thread or signal handler, and more than once."""
        with suppress(OSError):  # it has ended already
            os.eventfd_write(self._stop, 1)

    def run(self) -> None:
        """Serve until `stop`; then finish the requests at hand, within ``drain_seconds``."""
        self._worker.start()
        back = self._worker.standing_back
        while self._still_wanted():
            signs, _, _ = select.select([self._stop, back], [], [], _TICK)
            if self._stop in signs:
                break
            if back in signs:
                sleep(_COURTESY)
                self._worker.insist()
            self._worker.tend()
        self._drain()
        self._worker.stop()
        descriptor, self._stop = self._stop, -1
        os.close(descriptor)

    def _drain(self) -> None:
        deadline = monotonic() + self._limits.drain_seconds
        others = threading.Thread(target=self._stopping, daemon=True)
        others.start()
        self._worker.drain()
        while self._worker.connections or others.is_alive():
            left = deadline - monotonic()
            if left <= 0:
                self._log("drain_overdue", connections=self._worker.connections)
                return
            others.join(min(left, 0.02))
            if not others.is_alive():
                sleep(min(left, 0.02))
            self._worker.tend()


@contextmanager
def running(
    app: WSGIApplication,
    *,
    host: str = "127.0.0.1",
    threads: int = 2,
    limits: Limits | None = None,
    log: Log | None = None,
    stopping: Callable[[], object] | None = None,
) -> Iterator[tuple[str, int]]:
    """Serve ``app`` from a thread of this process, on a free port; gives (host, port)."""
    listeners = listen([(host, 0)])
    address = listeners[0].getsockname()[:2]
    server = Server(
        app,
        listeners,
        threads=threads,
        limits=limits or Limits(),
        log=log or _silent,
        stopping=stopping,
    )
    thread = threading.Thread(target=server.run, name="wsgi-server")
    thread.start()
    try:
        yield address
    finally:
        server.stop()
        thread.join()


def _silent(event: str, /, **fields: Any) -> None:
    """Logs nothing."""
