"""The HTTP/1.1 server of every HTTP service: WSGI on few threads, none of them for a slow client.

``docs/decisions/0002-http-server.md`` says why it is our own and how it compares.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from wsgiref.types import WSGIApplication

from common.wsgi.house import Log
from common.wsgi.limits import Limits
from common.wsgi.listen import CannotListen, allow_descriptors, listen
from common.wsgi.master import Master, StartFailed
from common.wsgi.server import Server, running
from common.wsgi.share import Share
from common.wsgi.signals import ENDING, watching

__all__ = ["CannotListen", "Limits", "Log", "Server", "StartFailed", "running", "serve"]


def serve(
    make_app: Callable[[], WSGIApplication],
    *,
    binds: Sequence[tuple[str, int]],
    workers: int,
    threads: int,
    log: Log,
    limits: Limits | None = None,
    ready: Callable[[], object] | None = None,
    stopping: Callable[[], object] | None = None,
    preload: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT; call it from the main thread.

    ``workers`` is the number of processes, each with ``threads`` threads that run the application;
    0 serves in this process, without a fork. ``make_app`` is called in each worker, as no
    connection outlives a fork; with ``preload`` once before. ``ready`` is called here when
    every worker serves. ``stopping`` is called in each worker when it begins to drain, for what
    else runs there.
    Raises `CannotListen`, and `StartFailed` when a worker's application cannot be made.
    """
    limits = limits or Limits()
    allow_descriptors(limits.connections)
    listeners = listen(binds)
    app: WSGIApplication | None = None

    def build(still_wanted: Callable[[], bool], share: Share | None = None) -> Server:
        return Server(
            app or make_app(),
            listeners,
            threads=threads,
            limits=limits,
            log=log,
            share=share,
            stopping=stopping,
            still_wanted=still_wanted,
        )

    try:
        app = make_app() if preload else None
        if workers == 0:
            _run(build(lambda: True), ready)
            return
        parent = os.getpid()

        def work(share: Share, tell: Callable[[], object]) -> None:
            _run(build(lambda: os.getppid() == parent, share), tell)

        master = Master(work, listeners, count=workers, drain_seconds=limits.drain_seconds, log=log)
        with watching() as signals:
            master.run(signals, ready)
    finally:
        for listener in listeners:
            listener.close()


def _run(server: Server, ready: Callable[[], object] | None) -> None:
    """Serve in this process until a signal; the handlers that were there come back afterwards."""
    before = {number: signal.signal(number, lambda *_: server.stop()) for number in ENDING}
    try:
        if ready is not None:
            ready()
        server.run()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
