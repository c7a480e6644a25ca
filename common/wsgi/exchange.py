"""One request's way through the application, and its answer as bytes for the wire (PEP 3333)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from common.wsgi.head import TCHAR
from common.wsgi.house import House
from common.wsgi.reader import Request
from common.wsgi.refusal import refusal

_STATUS = re.compile(r"[2-5][0-9]{2} [ -~]*")
_NAME = re.compile(TCHAR + "++")
# What a hop says to the next is this server's business; only a wish to close is heard.
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade"})
_UNKNOWN: Final = -1


class BrokenAnswer(Exception):
    """The application gave an answer that HTTP cannot carry."""


class Exchange:
    """Calls the application and turns its answer into pieces for the wire.

    `pull` until `complete`, then `close`. Nothing an application does escapes as an exception: a
    failure before the first byte becomes a 500, a later one sets ``aborted``.
    """

    __slots__ = (
        "_chunked",
        "_chunks",
        "_environ",
        "_headers",
        "_house",
        "_left",
        "_request",
        "_result",
        "_sent",
        "_status",
        "_written",
        "aborted",
        "complete",
        "keep_alive",
    )

    def __init__(self, house: House, request: Request) -> None:
        self._house = house
        self._request = request
        self._environ = request.environ
        self._status: str | None = None
        self._headers: list[tuple[str, str]] = []
        self._written: list[bytes] = []
        self._result: Any = None
        self._chunks: Iterator[bytes] | None = None
        self._sent = False
        self._chunked = False
        self._left = _UNKNOWN
        self.keep_alive = request.keep_alive
        self.complete = False
        self.aborted = False

    def pull(self) -> bytes:
        """The next bytes for the wire; runs the application's code."""
        try:
            return self._next() if self._sent else self._first()
        except BaseException as fault:  # noqa: BLE001 - whatever it raises, the thread goes on
            self._house.log("app_failed", exc_info=fault)
            self.complete = True
            if self._sent:
                self.aborted = True
                self.keep_alive = False
                return b""
            self._sent = True
            self.keep_alive = self._request.keep_alive and not self._house.draining
            head_only = self._environ["REQUEST_METHOD"] == "HEAD"
            return refusal(500, keep_alive=self.keep_alive, head_only=head_only)

    def close(self) -> None:
        """Tell the application's iterable that nobody reads on."""
        close = getattr(self._result, "close", None)
        self._result = self._chunks = None
        if close is not None:
            try:
                close()
            except BaseException as fault:  # noqa: BLE001 - as in pull
                self._house.log("app_failed", exc_info=fault)

    def _start(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], object]:
        if exc_info is not None:
            if self._sent:
                raise exc_info[1].with_traceback(exc_info[2])
        elif self._status is not None:
            raise BrokenAnswer("start_response was called twice")
        self._status, self._headers = status, headers
        return self._written.append

    def _first(self) -> bytes:
        result = self._result = self._house.app(self._environ, self._start)
        if isinstance(result, (list, tuple)):
            return self._frame(b"".join([*self._written, *result]), ended=True)
        chunks = self._chunks = iter(result)
        chunk: bytes | None = None
        for chunk in chunks:
            if chunk:
                break
        first = b"".join([*self._written, chunk or b""])
        return self._frame(first, ended=not chunk)

    def _frame(self, body: bytes, *, ended: bool) -> bytes:
        """The head and the first piece; settles how the end of the answer is told."""
        if self._status is None:
            raise BrokenAnswer("start_response was not called")
        if not _STATUS.fullmatch(self._status):
            raise BrokenAnswer("the status is malformed")
        code = self._status[:3]
        self.keep_alive = self._request.keep_alive and not self._house.draining
        lines, declared = self._lines(code)
        modern = self._environ["SERVER_PROTOCOL"] == "HTTP/1.1"
        bodyless = self._environ["REQUEST_METHOD"] == "HEAD" or code in {"204", "304"}
        if declared is None and ended and code not in {"204", "304"}:
            declared = len(body)
            lines.append(f"Content-Length: {declared}")
        if bodyless:
            body, self.complete = b"", True
        elif declared is not None:
            body = body[:declared]
            self._left = declared - len(body)
            self._settle(ended=ended)
        elif modern:
            lines.append("Transfer-Encoding: chunked")
            self._chunked = True
            body = b"%x\r\n%b\r\n" % (len(body), body)
        else:
            self.keep_alive = False
        if not self.keep_alive:
            lines.append("Connection: close")
        head = _joined([f"HTTP/1.1 {self._status}", *lines]).encode("latin-1")
        self._sent = True
        return head + body

    def _lines(self, code: str) -> tuple[list[str], int | None]:
        """The application's fields as lines, checked, and the length it declares."""
        lines: list[str] = []
        declared: int | None = None
        for name, value in self._headers:
            if type(name) is not str or type(value) is not str:
                raise BrokenAnswer("a field is not text")
            lower = name.lower()
            if lower == "content-length":
                if declared is not None or not (value.isascii() and value.isdigit()):
                    raise BrokenAnswer("the declared length is malformed or repeated")
                declared = int(value)
                if code == "204":
                    continue
            elif lower in _HOP:
                if (lower, value.lower()) != ("connection", "close"):
                    raise BrokenAnswer(f"the field {lower} belongs to the server")
                self.keep_alive = False
                continue
            elif not _NAME.fullmatch(name):
                raise BrokenAnswer("a field's name is malformed")
            lines.append(f"{name}: {value}")
        return lines, declared

    def _next(self) -> bytes:
        assert self._chunks is not None
        for chunk in self._chunks:
            if not chunk:
                continue
            if self._chunked:
                return b"%x\r\n%b\r\n" % (len(chunk), chunk)
            if self._left == _UNKNOWN:
                return chunk
            chunk = chunk[: self._left]
            self._left -= len(chunk)
            self._settle(ended=False)
            return chunk
        self._settle(ended=True)
        return b"0\r\n\r\n" if self._chunked else b""

    def _settle(self, *, ended: bool) -> None:
        self.complete = ended or self._left == 0
        if ended and self._left > 0:
            self._house.log("answer_too_short", missing=self._left)
            self.aborted = True
            self.keep_alive = False


def _joined(lines: list[str]) -> str:
    """The whole head; raises `BrokenAnswer` when one of its lines holds the start of another."""
    text = "\r\n".join(lines) + "\r\n\r\n"
    breaks = len(lines) + 1
    if text.count("\r") != breaks or text.count("\n") != breaks or "\0" in text:
        raise BrokenAnswer("a field's value holds a line break")
    return text
