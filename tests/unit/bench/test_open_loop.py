"""The fixed schedule, the client's reading of answers, and the frames of subscribers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import pairwise
from time import perf_counter

from bench.open_loop import LOST, Client, Tally, quantile, request, steady
from bench.subscribers import Frames


def test_quantiles() -> None:
    ordered = [float(value) for value in range(100)]
    assert quantile(ordered, 0.5) == 50
    assert quantile(ordered, 0.99) == 99
    assert quantile([4.0], 0.99) == 4


def test_arrivals_keep_their_times_when_one_is_slow() -> None:
    fired: list[tuple[int, float, float]] = []

    def fire(number: int, at: float) -> None:
        fired.append((number, at, perf_counter()))
        if number == 3:
            blocked = perf_counter() + 0.05
            while perf_counter() < blocked:
                pass

    asyncio.run(steady(200, 0.1, fire))
    dues = [at for _, at, _ in fired]
    assert [number for number, _, _ in fired] == list(range(20))
    assert all(abs(later - at - 0.005) < 1e-9 for at, later in pairwise(dues))
    assert all(sent >= at for _, at, sent in fired)


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def asked(count: int, most: int, serve: Serve) -> list[tuple[int, bytes]]:
    """What a client of at most ``most`` connections gets for ``count`` requests at once."""

    async def run() -> list[tuple[int, bytes]]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        client = Client(server.sockets[0].getsockname()[1], most)
        got: list[tuple[int, bytes]] = []
        for _ in range(count):
            client.send(request("GET", "/"), lambda status, body: got.append((status, body)))
        async with asyncio.timeout(5):
            while len(got) < count:
                await asyncio.sleep(0.005)
        client.close()
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.05)
        return got

    return asyncio.run(run())


def test_more_requests_than_connections_are_all_answered() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 201 CREATED\r\nContent-Length: 2\r\n\r\n")
                await asyncio.sleep(0.001)  # the answer comes in two pieces
                writer.write(b"{}")
        writer.close()

    assert asked(7, 2, answer) == [(201, b"{}")] * 7


def test_a_connection_that_ends_without_an_answer_is_said() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    assert asked(2, 1, hang_up) == [(LOST, b"")] * 2


def test_a_tally_counts_answers_by_name() -> None:
    tally = Tally()
    tally.note(perf_counter(), "201")
    tally.note(perf_counter() - 1, "503")
    assert dict(tally.answers) == {"201": 1, "503": 1}
    assert tally.p(0.99) >= 1000
    assert tally.p(0.5, since=2) != tally.p(0.5, since=2)  # nothing yet: not a number


def test_frames_come_whole_however_the_bytes_are_cut() -> None:
    short, long = b"a" * 125, b"b" * 300
    sent = b"\x81\x7d" + short + b"\x89\x00" + b"\x81\x7e\x01\x2c" + long
    expected = [(1, short), (9, b""), (1, long)]
    for size in (1, 3, 126, 200, len(sent)):
        frames = Frames()
        found = []
        for start in range(0, len(sent), size):
            found += frames.feed(sent[start : start + size])
        assert found == expected
