"""The chunked coding (RFC 9112 7.1), taken off as the bytes come in."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

from common.wsgi.head import FIELD
from common.wsgi.refusal import Refused

_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8}+)(?:[ \t]*+;[\t -~\x80-\xff]*+)?\r\n")
_FIELD = re.compile(FIELD.encode("latin-1"))
_LONGEST_LINE = 256
_MOST_TRAILER = 4096


class Dechunker:
    """Writes a chunked body of at most ``most`` bytes into ``body``.

    Extensions and trailer fields are checked, bounded and dropped: nothing after the head may
    change what the request means.
    """

    __slots__ = ("_body", "_left", "_most", "_received", "_step", "_trailer")

    def __init__(self, body: BytesIO, most: int) -> None:
        self._body = body
        self._most = most
        self._received = 0
        self._left = 0
        self._trailer = 0
        self._step: Callable[[bytes, int], int] = self._size

    @property
    def done(self) -> bool:
        """Whether the end of the body has been seen."""
        return self._step == self._end

    def feed(self, data: bytes) -> bytes:
        """Take what is complete in ``data``; returns the rest, to be given again with more.

        Once `done`, the rest belongs to the next request. Raises `Refused`.
        """
        at = 0
        while (then := self._step(data, at)) >= 0:
            at = then
        return data[at:]

    # Each step returns where it got to, or -1 when it needs more bytes.

    def _size(self, data: bytes, at: int) -> int:
        match = _SIZE.match(data, at)
        if match is None or match.end() - at > _LONGEST_LINE:
            return _incomplete(data, at, _LONGEST_LINE)
        self._left = int(match[1], 16)
        self._received += self._left
        if self._received > self._most:
            raise Refused(413)
        self._step = self._data if self._left else self._trailers
        return match.end()

    def _data(self, data: bytes, at: int) -> int:
        if at == len(data):
            return -1
        piece = data[at : at + self._left]
        self._body.write(piece)
        self._left -= len(piece)
        if not self._left:
            self._step = self._line_end
        return at + len(piece)

    def _line_end(self, data: bytes, at: int) -> int:
        if data.startswith(b"\r\n", at):
            self._step = self._size
            return at + 2
        return _incomplete(data, at, 1)

    def _trailers(self, data: bytes, at: int) -> int:
        if data.startswith(b"\r\n", at):
            self._step = self._end
            return at + 2
        match = _FIELD.match(data, at)
        if match is None:
            return _incomplete(data, at, _MOST_TRAILER)
        self._trailer += match.end() - at
        if self._trailer > _MOST_TRAILER:
            raise Refused(431)
        return match.end()

    def _end(self, _data: bytes, _at: int) -> int:
        return -1


def _incomplete(data: bytes, at: int, longest: int) -> int:
    """More is needed, unless the line is there (and wrong) or could never become a right one."""
    line_feed = data.find(b"\n", at)
    if line_feed >= 0 or len(data) - at > longest:
        raise Refused(400)
    carriage = data.find(b"\r", at)
    if 0 <= carriage < len(data) - 1:
        raise Refused(400)
    return -1
