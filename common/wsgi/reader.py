"""The bytes of one connection become complete requests; knows no socket and no time."""

from __future__ import annotations

import re
import threading
from io import BytesIO
from typing import Any, NamedTuple

from common.wsgi.chunked import Dechunker
from common.wsgi.head import CHUNKED, Framing, read_head
from common.wsgi.limits import Limits
from common.wsgi.refusal import Refused

# What no head contains, however it goes on; a lone CR at the end may still get its LF.
_NEVER = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|(?<!\r)\n|\r(?!\n|\Z)")


class Request(NamedTuple):
    """A whole request: the environ with its body, and whether the connection may live on."""

    environ: dict[str, Any]
    keep_alive: bool


class Budget:
    """Bytes that all connections of a process may hold together."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._lock = threading.Lock()

    def take(self, size: int) -> None:
        """Reserve ``size`` bytes; raises `Refused` (503) when they are not there."""
        with self._lock:
            if size > self._left:
                raise Refused(503)
            self._left -= size

    def give(self, size: int) -> None:
        """Give ``size`` reserved bytes back."""
        with self._lock:
            self._left += size


class Reader:
    """Assembles requests one after the other, each only when it is asked for.

    ``base`` is what every environ of the connection holds. After `Refused` the reader is done.
    """

    __slots__ = (
        "_base",
        "_body",
        "_budget",
        "_buffer",
        "_dechunker",
        "_environ",
        "_framing",
        "_limits",
        "_reserved",
        "_scanned",
    )

    def __init__(self, base: dict[str, Any], limits: Limits, budget: Budget) -> None:
        self._base = base
        self._limits = limits
        self._budget = budget
        self._buffer = b""
        self._scanned = 0
        self._framing: Framing | None = None
        self._environ: dict[str, Any] = {}
        self._body = BytesIO()
        self._dechunker: Dechunker | None = None
        self._reserved = 0

    @property
    def buffered(self) -> bool:
        """Whether bytes are here that no request has used yet."""
        return bool(self._buffer)

    @property
    def in_body(self) -> bool:
        """Whether a head is complete and its body is not."""
        return self._framing is not None

    @property
    def received(self) -> int:
        """Bytes of the unfinished body."""
        return self._body.tell()

    @property
    def continue_wanted(self) -> bool:
        """Whether the client holds its body back until it is told to go on."""
        framing = self._framing
        return framing is not None and framing.expects and not self._buffer and not self.received

    def feed(self, data: bytes) -> None:
        """Add bytes from the network, at most some 64 KiB at a time."""
        self._buffer = self._buffer + data if self._buffer else data

    def next(self) -> Request | None:
        """The next complete request, or ``None`` until more bytes come; raises `Refused`."""
        if self._framing is None:
            framing = self._framing = self._read_head()
            if framing is None:
                return None
            self._body = BytesIO()
            if framing.length == CHUNKED:
                self._dechunker = Dechunker(self._body, framing.most)
        else:
            framing = self._framing
        if not (self._read_chunks() if framing.length == CHUNKED else self._read(framing.length)):
            return None
        self._framing = None
        self._environ["wsgi.input"] = self._body
        self._body.seek(0)
        return Request(self._environ, framing.keep_alive)

    def release(self) -> None:
        """Give back what the last body held: it is answered, or the connection is gone."""
        if self._reserved:
            self._budget.give(self._reserved)
            self._reserved = 0

    def _read_head(self) -> Framing | None:
        buffer, limits = self._buffer, self._limits
        end = buffer.find(b"\r\n\r\n", max(0, self._scanned - 3)) + 4
        line = buffer.find(b"\r\n", 0, limits.request_line + 2)
        if line < 0 and len(buffer) > limits.request_line + 1:
            raise Refused(414)
        if end > limits.head or (end < 4 and len(buffer) >= limits.head):
            raise Refused(431)
        if end < 4:
            if _NEVER.search(buffer, max(0, self._scanned - 1)):
                raise Refused(400)
            self._scanned = len(buffer)
            return None
        self._scanned = 0
        self._buffer = buffer[end:]
        self._environ = self._base.copy()
        return read_head(buffer[:end], self._environ, limits)

    def _read(self, length: int) -> bool:
        buffer = self._buffer
        received = self._body.tell()
        if not received and len(buffer) >= length:
            if length:
                self._body = BytesIO(buffer[:length])
                self._buffer = buffer[length:]
            return True
        piece = buffer[: length - received]
        self._reserve(len(piece))
        self._body.write(piece)
        self._buffer = buffer[len(piece) :]
        return received + len(piece) == length

    def _read_chunks(self) -> bool:
        dechunker = self._dechunker
        assert dechunker is not None
        before = self._body.tell()
        self._buffer = dechunker.feed(self._buffer)
        self._reserve(self._body.tell() - before)
        if dechunker.done:
            self._dechunker = None
            self._environ["CONTENT_LENGTH"] = str(self._body.tell())
        return dechunker.done

    def _reserve(self, size: int) -> None:
        self._budget.take(size)
        self._reserved += size
