"""Who follows the feed of a running system, over gRPC and WebSocket, and what they were sent."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from common.pb import attendance_pb2 as pb
from common.pb import attendance_pb2_grpc as pb_grpc
from tests.support.system import System, bearer

#: What came, each with the monotonic time at which it did; the last is what ended it.
Seen = queue.SimpleQueue[tuple[float, Any]]


def _collect(lines: Iterator[Any], seen: Seen) -> None:
    try:
        for line in lines:
            seen.put((time.monotonic(), line))
    except (ConnectionClosed, grpc.RpcError) as end:
        seen.put((time.monotonic(), end))


def listen(lines: Iterator[Any]) -> Seen:
    """Read ``lines`` in the background."""
    seen: Seen = queue.SimpleQueue()
    threading.Thread(target=_collect, args=(lines, seen), daemon=True).start()
    return seen


@contextmanager
def stream(system: System, token: str, **more: Any) -> Iterator[Seen]:
    """An open ``StreamNew``, with its heartbeats."""
    with grpc.insecure_channel(system.grpc) as channel:
        stub = pb_grpc.AttendanceServiceStub(channel)  # type: ignore[no-untyped-call]
        call = stub.StreamNew(pb.StreamRequest(jwt=token, heartbeats=True, **more))
        seen = listen(call)
        assert seen.get(timeout=5)[1].heartbeat, "the stream is open"
        yield seen


@contextmanager
def socket(system: System, token: str, scope: str = "all") -> Iterator[Seen]:
    """An open WebSocket that has been greeted."""
    with connect(system.feed, max_queue=None) as opened:
        opened.send(json.dumps({"auth": token, "scope": scope}))
        hello = json.loads(opened.recv(5))
        assert hello["type"] == "hello"
        yield listen(json.loads(text) for text in opened)


def asked(system: System, address: str, token: str) -> int:
    """The status of an answer over a connection of its own: there are several workers."""
    headers = {**bearer(token), "Connection": "close"}
    return system.http.get(address, headers=headers).status_code


def record_in(item: Any) -> dict[str, Any] | None:
    """The record in what came; ``None`` for a sign of life. Raises what ended it."""
    if isinstance(item, Exception):
        raise item
    if isinstance(item, pb.AttendanceRecord):
        if item.heartbeat:
            return None
        return {"id": item.id, "action": item.action, "event_id": item.event_id}
    found: dict[str, Any] = item
    return None if found.get("type", "record") != "record" or found.get("heartbeat") else found


def until_over(seen: Seen, within: float = 5.0) -> tuple[float, Exception]:
    """When the subscription ended, and how; what came before is passed over."""
    deadline = time.monotonic() + within
    while True:
        at, item = seen.get(timeout=max(0.01, deadline - time.monotonic()))
        if isinstance(item, Exception):
            return at, item


def records_of(seen: Seen) -> list[float]:
    """When each record came that is there by now, up to the end of the subscription."""
    found = []
    while not seen.empty():
        at, item = seen.get()
        if not isinstance(item, Exception) and record_in(item):
            found.append(at)
    return found
