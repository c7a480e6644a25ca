"""One supervised process: started, watched until ready, ended with everything it started."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from local.logfile import LogFile
from local.notice import Notices
from local.service import Service

_PROBE_EVERY = 0.03


class Child:
    """The running of one `Service`; it may be started again after it ended."""

    def __init__(self, service: Service, *, notices: Path, logs: Path, folder: Path) -> None:
        self.service = service
        self.log = LogFile(logs / f"{service.name}.log")
        self.status = ""
        self.started = 0.0
        self._folder = folder
        self._notices = notices
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process else None

    async def start(self, environment: Mapping[str, str]) -> None:
        """Start it; in a session of its own, so that the terminal's Ctrl-C reaches only us."""
        if self.service.prepare:
            await asyncio.to_thread(self.service.prepare)
        self.started = time.monotonic()
        self._listening = Notices(self._notices, self.service.name)
        output = self.log.open()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self.service.command(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._folder,
                env={
                    **environment,
                    **self.service.environment,
                    "NOTIFY_SOCKET": str(self._listening.path),
                },
                start_new_session=True,
            )
        finally:
            os.close(output)

    async def until_ready(self) -> bool:
        """Wait until it is ready: true; or has ended before: false."""
        assert self._process is not None
        if self.service.task:
            return await self._process.wait() == 0
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(self._listening.socket, self._hear, ready)
        ended = asyncio.ensure_future(self._process.wait())
        waits = {
            ended,
            asyncio.ensure_future(self._probe() if self.service.probe else ready.wait()),
        }
        _, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for one in pending - {ended}:
            one.cancel()
        return not ended.done()

    async def ended(self) -> int:
        """Its exit status (negative: the signal), once it and all it started are gone."""
        assert self._process is not None
        code = await self._process.wait()
        # Workers that outlive their parent would keep its port.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        asyncio.get_running_loop().remove_reader(self._listening.socket)
        self._listening.close()
        return code

    async def stop(self, within: float) -> bool:
        """Ask it to end, make it after ``within`` seconds; whether it went by itself."""
        if self._process is None or self.pid is None:
            return True
        with suppress(ProcessLookupError):
            self._process.send_signal(self.service.stop)
        try:
            await asyncio.wait_for(asyncio.shield(self._process.wait()), within)
        except TimeoutError:
            self.kill()
            await self._process.wait()
            return False
        return True

    def kill(self) -> None:
        """End it and its process group at once."""
        if self._process is not None and self.pid is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _hear(self, ready: asyncio.Event) -> None:
        said = self._listening.read()
        self.status = said.get("STATUS", self.status)
        if said.get("READY") == "1":
            ready.set()

    async def _probe(self) -> None:
        assert self.service.probe is not None
        while not await asyncio.to_thread(self.service.probe):
            await asyncio.sleep(_PROBE_EVERY)
