"""gRPC ``StreamNew`` replaying 100,000 events on 10 streams, against a stream of constants.

    python -m bench.stream

Both servers are grpc.aio on uvloop in a process of their own and are read by the same client.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator
from typing import Any

import uvloop
from grpc import aio

from bench.stage import ROUNDS, Row, Stage, median, stage
from common.config import Secret
from common.cursors import CursorSealer
from common.pb import attendance_pb2 as pb
from common.pb import attendance_pb2_grpc as pb_grpc
from local import keys
from local.ports import free_port

EVENTS = 100_000
STREAMS = 10
_FILL = """
WITH made AS (
    INSERT INTO attendance.record
        (employee_id, n, action, at, outcome, status, zone, offset_minutes, source, policy_version)
    SELECT %(person)s, n, 'in', now(), 'accepted', 'accepted', 'UTC', 0, 'bench', 0
    FROM generate_series(1, %(events)s) AS n
    RETURNING id, employee_id, action, at, status
)
INSERT INTO attendance.event (kind, record_id, employee_id, action, at, status)
SELECT 'made', id, employee_id, action, at, status FROM made;
"""


class Constants(pb_grpc.AttendanceServiceServicer):
    """Streams one message over and over."""

    async def StreamNew(  # noqa: N802  the RPC's name
        self,
        request: Any,  # noqa: ARG002
        context: Any,  # noqa: ARG002
    ) -> AsyncIterator[Any]:
        """As many as there are events in a stream's share."""
        message = pb.AttendanceRecord(
            id=1,
            employee_id=1,
            action="in",
            timestamp="2026-11-21T08:00:00.000000Z",
            status="accepted",
            cursor="x" * 32,
            event_id="x" * 36,
            kind="made",
        )
        for _ in range(EVENTS // STREAMS):
            yield message


def _serve_constants(port: int) -> None:
    async def run() -> None:
        server = aio.server()
        pb_grpc.add_AttendanceServiceServicer_to_server(Constants(), server)  # type: ignore[no-untyped-call]
        server.add_insecure_port(f"127.0.0.1:{port}")
        await server.start()
        await server.wait_for_termination()

    uvloop.run(run())


async def _read(address: str, token: str, cursors: list[str]) -> float:
    """Records a second over all streams, each taking its share."""
    share = EVENTS // STREAMS

    async def one(channel: aio.Channel, cursor: str) -> None:
        stub = pb_grpc.AttendanceServiceStub(channel)  # type: ignore[no-untyped-call]
        call = stub.StreamNew(pb.StreamRequest(jwt=token, after=cursor))
        count = 0
        async for _ in call:
            count += 1
            if count == share:
                break
        call.cancel()

    async with aio.insecure_channel(address) as channel:
        await channel.channel_ready()
        began = time.perf_counter()
        await asyncio.gather(*(one(channel, cursor) for cursor in cursors))
        return EVENTS / (time.perf_counter() - began)


def measure(on: Stage) -> list[Row]:
    """The row of this path."""
    on.sql(_FILL, person=on.people[0], events=EVENTS)
    while on.sql("SELECT 1 FROM attendance.event WHERE feed_seq IS NULL LIMIT 1"):
        time.sleep(0.1)
    epoch, head = on.sql("SELECT epoch::text, seq FROM attendance.feed_head")[0]
    key = Secret(keys.read(on.system.place.secrets, "cursor_key")).key()
    sealer = CursorSealer(key, epoch)
    first = head - EVENTS
    cursors = [sealer.seal(first + n * (EVENTS // STREAMS)) for n in range(STREAMS)]
    token = on.tokens.read_text().splitlines()[0]
    port = free_port()
    peer = multiprocessing.get_context("spawn").Process(
        target=_serve_constants, args=(port,), daemon=True
    )
    peer.start()
    pairs = []
    try:
        for _ in range(ROUNDS):
            ours = uvloop.run(_read(on.system.grpc, token, cursors))
            most = uvloop.run(_read(f"127.0.0.1:{port}", token, cursors))
            pairs.append((ours, most))
    finally:
        peer.terminate()
        peer.join()
    ours, limit = median([p[0] for p in pairs]), median([p[1] for p in pairs])
    ratio = median([mine / most for mine, most in pairs])
    name = "gRPC replay of 100,000 events on 10 streams"
    return [Row(name, f"{ours:,.0f}/s", f"constants {limit:,.0f}/s", ratio, 0.6)]


def main() -> None:
    """Measure and print."""
    with stage(10) as on:
        for row in measure(on):
            print(row.line(), flush=True)


if __name__ == "__main__":
    main()
