"""One TCP connection: websockets' protocol with what this service needs beneath it.

Frames of the feed are written straight to the transport, built once for everybody, so a fan-out
costs one write a socket. The transport's buffer is the client's queue: past its limit the client
is too slow, which `Socket.on_slow` is told. websockets' own `close` waits for a full buffer
without a bound; `Socket.shut` does not.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any, Protocol

from websockets.asyncio.server import Server, ServerConnection
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN, Event
from websockets.server import ServerProtocol

from common.errors import DomainError
from reporter_service.wire import Opening

LIVE_LIMIT = 1 << 20
REPLAY_LIMIT = 64 << 10
CLOSE_SECONDS = 5.0
_LINGER_SECONDS = 1.0
_LONGEST_HEAD = 16 << 10
_BODY = re.compile(rb"^(content-length:[ \t]*0*[1-9]|transfer-encoding:)", re.IGNORECASE)
_TOO_LONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Connection: close\r\nContent-Length: 0\r\n\r\n"
)


class Gate(Protocol):
    """Counts the connections whose client is not known yet."""

    def enter(self) -> bool:
        """Take a place; false when there is none."""
        ...

    def leave(self) -> None:
        """Give the place back."""
        ...


class Socket(ServerConnection):
    """A connection as sessions use it; everything runs on the one event loop.

    ``said`` is what its address asks for, ``heard_at`` the loop's time of the last pong;
    ``on_slow`` is called when the buffer is past its limit, ``on_gone`` as soon as nothing more
    may be written.
    """

    def __init__(
        self, protocol: ServerProtocol, server: Server, *, gate: Gate, **options: Any
    ) -> None:
        super().__init__(protocol, server, **options)
        self.heard_at = self.loop.time()
        self.on_slow: Callable[[], None] | None = None
        self.on_gone: Callable[[], None] | None = None
        self.has_body = False
        self.turned_away = False
        self.said: Opening | DomainError | None = None
        self._gate: Gate | None = gate
        self._head = bytearray()
        self._deaf = False
        self._abort: asyncio.TimerHandle | None = None

    def admit(self) -> None:
        """The client is known: it no longer takes a place among those who are not."""
        if self._gate:
            self._gate.leave()
            self._gate = None

    def write(self, frame: bytes) -> None:
        """Write a prebuilt frame, unless the connection is closing."""
        if self.protocol.state is OPEN and not self.transport.is_closing():
            self.transport.write(frame)

    def shut(self, code: int, reason: str = "") -> None:
        """Start the closing handshake, and end the connection when it does not finish in time."""
        if self.protocol.state is OPEN:
            self.protocol.send_close(code, reason)
            self.send_data()
            self._abort = self.loop.call_later(CLOSE_SECONDS, self.transport.abort)

    def queue_up_to(self, limit: int) -> None:
        """Set how many bytes may wait for the client."""
        self.transport.set_write_buffer_limits(limit)

    async def drained(self) -> None:
        """Wait until little is left to write."""
        if self.paused:
            await self.drain()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected; when too many unknown ones have, it is sent away."""
        super().connection_made(transport)
        assert self._gate is not None
        if not self._gate.enter():
            self._gate = None
            self.turned_away = True
            self._abort = self.loop.call_later(_LINGER_SECONDS, self.transport.abort)

    def data_received(self, data: bytes) -> None:
        """Bytes came; until the request is complete they are its head."""
        if self._deaf:
            return
        if self.request is None:
            data = self._from_head(data)
        if data:
            super().data_received(data)
            self._notice()
            self._deaf = self.has_body

    def process_event(self, event: Event) -> None:
        """A request or a frame is complete."""
        super().process_event(event)
        if isinstance(event, Frame) and event.opcode is Opcode.PONG:
            self.heard_at = self.loop.time()

    def pause_writing(self) -> None:
        """The buffer is past its limit."""
        super().pause_writing()
        if self.on_slow:
            # Not now: this is called from within a write of the fan-out.
            self.loop.call_soon(self.on_slow)
            self.on_slow = None

    def eof_received(self) -> None:
        """The client will send nothing more."""
        super().eof_received()
        self._notice()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self.admit()
        if self._abort:
            self._abort.cancel()
        super().connection_lost(exc)
        self._notice()

    def _notice(self) -> None:
        if self.on_gone and self.protocol.state is not OPEN:
            gone, self.on_gone = self.on_gone, None
            gone()

    def _from_head(self, data: bytes) -> bytes:
        """What websockets may read of ``data``: nothing before the head of the request is whole.

        It knows no request with a body and would hang up on one; here it gets the head without
        the mention of a body, and the body is never read.
        """
        self._head += data
        end = self._head.find(b"\r\n\r\n")
        if end < 0 and len(self._head) <= _LONGEST_HEAD:
            return b""
        if end < 0 or end > _LONGEST_HEAD:
            self._head.clear()
            self._refuse_head()
            return b""
        lines = bytes(self._head[:end]).split(b"\r\n")
        rest = bytes(self._head[end + 4 :])
        self._head.clear()
        kept = [line for line in lines if not _BODY.match(line)]
        self.has_body = len(kept) < len(lines)
        head = b"\r\n".join(kept) + b"\r\n\r\n"
        return head if self.has_body else head + rest

    def _refuse_head(self) -> None:
        """Send the client away; what it still says is not listened to."""
        self._deaf = True
        self.transport.write(_TOO_LONG)
        self.transport.write_eof()
        self._abort = self.loop.call_later(_LINGER_SECONDS, self.transport.abort)
