"""What has to be done beside answering: late decisions, and the purge of what has expired."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

from common import logs
from common.errors import DomainError

_IDLE = 0.5
_PURGE_EVERY = 600.0


class Upkeep:
    """A thread that works off what is due; any number of processes may have one."""

    def __init__(self, decide: Callable[[], bool], purge: Callable[[], int]) -> None:
        self._decide = decide
        self._purge = purge
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the piece of work at hand."""
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        purged = 0.0
        while not self._stop.is_set():
            busy = self._do(self._decide)
            if monotonic() - purged > _PURGE_EVERY and self._do(self._purge) is not None:
                purged = monotonic()
            if not busy:
                self._stop.wait(_IDLE)

    def _do(self, piece: Callable[[], int]) -> int | None:
        """A piece of work; ``None`` when it failed, which must not end the rest."""
        try:
            return piece()
        except DomainError as fault:
            logs.log().warning("upkeep waits", code=fault.code)
        except Exception as fault:  # noqa: BLE001  whatever it was
            logs.log().error("upkeep stumbled", exc_info=fault)
        return None
