"""Many WebSocket clients in one event loop, each reading its frames by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import cast

_TEXT, _CLOSE, _PING = 0x1, 0x8, 0x9
# Masked with zeros, as a client must mask.
_PONG = b"\x8a\x80\x00\x00\x00\x00"
_AT_ONCE = 20
_WITHIN = 15.0
_RECORD = b'{"type":"record"'
_HELLO = b'{"type":"hello"'


class Frames:
    """Takes whole frames out of a stream of bytes."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """The opcode and payload of every frame that ``data`` completes."""
        self._buffer += data
        found = []
        at = 0
        while (frame := self._frame(at)) is not None:
            opcode, start, end = frame
            found.append((opcode, bytes(self._buffer[start:end])))
            at = end
        del self._buffer[:at]
        return found

    def _frame(self, at: int) -> tuple[int, int, int] | None:
        buffer = self._buffer
        if len(buffer) < at + 2:
            return None
        start, length = at + 2, buffer[at + 1] & 0x7F
        if length > 125:
            wide = 2 if length == 126 else 8
            if len(buffer) < start + wide:
                return None
            length = int.from_bytes(buffer[start : start + wide], "big")
            start += wide
        end = start + length
        return (buffer[at] & 0x0F, start, end) if len(buffer) >= end else None


class Subscriber(asyncio.Protocol):
    """One client: opens, says who it is, hands on record frames, answers pings.

    ``greeted`` is done with the server's ``hello``: from there on nothing may be missed.
    """

    def __init__(self, token: str, scope: str, heard: Callable[[bytes], None]) -> None:
        self.greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: str | None = None
        self._opening = _masked(json.dumps({"auth": token, "scope": scope}).encode())
        self._heard = heard
        self._frames: Frames | None = None
        self._head = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a socket."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(
            b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Sec-WebSocket-Version: 13\r\n\r\n"
        )

    def data_received(self, data: bytes) -> None:
        """The answer to the handshake, then frames."""
        if self._frames is None:
            data = self._handshake(data)
        if self._frames is not None and data:
            for opcode, payload in self._frames.feed(data):
                self._take(opcode, payload)

    def connection_lost(self, exc: Exception | None) -> None:
        """The server is gone, or sent this client away."""
        self.closed = self.closed or f"connection lost ({exc})"
        if not self.greeted.done():
            self.greeted.set_exception(ConnectionError(self.closed))

    def close(self) -> None:
        """Go."""
        if self._transport:
            self._transport.close()

    def _handshake(self, data: bytes) -> bytes:
        self._head += data
        head, mark, rest = bytes(self._head).partition(b"\r\n\r\n")
        if not mark:
            return b""
        assert self._transport is not None
        if not head.startswith(b"HTTP/1.1 101"):
            self.closed = head[:100].decode("latin-1")
            self._transport.close()
            return b""
        self._head.clear()
        self._frames = Frames()
        self._transport.write(self._opening)
        return rest

    def _take(self, opcode: int, payload: bytes) -> None:
        assert self._transport is not None
        if opcode == _TEXT:
            if payload.startswith(_RECORD):
                self._heard(payload)
            elif payload.startswith(_HELLO) and not self.greeted.done():
                self.greeted.set_result(None)
        elif opcode == _PING:
            self._transport.write(_PONG)
        elif opcode == _CLOSE:
            self.closed = f"closed with {int.from_bytes(payload[:2], 'big')}"
            self._transport.close()


def _masked(payload: bytes) -> bytes:
    """``payload`` as a client's text frame, masked with zeros."""
    size = len(payload)
    length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return b"\x81" + length + bytes(4) + payload


async def subscribe(port: int, made: list[Callable[[], Subscriber]]) -> list[Subscriber]:
    """Connect every client; returns when each has been greeted."""
    loop = asyncio.get_running_loop()
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(make: Callable[[], Subscriber]) -> Subscriber:
        async with gate, asyncio.timeout(_WITHIN):
            _, client = await loop.create_connection(make, "127.0.0.1", port)
            await client.greeted
            return client

    return await asyncio.gather(*(one(make) for make in made))
