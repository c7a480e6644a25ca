"""A gRPC stream that is read in the background, and how a call ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import grpc
import pytest

from common.pb import attendance_pb2 as pb
from tests.support.attendance_processes import code_of


def refused(call: Callable[[], Any]) -> Any:
    """The status and code with which a gRPC call ends."""
    with pytest.raises(grpc.RpcError) as caught:
        found = call()
        if not isinstance(found, pb.AttendanceRecord | pb.CheckInBatchReply):
            list(found)
    return caught.value.code(), code_of(caught.value)


class Stream:
    """A live StreamNew, read on a thread of its own."""

    def __init__(self, rpc: Any, jwt: str, **fields: Any) -> None:
        self.events: list[Any] = []
        self.heartbeats: list[Any] = []
        self.fault: Any = None
        self.ended = threading.Event()
        self.call = rpc.StreamNew(pb.StreamRequest(jwt=jwt, heartbeats=True, **fields))
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.until(lambda: self.heartbeats or self.events or self.ended.is_set())

    def _read(self) -> None:
        try:
            for record in self.call:
                (self.heartbeats if record.heartbeat else self.events).append(record)
        except grpc.RpcError as fault:
            self.fault = fault
        finally:
            self.ended.set()

    def until(self, condition: Callable[[], Any], within: float = 10.0) -> None:
        """Return when ``condition`` holds."""
        deadline = time.monotonic() + within
        while not condition():
            assert time.monotonic() < deadline, (self.events, self.fault)
            time.sleep(0.01)

    def has(self, count: int) -> bool:
        """Whether this many events have come."""
        return len(self.events) >= count

    def saw(self, who: int) -> bool:
        """Whether an event of ``who`` has come."""
        return who in {event.employee_id for event in self.events}

    def end(self) -> list[Any]:
        """Hang up; what came."""
        self.call.cancel()
        self._thread.join(5)
        return self.events
