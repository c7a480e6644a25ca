"""The one door for images from outside: header first, then a child process, then plain pixels."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from common.errors import DomainError, Kind, unavailable
from common.imaging import child
from common.imaging.header import (
    MAX_BYTES,
    MIN_SIDE,
    Header,
    NotAnImage,
    TooLarge,
    TooSmall,
    check,
)
from common.imaging.process import Child, Died, Picture, Refused

_WAIT_SECONDS = 5.0


class ImageReader:
    """Decodes images in at most ``size`` child processes, started when first needed.

    ``kind`` is the kind of error for what is not an acceptable image: services differ there.
    Safe for threads; a forked process starts children of its own.
    """

    def __init__(
        self,
        *,
        size: int = 2,
        kind: Kind = Kind.UNPROCESSABLE,
        start: Callable[[], Child] = Child,
    ) -> None:
        self._size = size
        self._kind = kind
        self._start = start
        self._reset()

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._slots = threading.BoundedSemaphore(self._size)
        self._lock = threading.Lock()
        self._idle: list[Child] = []

    def check(self, data: bytes, *, field: str = "image") -> None:
        """Look at the header of ``data`` alone; raises as `pixels` does, but for what is inside."""
        self._header(data, field)

    def pixels(self, data: bytes, *, field: str = "image") -> Picture:
        """``data`` as BGR pixels, the right way up.

        Raises ``not_an_image``, ``too_small`` or ``too_large`` naming ``field``, or
        ``unavailable`` when no child can be had.
        """
        return self._read(data, field, child.WANT_PIXELS)

    def jpeg(
        self, data: bytes, *, field: str = "image", quality: int = 85, longest: int = 0
    ) -> bytes:
        """``data`` re-encoded as a JPEG without EXIF or anything else that came along.

        ``longest`` bounds its longer side in pixels (0: as it is). Raises as `pixels` does.
        """
        return self._read(data, field, child.WANT_JPEG, quality=quality, edge=longest).jpeg

    def both(
        self, data: bytes, *, field: str = "image", quality: int = 85, longest: int = 0
    ) -> Picture:
        """The pixels in full and the JPEG within ``longest``, decoded once."""
        flags = child.WANT_PIXELS | child.WANT_JPEG
        return self._read(data, field, flags, quality=quality, edge=longest)

    def close(self) -> None:
        """End the idle children."""
        with self._lock:
            idle, self._idle = self._idle, []
        for process in idle:
            process.kill()

    def _read(
        self, data: bytes, field: str, flags: int, *, quality: int = 85, edge: int = 0
    ) -> Picture:
        header = self._header(data, field)
        if self._pid != os.getpid():
            self._reset()
        if not self._slots.acquire(timeout=_WAIT_SECONDS):
            raise unavailable("Too many images are being read at the moment.")
        try:
            return self._decode(data, header, flags, quality, edge)
        except Refused as fault:
            raise self._refuse("not_an_image", "The image cannot be read.", field) from fault
        except (Died, OSError) as fault:
            raise unavailable("Images cannot be read at the moment.") from fault
        finally:
            self._slots.release()

    def _header(self, data: bytes, field: str) -> Header:
        try:
            return check(data)
        except TooLarge as fault:
            message = f"An image may have {MAX_BYTES >> 20} MiB and 12 megapixels at most."
            raise DomainError(Kind.TOO_LARGE, "too_large", message, field=field) from fault
        except TooSmall as fault:
            message = f"An image must be at least {MIN_SIDE} pixels wide and high."
            raise self._refuse("too_small", message, field) from fault
        except NotAnImage as fault:
            message = "Only a JPEG, PNG or WebP photo can be read."
            raise self._refuse("not_an_image", message, field) from fault

    def _refuse(self, code: str, message: str, field: str) -> DomainError:
        return DomainError(self._kind, code, message, field=field)

    def _decode(self, data: bytes, header: Header, flags: int, quality: int, edge: int) -> Picture:
        process = self._take()
        used = process.jobs > 0
        try:
            picture = process.run(data, header, flags=flags, quality=quality, edge=edge)
        except Died:
            if not used:
                raise
            # A child that had been idle may have ended just then; a new one gets the job.
            process = self._start()
            picture = process.run(data, header, flags=flags, quality=quality, edge=edge)
        finally:
            self._put_back(process)
        return picture

    def _take(self) -> Child:
        while True:
            with self._lock:
                process = self._idle.pop() if self._idle else None
            if process is None:
                return self._start()
            if process.usable:
                return process
            process.forget()

    def _put_back(self, process: Child) -> None:
        if process.usable:
            with self._lock:
                self._idle.append(process)
        else:
            process.forget()
