"""One client's connection: what to do when it may be read or written, and when time is up.

A connection is used by one thread at a time (see `common.wsgi.worker`) and never waits: each step
does what the socket allows at once and says what it wants next.
"""

from __future__ import annotations

import socket
import struct
from enum import Enum, auto
from typing import Any

from common.wsgi.exchange import Exchange
from common.wsgi.house import House
from common.wsgi.reader import Reader, Request
from common.wsgi.refusal import Refused, refusal

_PIECE = 65536
_RESET = struct.pack("ii", 1, 0)


class Wish(Enum):
    """What a connection waits for; ``GONE`` is nothing any more."""

    READ = auto()
    WRITE = auto()
    GONE = auto()


class Phase(Enum):
    """Where a connection stands between two steps."""

    IDLE = auto()
    HEAD = auto()
    BODY = auto()
    ANSWER = auto()
    LINGER = auto()


class Connection:
    """``environ`` is what every request of this connection starts from."""

    __slots__ = (
        "_exchange",
        "_house",
        "_milestone",
        "_outgoing",
        "_reader",
        "_sock",
        "deadline",
        "peer",
        "phase",
    )

    def __init__(
        self, sock: socket.socket, house: House, *, peer: str, environ: dict[str, Any]
    ) -> None:
        self._sock = sock
        self._house = house
        self._reader = Reader(environ, house.limits, house.budget)
        self._exchange: Exchange | None = None
        self._outgoing = memoryview(b"")
        self._milestone = 0
        self.peer = peer
        self.phase = Phase.IDLE
        self.deadline = house.now() + house.limits.head_seconds

    def fileno(self) -> int:
        """The socket's descriptor, -1 when closed."""
        return self._sock.fileno()

    def advance(self) -> Wish:
        """Do everything that needs no waiting; safe to call when nothing has happened."""
        try:
            if self.phase is Phase.ANSWER:
                return self._answer()
            if self.phase is Phase.LINGER:
                return self._linger()
            if self.phase is not Phase.IDLE or not self._reader.buffered:
                try:
                    data = self._sock.recv(_PIECE)
                except BlockingIOError:
                    return self._rest()
                if not data:
                    return Wish.GONE
                self._reader.feed(data)
            request = self._reader.next()
            return self._wait_for_more() if request is None else self._serve(request)
        except Refused as refused:
            return self._refuse(refused.status)
        except OSError:
            return Wish.GONE

    def expire(self) -> Wish:
        """The deadline is over: a slow sender is told, everybody else is just left."""
        if self.phase in {Phase.HEAD, Phase.BODY}:
            try:
                return self._refuse(408)
            except OSError:
                return Wish.GONE
        return Wish.GONE

    def close(self) -> None:
        """End the connection; never raises."""
        if self._exchange is not None:
            self._exchange.close()
            self._exchange = None
        self._reader.release()
        self._sock.close()

    def _rest(self) -> Wish:
        idle = self.phase is Phase.IDLE
        return Wish.GONE if idle and self._house.draining else Wish.READ

    def _wait_for_more(self) -> Wish:
        """Time for a head counts from its first byte; a body must keep up a pace."""
        reader, limits, now = self._reader, self._house.limits, self._house.now()
        if not reader.in_body:
            if self.phase is not Phase.HEAD:
                self.phase = Phase.HEAD
                self.deadline = now + limits.head_seconds
        elif self.phase is not Phase.BODY:
            if reader.continue_wanted:
                self._sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.phase = Phase.BODY
            self.deadline = now + limits.body_seconds
            self._milestone = limits.body_first
        elif reader.received >= self._milestone:
            self.deadline = now + limits.body_seconds
            self._milestone = reader.received + int(limits.body_rate * limits.body_seconds)
        return Wish.READ

    def _serve(self, request: Request) -> Wish:
        self._exchange = Exchange(self._house, request)
        self.phase = Phase.ANSWER
        return self._answer()

    def _answer(self) -> Wish:
        """Send what is left, then the next piece; a piece for each time the socket is writable."""
        exchange = self._exchange
        assert exchange is not None
        data = self._outgoing or exchange.pull()
        sent = self._send(data)
        if sent < len(data):
            self._outgoing = memoryview(data)[sent:]
        else:
            self._outgoing = memoryview(b"")
            if exchange.complete:
                return self._answered(exchange)
        self.deadline = self._house.now() + self._house.limits.send_seconds
        return Wish.WRITE

    def _send(self, data: bytes | memoryview) -> int:
        try:
            return self._sock.send(data)
        except BlockingIOError:
            return 0

    def _answered(self, exchange: Exchange) -> Wish:
        self._exchange = None
        exchange.close()
        self._reader.release()
        if exchange.aborted:
            # A reset, lest an answer that ends with the connection seem whole.
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            return Wish.GONE
        if not exchange.keep_alive:
            return self._say_goodbye()
        self.phase = Phase.IDLE
        self.deadline = self._house.now() + self._house.limits.idle_seconds
        # A pipelined request waits for its turn behind the other connections.
        return Wish.WRITE if self._reader.buffered else Wish.READ

    def _refuse(self, status: int) -> Wish:
        self._reader.release()
        self._send(refusal(status))
        return self._say_goodbye()

    def _say_goodbye(self) -> Wish:
        """Close for writing and read on a little: closing with unread bytes would reset the
        connection and could take the answer from the client (RFC 9112 9.6)."""
        self._sock.shutdown(socket.SHUT_WR)
        self.phase = Phase.LINGER
        self.deadline = self._house.now() + self._house.limits.linger_seconds
        return Wish.READ

    def _linger(self) -> Wish:
        try:
            return Wish.READ if self._sock.recv(_PIECE) else Wish.GONE
        except BlockingIOError:
            return Wish.READ
