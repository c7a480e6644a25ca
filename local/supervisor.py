"""Starting every process in its order, keeping it up, and stopping all of them in reverse."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from local.child import Child
from local.notice import NoticeBoard
from local.place import Place, write_json
from local.screen import Screen
from local.service import Service, layers

_SETTLED = 30.0  # seconds up after which a death counts as a first one again
_LOOK_EVERY = 0.5
_SLOW = 30.0


class Failed(Exception):
    """A task without which nothing else can start ended badly."""


class Supervisor:
    """Runs ``services`` in ``folder`` until `request_stop`, or until a task fails."""

    def __init__(
        self,
        services: Sequence[Service],
        *,
        place: Place,
        folder: Path,
        environment: Mapping[str, str],
        screen: Screen,
        when_ready: Callable[[float], None] = lambda _: None,
        deadline: float = 8.0,
        first_pause: float = 0.5,
    ) -> None:
        self._layers = layers(services)
        self._place = place
        self._environment = environment
        self._screen = screen
        self._when_ready = when_ready
        self._deadline = deadline
        self._first_pause = first_pause
        self._board = NoticeBoard(place.run)
        self._children = {
            one.name: Child(one, notices=self._board.folder, logs=place.logs, folder=folder)
            for one in services
        }
        self._ready = {one.name: asyncio.Event() for one in services}
        self._restarts = dict.fromkeys(self._ready, 0)
        self._stopping = asyncio.Event()
        self._stops_asked = 0

    def request_stop(self) -> None:
        """Stop everything in order; asked a second time, at once."""
        self._stops_asked += 1
        self._stopping.set()
        if self._stops_asked > 1:
            for child in self._children.values():
                child.kill()

    async def run(self) -> int:
        """Everything from the first start to the last stop; the exit status."""
        began = time.monotonic()
        keepers = {
            asyncio.create_task(self._keep(child)): child for child in self._children.values()
        }
        others = [
            asyncio.create_task(self._all_ready(began)),
            asyncio.create_task(self._watch()),
        ]
        stop = asyncio.create_task(self._stopping.wait())
        failed = False
        try:
            waiting = {stop, *keepers}
            while not stop.done() and not failed:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                failed = any(task.exception() is not None for task in done - {stop})
            for task in keepers:
                if task.done() and not task.cancelled() and task.exception():
                    self._screen.trouble(keepers[task].service.name, str(task.exception()))
        finally:
            self._stopping.set()
            for task in (*others, *(t for t, c in keepers.items() if c.pid is None)):
                task.cancel()
            await self._stop_all()
            await asyncio.gather(*keepers, *others, stop, return_exceptions=True)
            self._board.close()
            self._write_state(running=False)
        return 1 if failed else 0

    async def _keep(self, child: Child) -> None:
        """Start one child when its turn comes, and again whenever it ends."""
        service = child.service
        for name in service.after:
            await self._ready[name].wait()
        pause = self._first_pause
        while not self._stopping.is_set():
            await child.start(self._environment)
            if await child.until_ready() and not self._stopping.is_set():
                await self._announce(child)
                pause = self._first_pause
            if service.task:
                return self._finish(child, await child.ended())
            code = await child.ended()
            if self._stopping.is_set():
                return None
            if time.monotonic() - child.started > _SETTLED:
                pause = self._first_pause
            self._tell_death(child, code, pause)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(pause * 2, 30.0)
        return None

    async def _announce(self, child: Child) -> None:
        service = child.service
        if service.once_ready:
            await asyncio.to_thread(service.once_ready)
        if service.announce:
            self._screen.ready(service.name, service.announce, time.monotonic() - child.started)
        self._ready[service.name].set()
        self._write_state()

    def _finish(self, child: Child, code: int) -> None:
        if code != 0 and not self._stopping.is_set():
            lines = "\n".join(f"  {line}" for line in child.log.tail(8))
            raise Failed(f"failed ({_why(code)}):\n{lines}")

    def _tell_death(self, child: Child, code: int, pause: float) -> None:
        name = child.service.name
        self._restarts[name] += 1
        self._ready[name].clear()
        self._screen.trouble(name, f"ended ({_why(code)}); starting again in {pause:g} s")
        for line in child.log.tail():
            self._screen.trouble(name, f"| {line}")
        child.log.new_errors()  # those lines are told
        self._write_state()

    async def _all_ready(self, began: float) -> None:
        while late := [name for name, event in self._ready.items() if not event.is_set()]:
            try:
                await asyncio.wait_for(self._ready[late[0]].wait(), _SLOW)
            except TimeoutError:
                self._screen.trouble(", ".join(late), "not ready yet; see the logs")
        self._when_ready(time.monotonic() - began)

    async def _watch(self) -> None:
        """Show the errors that appear in the logs, and keep the logs small."""
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            for name, child in self._children.items():
                for line in child.log.new_errors()[-5:]:
                    self._screen.trouble(name, line)

    async def _stop_all(self) -> None:
        for layer in reversed(self._layers):
            children = [self._children[one.name] for one in layer]
            went = await asyncio.gather(*(child.stop(self._deadline) for child in children))
            for child, alone in zip(children, went, strict=True):
                if not alone and self._stops_asked < 2:
                    self._screen.trouble(child.service.name, "did not stop in time and was ended")

    def _write_state(self, *, running: bool = True) -> None:
        processes = {
            name: {
                "pid": child.pid,
                "ready": self._ready[name].is_set() and child.pid is not None,
                "address": child.service.announce,
                "restarts": self._restarts[name],
                "status": child.status,
            }
            for name, child in self._children.items()
            if not child.service.task
        }
        state = {"pid": os.getpid() if running else None, "processes": processes if running else {}}
        write_json(self._place.state_file, state)


def _why(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {-code}"
