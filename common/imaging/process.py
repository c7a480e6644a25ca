"""One decoding child as its parent sees it: started, given a job, and killed when it is late."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fcntl import F_SETPIPE_SZ, fcntl
from pathlib import Path

from common.imaging import child
from common.imaging.header import MAX_BYTES, MAX_PIXELS, Header

_PIPE_BYTES = 1 << 20
_COMMAND = (sys.executable, "-I", str(Path(child.__file__)))
_MIB = 1 << 20
# OpenBLAS would reserve address space for each core; OpenCV would write what it finds wrong. glibc
# would hand a frame's memory back after each image and have it faulted in again page by page, which
# takes longer than decoding a webcam's frame does. Pieces of over 8 MiB still go back at once.
_ENVIRONMENT = {
    "MALLOC_MMAP_THRESHOLD_": str(8 * _MIB),
    "MALLOC_TRIM_THRESHOLD_": str(16 * _MIB),
    "OPENBLAS_NUM_THREADS": "1",
    "OPENCV_LOG_LEVEL": "OFF",
    "OPENCV_IO_MAX_IMAGE_PIXELS": str(MAX_PIXELS),
}


class Refused(Exception):
    """The decoder could not make an image of the bytes, or not within its limits."""


class Died(Exception):
    """The child is gone for a reason that lies outside the image."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded image, the right way up.

    ``pixels`` is ``height`` rows of ``width`` points of three bytes, blue, green, red; it and
    ``jpeg`` are empty unless they were asked for.
    """

    width: int
    height: int
    pixels: bytearray
    jpeg: bytes


class Child:
    """A process that decodes one image at a time; not for several threads at once."""

    def __init__(self, command: Sequence[str] = _COMMAND) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, our own file
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
            bufsize=0,
            close_fds=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._sink = self._process.stdin.fileno()
        self._source = self._process.stdout.fileno()
        for pipe in (self._sink, self._source):
            os.set_blocking(pipe, False)
            _widen(pipe)
        self._open = True
        self.jobs = 0

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def usable(self) -> bool:
        """Whether the process is there and was not given up."""
        return self._open and self._process.poll() is None

    def run(self, data: bytes, header: Header, *, flags: int, quality: int, edge: int) -> Picture:
        """Decode ``data``; after `Refused` or `Died` by a dead child it must be thrown away."""
        deadline = time.monotonic() + child.JOB_SECONDS
        self.jobs += 1
        try:
            self._send(child.REQUEST.pack(flags, quality, edge, len(data)), deadline)
            self._send(data, deadline)
            answer = bytearray(child.ANSWER.size)
            self._receive(memoryview(answer), deadline)
            return self._picture(bytes(answer), header, flags, deadline)
        except TimeoutError as fault:
            self.kill()
            raise Refused from fault
        except (BrokenPipeError, EOFError) as fault:
            raise self._reason() from fault

    def kill(self) -> None:
        """End the process now and forget its pipes."""
        self._process.kill()
        self._process.wait()
        self.forget()

    def forget(self) -> None:
        """Close this side of the pipes; the child then ends by itself."""
        self._open = False
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _picture(self, answer: bytes, header: Header, flags: int, deadline: float) -> Picture:
        status, width, height, pixel_bytes, jpeg_bytes = child.ANSWER.unpack(answer)
        if status == child.REFUSED:
            raise Refused
        # The child handles bytes from outside, so what it says is checked like them.
        wanted = width * height * 3 if flags & child.WANT_PIXELS else 0
        sides = {(header.width, header.height), (header.height, header.width)}
        if (width, height) not in sides or pixel_bytes != wanted or jpeg_bytes > 4 * MAX_BYTES:
            self.kill()
            raise Refused
        pixels, jpeg = bytearray(wanted), bytearray(jpeg_bytes)
        self._receive(memoryview(pixels), deadline)
        self._receive(memoryview(jpeg), deadline)
        if bool(flags & child.WANT_JPEG) != bool(jpeg):
            raise Refused
        return Picture(width, height, pixels, bytes(jpeg))

    def _send(self, data: bytes, deadline: float) -> None:
        view = memoryview(data)
        while view:
            _await(self._sink, select.POLLOUT, deadline)
            view = view[os.write(self._sink, view) :]

    def _receive(self, into: memoryview, deadline: float) -> None:
        while into:
            _await(self._source, select.POLLIN, deadline)
            got = os.readv(self._source, [into])
            if not got:
                raise EOFError
            into = into[got:]

    def _reason(self) -> Exception:
        """Why the child ended: a crash is the image's doing, a foreign kill is not."""
        try:
            code = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self.kill()
            return Refused()
        self.forget()
        return Died() if code in {0, -signal.SIGKILL, -signal.SIGTERM} else Refused()


def _await(pipe: int, what: int, deadline: float) -> None:
    poll = select.poll()
    poll.register(pipe, what)
    left = deadline - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise TimeoutError


def _widen(pipe: int) -> None:
    """Ask for a pipe that holds a whole photo; an unprivileged process may be refused."""
    try:
        fcntl(pipe, F_SETPIPE_SZ, _PIPE_BYTES)
    except OSError:
        return
