"""One record to many sockets, against a raw uvloop fan-out of prebuilt frames.

    python -m bench.fanout [--sockets 1000 5000] [--runs 3]

Both servers run in a process of their own and are read by the same client, in turns: an epoll loop
over raw sockets in this process, which counts bytes (every frame of a publication has one length).
The next publication is made when the last one has arrived everywhere. Deliveries a second are the
sockets times the publications over the time from the publication to its last byte. How long the
last socket waits, and the processor time of each delivery, go to stderr.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import select
import socket
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.fanout_servers import FRAME, SERVERS, run_server
from bench.stage import ROUNDS, Row

_WARM_UP = 10
_AT_LEAST_SECONDS = 2.0


class Clients:
    """Many sockets read by one epoll loop."""

    def __init__(self, port: int, count: int) -> None:
        self._poll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        self._left: dict[int, int] = {}
        hello = json.dumps({"auth": "bench", "scope": "all"}).encode()
        mask = b"\0\0\0\0"
        first = bytes((0x81, 0x80 | len(hello))) + mask + hello
        request = (
            f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n"
        ).encode()
        for _ in range(count):
            peer = socket.create_connection(("127.0.0.1", port))
            peer.sendall(request)
            seen = peer.recv(4096)
            assert seen.startswith(b"HTTP/1.1 101"), seen[:200]
            peer.sendall(first)
            while seen.count(b"\x81") < 1:
                seen += peer.recv(4096)
            peer.setblocking(False)
            self._sockets[peer.fileno()] = peer
            self._poll.register(peer.fileno(), select.EPOLLIN)
        self._settle()

    def _settle(self) -> None:
        """Read whatever greetings are left."""
        while ready := self._poll.poll(0.5):
            for number, _ in ready:
                self._sockets[number].recv(1 << 16)

    def round(self, publish: Callable[[], None]) -> float:
        """Seconds from one publication to its last byte at the last socket."""
        self._left = dict.fromkeys(self._sockets, FRAME)
        waiting, receive = len(self._left), {n: s.recv for n, s in self._sockets.items()}
        left, poll = self._left, self._poll.poll
        began = time.perf_counter()
        publish()
        while waiting:
            for number, _ in poll():
                # A heartbeat may come between: then more than one frame's bytes are read.
                data = receive[number](1 << 16)
                if not data:
                    raise ConnectionError("the server closed a socket")
                left[number] -= len(data)
                if left[number] <= 0:
                    waiting -= 1
                    left[number] = 1 << 60
        return time.perf_counter() - began

    def close(self) -> None:
        """End every connection."""
        for peer in self._sockets.values():
            peer.close()
        self._poll.close()


def processor_seconds(pid: int) -> float:
    """The processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(name: str, count: int) -> tuple[float, float, float, float]:
    """(deliveries a second, median and 99th percentile of the time to the last in ms, server's us).

    The last is the server's processor time for one delivery: unlike the rate, it does not depend
    on what else the machine does.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=run_server, args=(name, there, port))
    process.start()
    try:
        assert here.recv() == "ready"
        clients = Clients(port, count)
        try:
            used = processor_seconds(process.pid or 0)
            times = rounds(clients, lambda: here.send(1))
            used = processor_seconds(process.pid or 0) - used
        finally:
            clients.close()
    finally:
        process.kill()
        process.join()
    ordered = sorted(times)
    rate = count * len(times) / sum(times)
    tail = ordered[int(len(ordered) * 0.99)]
    each = used / (count * (len(times) + _WARM_UP))
    return rate, statistics.median(times) * 1e3, tail * 1e3, each * 1e6


def rounds(clients: Clients, publish: Callable[[], None]) -> list[float]:
    """The times of enough publications."""
    for _ in range(_WARM_UP):
        clients.round(publish)
    times: list[float] = []
    while sum(times) < _AT_LEAST_SECONDS:
        times.append(clients.round(publish))
    return times


def report(count: int, found: dict[str, list[tuple[float, ...]]]) -> Row:
    """One size's row: medians over the runs."""
    medians = {
        name: tuple(statistics.median(row[column] for row in rows) for column in range(4))
        for name, rows in found.items()
    }
    for name, (rate, median, tail, each) in medians.items():
        spent = f"{each:.2f} us of processor each"
        last = f"last: {median:.1f} / {tail:.1f} ms"
        line = f"{count:6} sockets  {name:12} {rate:10,.0f}/s  {last}  {spent}"
        print(line, file=sys.stderr, flush=True)
    pairs = zip(found["reporter"], found["raw uvloop"], strict=True)
    ratio = statistics.median(ours[0] / most[0] for ours, most in pairs)
    ours, limit = medians["reporter"][0], medians["raw uvloop"][0]
    name = f"one record of {FRAME} bytes to {count:,} sockets"
    return Row(name, f"{ours:,.0f}/s", f"raw uvloop {limit:,.0f}/s", ratio, 0.6)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sockets", type=int, nargs="+", default=[1000, 5000])
    parser.add_argument("--runs", type=int, default=ROUNDS)
    options = parser.parse_args()
    multiprocessing.set_start_method("spawn")
    for count in options.sockets:
        found: dict[str, list[tuple[float, ...]]] = {name: [] for name in SERVERS}
        for _ in range(options.runs):
            for name in SERVERS:
                found[name].append(measure(name, count))
        print(report(count, found).line(), flush=True)


if __name__ == "__main__":
    main()
