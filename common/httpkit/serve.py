"""Running an HTTP service: its addresses, its log and the word that it is ready."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from common import logs, memory
from common.config import CommonSettings
from common.httpkit.edge import Wsgi
from common.notify import notify
from common.wsgi import CannotListen, Limits, serve

MIB = 1 << 20


def serve_http(
    make_app: Callable[[], Wsgi],
    settings: CommonSettings,
    env: Mapping[str, str],
    *,
    port: int,
    workers: int,
    threads: int,
    limit_for: Callable[[str], int] = lambda _: MIB,
    stopping: Callable[[], object] | None = None,
) -> int:
    """Serve on every bind address until told to stop; the process's exit status.

    ``make_app`` runs in each worker. ``limit_for`` gives the largest body of a path, in bytes.
    """

    def settled() -> Wsgi:
        app = make_app()
        memory.settle()
        return app

    def log(event: str, /, **fields: Any) -> None:
        logs.log().warning(event, **fields)

    # Before the fork too: a collection writes to all it goes over, and unshares it.
    memory.settle()
    try:
        serve(
            settled,
            binds=[(host, port) for host in settings.bind_hosts],
            workers=workers,
            threads=threads,
            limits=Limits(limit_for=limit_for),
            log=log,
            ready=lambda: notify("READY=1", env),
            stopping=stopping,
        )
    except CannotListen as fault:
        sys.stderr.write(f"{fault}\n")
        return 69
    return 0
