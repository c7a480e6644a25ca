"""Requests on a fixed schedule, whatever the answers do.

A client that waits for an answer before it asks again slows down with the server and hides its
worst moments (coordinated omission). Here each request is due at a time of its own, is sent then or
as soon as a connection is free, and its latency counts from when it was due.
"""

from __future__ import annotations

import asyncio
import math
import re
from array import array
from collections import Counter, deque
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import cast

Done = Callable[[int, bytes], None]

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
# Below the server's own limit, so that no request meets the end of a silent connection.
_SILENT_AT_MOST = 30.0
LOST = 0


def request(method: str, path: str, *, body: bytes = b"", token: str | None = None) -> bytes:
    """An HTTP/1.1 request with a JSON body."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    if body:
        lines.append("Content-Type: application/json")
    if token:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def due(began: float, rate: float, number: int) -> float:
    """When arrival ``number`` is due."""
    return began + number / rate


async def steady(rate: float, seconds: float, fire: Callable[[int, float], None]) -> None:
    """Call ``fire`` with the number and the due time of each arrival, never before it is due."""
    began = perf_counter()
    for number in range(int(rate * seconds)):
        at = due(began, rate, number)
        while (wait := at - perf_counter()) > 0:
            # The loop's timers know whole milliseconds and round to the nearest.
            await asyncio.sleep(math.ceil(wait * 1e3) / 1e3)
        fire(number, at)


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the sorted ``ordered`` lie."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else math.nan


class Tally:
    """Latencies in milliseconds and what was answered, eight bytes an answer."""

    def __init__(self) -> None:
        self.times = array("d")
        self.answers: Counter[str] = Counter()

    def note(self, at: float, answer: str) -> None:
        """An answer has come to the request that was due ``at``."""
        self.times.append((perf_counter() - at) * 1e3)
        self.answers[answer] += 1

    def p(self, share: float, *, since: int = 0) -> float:
        """A quantile of the latencies, from the answer numbered ``since`` on."""
        return quantile(sorted(self.times[since:]), share)


class Client:
    """Keeps up to ``most`` connections to one server; the latest used is used first."""

    def __init__(self, port: int, most: int = 256) -> None:
        self._port = port
        self._most = most
        self._peers: set[_Peer] = set()
        self._idle: list[_Peer] = []
        self._queue: deque[tuple[bytes, Done]] = deque()
        self._opening: set[asyncio.Task[None]] = set()

    def send(self, text: bytes, done: Done) -> None:
        """Send a request; ``done`` gets its status and body, or `LOST` without an answer."""
        while self._idle:
            peer = self._idle.pop()
            if perf_counter() - peer.free_since < _SILENT_AT_MOST:
                peer.ask(text, done)
                return
            peer.close()
        self._queue.append((text, done))
        self._more()

    def _more(self) -> None:
        """Open one more connection for those who wait, when there may be one."""
        if self._queue and len(self._peers) + len(self._opening) < self._most:
            task = asyncio.create_task(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: _Peer(self), "127.0.0.1", self._port)
        except OSError:
            if self._queue:
                self._queue.popleft()[1](LOST, b"")

    def free(self, peer: _Peer) -> None:
        """``peer`` may be asked."""
        if self._queue:
            peer.ask(*self._queue.popleft())
        else:
            self._idle.append(peer)

    def join(self, peer: _Peer) -> None:
        """``peer`` is connected."""
        self._peers.add(peer)
        self.free(peer)

    def leave(self, peer: _Peer) -> None:
        """``peer`` is gone."""
        self._peers.discard(peer)
        if peer in self._idle:
            self._idle.remove(peer)
        self._more()

    def close(self) -> None:
        """End every connection, and forget who waits for one."""
        self._queue.clear()
        for peer in list(self._peers):
            peer.close()


class _Peer(asyncio.Protocol):
    """One kept connection with at most one request under way."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._transport: asyncio.Transport | None = None
        self._done: Done | None = None
        self._buffer = bytearray()
        self.free_since = perf_counter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the first request."""
        self._transport = cast(asyncio.Transport, transport)
        self._client.join(self)

    def ask(self, text: bytes, done: Done) -> None:
        """Send a request."""
        assert self._transport is not None
        self._done = done
        self._transport.write(text)

    def data_received(self, data: bytes) -> None:
        """Collect the answer, which always has a length."""
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._buffer[:end])
        length = _LENGTH.search(head)
        whole = end + 4 + (int(length.group(1)) if length else 0)
        if len(self._buffer) < whole:
            return
        body = bytes(self._buffer[end + 4 : whole])
        self._buffer.clear()
        done, self._done = self._done, None
        self.free_since = perf_counter()
        if _CLOSE.search(head):
            self.close()
        else:
            self._client.free(self)
        if done:
            done(int(head[9:12]), body)

    def connection_lost(self, _: Exception | None) -> None:
        """Whoever waits is told; whether the request was carried out is not known."""
        self._client.leave(self)
        done, self._done = self._done, None
        if done:
            done(LOST, b"")

    def close(self) -> None:
        """End the connection."""
        self._client.leave(self)
        if self._transport:
            self._transport.close()
