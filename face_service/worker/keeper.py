"""Keeps the process that looks at pictures: starts it for work, ends it when it is late or idle."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from face_service.domain.jobs import Outcome
from face_service.service.job_ports import Turn

COMMAND = (sys.executable, "-m", "face_service.worker.hand")
_LONGEST_ANSWER = 1 << 16
#: Seconds that loading the models may take.
_START = 60.0


class HandLost(Exception):
    """The process died or took too long: ``reason`` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Keeper:
    """One such process at most. ``limit`` is how long it may look, in seconds; so is ``idle``.

    `ready` comes before a try is begun: loading the models takes nothing of its time.
    """

    def __init__(
        self,
        *,
        limit: float,
        idle: float,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._limit = limit
        self._idle = idle
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._resting: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int | None:
        """The process's id while there is one."""
        return self._process.pid if self._process else None

    async def ready(self) -> None:
        """Have a process with the models in memory; raises `HandLost` when there can be none."""
        self._stay()
        if self._process is None or self._process.returncode is not None:
            self._process = await self._begin()
            await self._bounded(_receive(self._process), _START, "did_not_start")
        self._rest_soon()

    async def ask(self, turn: Turn) -> dict[str, Any]:
        """The answer about ``turn``, once it is `ready`; raises `HandLost`."""
        self._stay()
        if self._process is None:
            raise HandLost("process_died")
        answer = await self._bounded(_exchange(self._process, turn), self._limit, "took_too_long")
        self._rest_soon()
        return answer

    async def _bounded(
        self, exchange: Awaitable[dict[str, Any]], seconds: float, late: str
    ) -> dict[str, Any]:
        """What ``exchange`` brings within ``seconds``; otherwise the process is ended."""
        whole = False
        try:
            async with asyncio.timeout(seconds):
                answer = await exchange
            whole = True
            return answer
        except TimeoutError as fault:
            raise HandLost(late) from fault
        except (OSError, ValueError) as fault:
            raise HandLost("process_died") from fault
        finally:
            if not whole:
                await self.end()

    def _stay(self) -> None:
        if self._resting is not None:
            self._resting.cancel()

    def _rest_soon(self) -> None:
        self._resting = asyncio.get_running_loop().call_later(self._idle, self._rest)

    async def end(self) -> None:
        """End the process, whatever it is doing, and wait until it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def _begin(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self._command,
            str(os.getpid()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LONGEST_ANSWER,
        )

    def _rest(self) -> None:
        """Give its memory back: at the end of its input it ends by itself."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()


def outcome_of(answer: dict[str, Any]) -> Outcome | None:
    """The outcome in an answer; ``None`` when there is none."""
    if "outcome" not in answer:
        return None
    return Outcome(**answer["outcome"], compared=answer["compared"])


async def _exchange(process: asyncio.subprocess.Process, turn: Turn) -> dict[str, Any]:
    assert process.stdin is not None
    process.stdin.write(json.dumps(asdict(turn)).encode() + b"\n")
    await process.stdin.drain()
    return await _receive(process)


async def _receive(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line.endswith(b"\n"):
        raise ValueError("no whole answer")
    answer = json.loads(line)
    if not isinstance(answer, dict):
        raise ValueError("no answer")
    return answer
