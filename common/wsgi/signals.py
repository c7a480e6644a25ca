"""Signals as something to wait for, and a parent's death as a signal."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

_PR_SET_PDEATHSIG = 1
ENDING = (signal.SIGTERM, signal.SIGINT)
WATCHED = (*ENDING, signal.SIGCHLD)


class Signals:
    """The signals that came in, in order; only between `watching`'s beginning and end."""

    def __init__(self, inbox: socket.socket) -> None:
        self._inbox = inbox

    def wait(self, seconds: float, also: Sequence[int] = ()) -> tuple[bytes, list[int]]:
        """Signal numbers as bytes, and those of the descriptors ``also`` that can be read."""
        inbox = self._inbox.fileno()
        ready, _, _ = select.select([inbox, *also], [], [], max(0.0, seconds))
        numbers = self._inbox.recv(4096) if inbox in ready else b""
        return numbers, [fd for fd in ready if fd != inbox]


@contextmanager
def watching() -> Iterator[Signals]:
    """Collect `WATCHED` instead of obeying them; main thread only."""
    inbox, outbox = socket.socketpair()
    inbox.setblocking(False)
    outbox.setblocking(False)
    before = {number: signal.signal(number, _heard) for number in WATCHED}
    old = signal.set_wakeup_fd(outbox.fileno(), warn_on_full_buffer=False)
    try:
        yield Signals(inbox)
    finally:
        signal.set_wakeup_fd(old)
        for number, handler in before.items():
            signal.signal(number, handler)
        inbox.close()
        outbox.close()


def _heard(number: int, frame: FrameType | None) -> None:
    """Exists so that the interpreter writes the number to the wake-up descriptor."""


def fork() -> int:
    """`os.fork`, whose child has the default handlers and gets SIGTERM when its parent dies.

    The parent's thread that calls this must live as long as the parent: the kernel means it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()
    # A signal between the fork and the reset would reach the parent's wake-up descriptor.
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    try:
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            for number in WATCHED:
                signal.signal(number, signal.SIG_DFL)
            libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(0)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
    return pid
