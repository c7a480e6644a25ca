"""Running a server for a test: start, wait until it answers, stop, kill."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM, Signals

from local.status import children_of, descendants

# By this `make coverage` counts what a child runs: one whose environment is its own must know too.
MEASURING = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}


@contextmanager
def frozen(*pids: int) -> Iterator[None]:
    """These processes do nothing until the block ends."""
    for pid in pids:
        os.kill(pid, SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, SIGCONT)


class Process:
    """One program run for tests, ended with its process group."""

    def __init__(
        self,
        command: Callable[[], list[str]],
        answers: Callable[[], bool],
        *,
        log: Path,
        stop_signal: Signals = SIGTERM,
        environment: Mapping[str, str] | None = None,
        cwd: Path | str = "/",
    ) -> None:
        self._command = command
        self._answers = answers
        self._log = log
        self._stop_signal = stop_signal
        self._environment = environment
        self._cwd = cwd
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process's id; it must be running."""
        assert self._running is not None
        return self._running.pid

    def start(self, within: float = 20.0) -> None:
        """Start it and return when it answers; its own last lines are in the failure otherwise."""
        with self._log.open("ab") as output:
            self._running = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._cwd,
                env=self._environment and {**MEASURING, **self._environment},
                start_new_session=True,
            )
        deadline = time.monotonic() + within
        while not self._answers():
            if self._running.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{self._log.name}: {self.output()[-2000:]}")
            time.sleep(0.02)

    def output(self) -> str:
        """Everything it wrote."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def signal(self, number: Signals) -> None:
        """Send ``number`` to the process itself."""
        assert self._running is not None
        self._running.send_signal(number)

    def wait(self, within: float = 20.0) -> int:
        """Its exit status, once it has ended."""
        assert self._running is not None
        return self._running.wait(within)

    def stop(self) -> None:
        """End it the polite way and wait."""
        self._end(self._stop_signal)

    def kill(self) -> None:
        """End it as a power cut would, with everything it started, and wait."""
        # PostgreSQL's workers leave the process group, and one may answer after its parent's death.
        below = descendants(self.pid, children_of())[1:]
        self._end(SIGKILL)
        for pid in below:
            with suppress(ProcessLookupError):
                os.kill(pid, SIGKILL)

    def _end(self, number: Signals) -> None:
        running, self._running = self._running, None
        if running is None:
            return
        running.send_signal(number)
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait(5)
            raise AssertionError(f"{self._log.name}: did not stop") from None
