"""A piece of work that a process does now and again, beside answering."""

from __future__ import annotations

import threading
from collections.abc import Callable

from common import logs
from common.errors import DomainError


class Periodic:
    """Does ``work`` every ``every`` seconds on a thread of its own, the first time after ``every``.

    ``work`` must bear to be done by several processes at once; one that fails is tried again.
    """

    def __init__(self, name: str, every: float, work: Callable[[], object]) -> None:
        self._name = name
        self._every = every
        self._work = work
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the piece of work at hand."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            try:
                self._work()
            except DomainError as fault:
                logs.log().warning(f"{self._name} waits", code=fault.code)
            except Exception as fault:  # noqa: BLE001  one bad time must not be the last
                logs.log().error(f"{self._name} stumbled", exc_info=fault)
