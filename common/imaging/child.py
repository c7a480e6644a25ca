"""The process that decodes: small, limited, without environment, and expendable.

It runs as a script of its own (`python -I child.py`), so that it can import nothing of the
project, and imports OpenCV only there. Everything it is sent comes through its standard input,
everything it answers goes to its standard output; it exits when the input ends or stays silent.
"""

from __future__ import annotations

import os
import select
import signal
import struct
import sys
from collections.abc import Callable
from typing import Any

# Flags, JPEG quality (1 to 100), longest side in pixels of the JPEG (0: as it is), length.
REQUEST = struct.Struct("<BBII")
# Status, width, height, bytes of pixels, bytes of JPEG; both follow in this order.
ANSWER = struct.Struct("<BIIII")
WANT_PIXELS = 1
WANT_JPEG = 2
DONE, REFUSED = 0, 1

ADDRESS_SPACE = 640 * 1024 * 1024
JOB_SECONDS = 5
LIFE_CPU_SECONDS = 600
IDLE_SECONDS = 60

Answer = tuple[bytes, Any, bytes]


def serve(source: int, sink: int, decode: Callable[[bytes, int, int, int], Answer]) -> None:
    """Answer requests read from ``source`` until it ends or is silent for IDLE_SECONDS."""
    while select.select([source], [], [], IDLE_SECONDS)[0]:
        head = _read(source, REQUEST.size)
        if len(head) < REQUEST.size:
            return
        flags, quality, edge, length = REQUEST.unpack(head)
        data = _read(source, length)
        _limit_job()
        for part in decode(data, flags, quality, edge):
            _write(sink, part)
        signal.setitimer(signal.ITIMER_REAL, 0)


def decode(data: bytes, flags: int, quality: int, edge: int) -> Answer:
    """The answer to one request: the pixels turned as EXIF says, BGR, and the image re-encoded."""
    import cv2
    import numpy as np

    refused = (ANSWER.pack(REFUSED, 0, 0, 0, 0), b"", b"")
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        if pixels is None:
            return refused
        jpeg = _encode(pixels, quality, edge) if flags & WANT_JPEG else b""
    except (cv2.error, MemoryError):
        return refused
    height, width = pixels.shape[:2]
    body: Any = np.ascontiguousarray(pixels).reshape(-1) if flags & WANT_PIXELS else b""
    return ANSWER.pack(DONE, width, height, len(body), len(jpeg)), body, jpeg


def _encode(pixels: Any, quality: int, edge: int) -> bytes:
    import cv2

    longest = max(pixels.shape[:2])
    if 0 < edge < longest:
        height, width = (max(1, round(side * edge / longest)) for side in pixels.shape[:2])
        pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    done, jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return jpeg.tobytes() if done else b""


def limit_process() -> None:
    """What this process may use from now on, whatever an image makes it do."""
    import resource

    for limit, value in (
        (resource.RLIMIT_AS, ADDRESS_SPACE),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 16),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, LIFE_CPU_SECONDS),
    ):
        resource.setrlimit(limit, (value, value))


def _limit_job() -> None:
    """Let the kernel end this process if one image keeps it: the parent may be gone by then."""
    signal.setitimer(signal.ITIMER_REAL, JOB_SECONDS + 1)


def _read(source: int, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = os.read(source, min(size - len(parts), 1 << 20))
        if not part:
            break
        parts += part
    return bytes(parts)


def _write(sink: int, data: Any) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(sink, view) :]


def main() -> None:
    """Load OpenCV, give up what is not needed, and serve."""
    import cv2

    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit_process()
    serve(sys.stdin.fileno(), sys.stdout.fileno(), decode)


if __name__ == "__main__":
    main()
