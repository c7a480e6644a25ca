"""The two doors a punch goes through, as a client without a library's own retries sees them."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from dataclasses import dataclass, field
from typing import Any, Protocol

import grpc
import grpc.aio

from common.pb import attendance_pb2 as pb
from common.pb import attendance_pb2_grpc as pb_grpc
from tests.support.attendance_processes import code_of

PATIENCE = 4.0


class Lost(Exception):
    """No answer came: whether the punch was recorded is not known."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One punch as it is sent, and sent again."""

    who: int
    action: str
    key: str
    image: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A status (of HTTP, or what gRPC's stands for), a stable code, the record's id and time."""

    status: int
    code: str = ""
    record_id: int = 0
    timestamp: str = ""


class Door(Protocol):
    """A way to punch."""

    async def punch(self, token: str, wanted: Wanted) -> Answer:
        """The answer; raises `Lost`."""
        ...


@dataclass
class RestDoor:
    """HTTP/1.1 on kept connections, each used by one request at a time."""

    port: int
    _idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    async def punch(self, token: str, wanted: Wanted) -> Answer:
        """POST /attendance."""
        body: dict[str, Any] = {"action": wanted.action}
        if wanted.image:
            body["image"] = base64.b64encode(wanted.image).decode()
        data = json.dumps(body).encode()
        head = (
            f"POST /attendance HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Authorization: Bearer {token}\r\nIdempotency-Key: {wanted.key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        status, text = await self.call(head.encode() + data)
        found = json.loads(text)
        if status == 201:
            return Answer(status, "", found["id"], found["timestamp"])
        return Answer(status, found.get("code", ""))

    async def call(self, request: bytes) -> tuple[int, bytes]:
        """The status and body of the answer; raises `Lost`."""
        writer: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout(PATIENCE):
                if self._idle:
                    reader, writer = self._idle.pop()
                else:
                    reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(request)
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
                body = await reader.readexactly(length)
        except (OSError, EOFError, TimeoutError) as fault:
            if writer:
                writer.transport.abort()
            raise Lost(type(fault).__name__) from fault
        if b"connection: close" in head:
            writer.close()
        else:
            self._idle.append((reader, writer))
        return int(head.split()[1]), body

    async def close(self) -> None:
        """End the idle connections."""
        for _, writer in self._idle:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        self._idle.clear()


_STATUS = {
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.FAILED_PRECONDITION: 409,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.INTERNAL: 500,
}
QUICK = [
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 500),
    ("grpc.enable_retries", 0),
]


class GrpcDoor:
    """One channel for everybody."""

    def __init__(self, port: int) -> None:
        self._channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=QUICK)
        self._stub = pb_grpc.AttendanceServiceStub(self._channel)  # type: ignore[no-untyped-call]

    async def punch(self, token: str, wanted: Wanted) -> Answer:
        """CheckIn."""
        request = pb.CheckInRequest(
            action=wanted.action,
            jwt=token,
            idempotency_key=wanted.key,
            image=wanted.image or b"",
        )
        try:
            made = await self._stub.CheckIn(request, timeout=PATIENCE)
        except grpc.aio.AioRpcError as fault:
            code = code_of(fault)
            if not code:
                # Not one of the service's own words: the connection or the time ran out.
                raise Lost(fault.code().name) from fault
            return Answer(_STATUS.get(fault.code(), 500), code)
        return Answer(201, "", made.id, made.timestamp)

    async def close(self) -> None:
        """End the channel."""
        await self._channel.close()
