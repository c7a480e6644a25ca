"""The end of a call at its deadline, whatever the other side does until then.

A time-out of httpx bounds each read, so that who sends one byte of a header a second is never too
late. Here the connection itself is ended.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Any


class Cut:
    """Ends the connection that `trace` was told of, ``seconds`` after the block was entered."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._over = False

    def __enter__(self) -> Cut:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._socket = None

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """httpx's extension ``trace``: notes the connection as soon as there is one."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket")
                if self._over:
                    self._shut()

    def _end(self) -> None:
        with self._lock:
            self._over = True
            self._shut()

    def _shut(self) -> None:
        if self._socket is None:
            return
        # Of the plain socket: TLS would say goodbye first, and wait for who does not answer. An
        # OSError says that it has ended by itself.
        with suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
