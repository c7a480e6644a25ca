"""Argon2id, one hash at a time on a thread that yields to everything else.

A hash costs 19 MiB and tens of milliseconds by design. Done wherever it is asked for, a flood of
log-ins would take the machine from the check-ins; so there is one thread at the lowest priority, a
short queue before it, and a refusal beyond.
"""

from __future__ import annotations

import os
import secrets
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from common.errors import limited, unavailable

T = TypeVar("T")

# The OWASP Password Storage Cheat Sheet's first choice: 19 MiB, two passes, one lane.
MEMORY_KIB = 19_456
PASSES = 2
LANES = 1
_LOWEST_PRIORITY = 19
_WORDS = Path(__file__).with_name("common_passwords.txt")


def common_words() -> frozenset[str]:
    """The words of ``common_passwords.txt``, case folded."""
    lines = _WORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(
        word for line in lines if not line.startswith("#") for word in line.casefold().split()
    )


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether the password was right, and its hash under today's parameters where that is new."""

    right: bool
    renewed: str | None = None


class Passwords:
    """The one thread that hashes in this process; made after the fork.

    ``waiting`` calls may stand in the queue; ``patience`` is how long, in seconds, one waits for
    its result.
    """

    def __init__(self, *, waiting: int = 12, patience: float = 15.0) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._places = threading.BoundedSemaphore(waiting + 1)
        self._patience = patience
        self._thread = ThreadPoolExecutor(1, "argon2", initializer=_lower_priority)
        # Unknown users are checked against this, so that they take as long as known ones.
        self._dummy: Future[str] = self._thread.submit(self._hasher.hash, secrets.token_hex())

    def close(self) -> None:
        """End the thread; calls still in the queue fail."""
        self._thread.shutdown(cancel_futures=True)

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """A place in the queue for the length of the block; raises ``rate_limited`` when full."""
        if not self._places.acquire(blocking=False):
            raise limited("Too many people are signing in; try again shortly.", retry_after=1)
        try:
            yield Turn(self._hash, self._verify)
        finally:
            self._places.release()

    def _hash(self, password: str) -> str:
        return self._wait(self._thread.submit(self._hasher.hash, password))

    def _verify(self, stored: str | None, password: str) -> Checked:
        return self._wait(self._thread.submit(self._check, stored, password))

    def _wait(self, future: Future[T]) -> T:
        try:
            return future.result(self._patience)
        except TimeoutError as fault:
            future.cancel()
            raise unavailable("Signing in takes too long at the moment.") from fault

    def _check(self, stored: str | None, password: str) -> Checked:
        against = stored or self._dummy.result()
        try:
            self._hasher.verify(against, password)
        except (Argon2Error, InvalidHashError):
            return Checked(right=False)
        if stored is None:
            return Checked(right=False)
        outdated = self._hasher.check_needs_rehash(stored)
        return Checked(right=True, renewed=self._hasher.hash(password) if outdated else None)


@dataclass(frozen=True, slots=True)
class Turn:
    """A place in the queue."""

    hash: Callable[[str], str]
    verify: Callable[[str | None, str], Checked]


def _lower_priority() -> None:
    """On Linux a thread has a priority of its own; elsewhere the process keeps its one."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOWEST_PRIORITY)
