"""From a check-in sent to its WebSocket frame received, one at a time on an idle system.

python -m bench.latency
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import time

from websockets.asyncio.client import connect

from bench.stage import Row, Stage, stage

EVENTS = 300
_WARM_UP = 30


def measure(on: Stage) -> list[Row]:
    """The rows of this path."""
    return asyncio.run(_measure(on))


async def _measure(on: Stage) -> list[Row]:
    token = on.tokens.read_text().splitlines()[0]
    reader, writer = await asyncio.open_connection("127.0.0.1", on.system.ports["ATTENDANCE"])
    times = []
    async with connect(f"{on.system.feed}?token={token}", compression=None) as socket:
        await asyncio.sleep(0.5)
        for number in range(_WARM_UP + EVENTS):
            request = _request(token, "out" if number % 2 else "in")
            began = time.perf_counter()
            writer.write(request)
            await socket.recv()
            times.append(time.perf_counter() - began)
            status = await reader.readline()
            assert b" 201 " in status, status
            await _rest_of(reader)
            await asyncio.sleep(0.01)
    writer.close()
    kept = sorted(times[_WARM_UP:])
    p50 = statistics.median(kept) * 1e3
    p99 = kept[int(len(kept) * 0.99)] * 1e3
    return [
        Row("check-in to WebSocket frame, p50", f"{p50:.2f} ms", "3.8 ms", p50 / 3.8, 1, True),
        Row("check-in to WebSocket frame, p99", f"{p99:.2f} ms", "12 ms", p99 / 12, 1, True),
    ]


def _request(token: str, action: str) -> bytes:
    body = json.dumps({"action": action})
    head = (
        "POST /attendance HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join([*head, "", body]).encode()


async def _rest_of(reader: asyncio.StreamReader) -> None:
    """Read the answer to its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    assert length is not None
    await reader.readexactly(int(length.group(1)))


def main() -> None:
    """Measure and print."""
    with stage(10) as on:
        for row in measure(on):
            print(row.line(), flush=True)


if __name__ == "__main__":
    main()
