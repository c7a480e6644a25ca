"""One process of a system under faults: started on the test's loop, killed, started again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic

from common.config import ROOT
from tests.support.notified import Notified


class Member:
    """A process that should run; `tend` starts it again after it has died.

    ``command`` is asked for at each start, which happens on the main thread: a tethered process
    ends with the thread that started it.
    """

    def __init__(
        self,
        name: str,
        command: Callable[[], list[str]],
        answers: Callable[[], bool],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.log = log
        self.starts = 0
        self.ends: Counter[int] = Counter()
        self.wanted = False
        self.ready = asyncio.Event()
        self._command = command
        self._answers = answers
        self._environment = environment
        self._stop_signal = stop_signal
        self._popen: subprocess.Popen[bytes] | None = None
        self._restart_at = 0.0

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._popen is not None
        return self._popen.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._popen is not None and self._popen.poll() is None

    def start(self) -> None:
        """Start it; `ready` is set once it answers and something calls `tend`."""
        self.wanted = True
        self.ready.clear()
        self.starts += 1
        with self.log.open("ab") as output:
            self._popen = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=ROOT if self._environment else "/",
                env=self._environment,
                start_new_session=True,
            )

    async def tend(self) -> None:
        """Notice that it is ready, or that it has died and is to be started again."""
        if not self.wanted:
            return
        if not self.alive:
            self.ready.clear()
            now = monotonic()
            if self._restart_at == 0.0:
                self._restart_at = now + 0.1
                if self._popen is not None:
                    self.ends[int(self._popen.returncode)] += 1
            elif now >= self._restart_at:
                self._restart_at = 0.0
                self.start()
        elif not self.ready.is_set() and await asyncio.to_thread(self._answers):
            self.ready.set()

    def signal(self, number: signal.Signals) -> None:
        """Send ``number`` to the process itself, when it lives."""
        if self.alive:
            assert self._popen is not None
            self._popen.send_signal(number)
            if number in (signal.SIGKILL, signal.SIGQUIT):
                self.ready.clear()

    def children(self) -> list[int]:
        """The process ids of its own children."""
        path = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(word) for word in path.read_text().split()]

    async def ended(self, within: float = 20.0) -> None:
        """Wait until it has died."""
        async with asyncio.timeout(within):
            while self.alive:
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """End it the polite way, the hard way when it takes too long."""
        self.wanted = False
        if isinstance(self._answers, Notified):
            self._answers.close()
        if self._popen is None:
            return
        for number in (signal.SIGCONT, self._stop_signal):
            self.signal(number)
        try:
            await self.ended(15)
        except TimeoutError:
            os.killpg(self.pid, signal.SIGKILL)
            await self.ended(5)
            raise AssertionError(f"{self.name} did not stop: {self.tail()}") from None

    def tail(self) -> str:
        """The last that it wrote."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]
