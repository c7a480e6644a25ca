"""From a check-in sent to its WebSocket frame received, one at a time on an idle system.

python -m bench.latency
"""

from __future__ import annotations

import asyncio
import http.client
import json
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
    host = f"127.0.0.1:{on.system.ports['ATTENDANCE']}"
    http_connection = http.client.HTTPConnection(host)
    times = []
    async with connect(f"{on.system.feed}?token={token}", compression=None) as socket:
        await asyncio.sleep(0.5)
        for number in range(_WARM_UP + EVENTS):
            body = json.dumps({"action": "out" if number % 2 else "in"})
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            began = time.perf_counter()
            answer = asyncio.to_thread(_post, http_connection, body, headers)
            frame, status = await asyncio.gather(_receive(socket), answer)
            assert status == 201
            times.append(frame - began)
            await asyncio.sleep(0.01)
    kept = sorted(times[_WARM_UP:])
    p50 = statistics.median(kept) * 1e3
    p99 = kept[int(len(kept) * 0.99)] * 1e3
    return [
        Row("check-in to WebSocket frame, p50", f"{p50:.2f} ms", "3.8 ms", p50 / 3.8, 1, True),
        Row("check-in to WebSocket frame, p99", f"{p99:.2f} ms", "12 ms", p99 / 12, 1, True),
    ]


async def _receive(socket: object) -> float:
    await socket.recv()  # type: ignore[attr-defined]
    return time.perf_counter()


def _post(connection: http.client.HTTPConnection, body: str, headers: dict[str, str]) -> int:
    connection.request("POST", "/attendance", body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def main() -> None:
    """Measure and print."""
    with stage(10) as on:
        for row in measure(on):
            print(row.line(), flush=True)


if __name__ == "__main__":
    main()
