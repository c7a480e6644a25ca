"""When a socket is closed for what its client does or does not do."""

from __future__ import annotations

import asyncio
import json
import socket
import struct

import pytest
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode

from common.identity import Role
from reporter_service import connection, session
from tests.support.cluster import TestDatabase
from tests.support.people import Town
from tests.support.reporter import Client, Reporter, looped, reporting_alone


@looped
async def test_there_are_limits_for_a_person_and_for_the_process(
    database: TestDatabase, town: Town
) -> None:
    first, second, third = (town.token(town.person()) for _ in range(3))
    limits = {"REPORTER_SOCKETS": "4", "REPORTER_SOCKETS_PER_PERSON": "2"}
    async with reporting_alone(database, town, **limits) as reporter:
        two = [await reporter.greeted(first) for _ in range(2)]
        assert await (await reporter.client(first)).close_code() == 4504
        for _ in range(2):
            await reporter.greeted(second)
        assert await (await reporter.client(third)).close_code() == 4504
        await two[0].socket.close()
        await reporter.greeted(third)


@looped
async def test_unknown_clients_cannot_fill_the_process(database: TestDatabase, town: Town) -> None:
    token = town.token(town.person())
    async with reporting_alone(database, town, REPORTER_UNPROVEN_SOCKETS="5") as reporter:
        known = [await reporter.greeted(token) for _ in range(8)]
        idle = [await asyncio.open_connection(*reporter.http) for _ in range(5)]
        with pytest.raises(InvalidStatus) as refusal:
            await reporter.open()
        assert refusal.value.response.status_code == 503
        await reporter.feed.add(1)
        for _, writer in idle:
            writer.close()
            await writer.wait_closed()
        await asyncio.sleep(0.1)
        await reporter.greeted(token)
        assert len(known) == 8


def masked(opcode: int, data: bytes, first: int = 0x80) -> bytes:
    length = (
        bytes((0x80 | len(data),)) if len(data) < 126 else b"\xfe" + struct.pack("!H", len(data))
    )
    return bytes((first | opcode,)) + length + b"\0\0\0\0" + data


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (masked(2, b"{}"), 1003),
        (masked(1, b"\xff\xfe"), 1007),
        (masked(1, b"x" * 16_385), 1009),
        (b"\x81\xff" + b"\x7f" + b"\xff" * 7, 1009),
        (b"\x81\x02{}", 1002),  # not masked
        (masked(1, b"{}", first=0xC0), 1002),  # a reserved bit
        (masked(9, b"x", first=0x00), 1002),  # a fragmented ping
        (masked(9, b"x" * 126), 1002),
        (masked(3, b"x"), 1002),
        (masked(0, b"x"), 1002),
    ],
)
def test_what_is_not_the_protocol_is_refused(
    database: TestDatabase, town: Town, raw: bytes, code: int
) -> None:
    @looped
    async def run() -> None:
        token = town.token(town.person())
        async with reporting_alone(database, town) as reporter:
            for known in (False, True):
                client = Client(await reporter.open())
                if known:
                    await client.socket.send(json.dumps({"auth": token}))
                    await client.until("hello")
                client.socket.transport.write(raw)
                assert await client.close_code() == code
            await reporter.greeted(token)

    run()


@looped
async def test_a_silent_client_is_closed_for_want_of_a_pong(
    database: TestDatabase, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "PING_EVERY", 0.5)
    monkeypatch.setattr(session, "PONG_WITHIN", 0.6)
    monkeypatch.setattr(connection, "CLOSE_SECONDS", 1.0)
    token = town.token(town.person())
    async with reporting_alone(database, town) as reporter:
        answering = await reporter.greeted(token)
        reader, writer = await by_hand(reporter, token)
        data = await asyncio.wait_for(reader.read(), 6)
        assert b"\x89\x00" in data  # it was asked
        assert data.endswith(Frame(Opcode.CLOSE, struct.pack("!H", 4011)).serialize(mask=False))
        writer.close()
        await answering.quiet(0.1)


async def by_hand(
    reporter: Reporter, token: str, receive_buffer: int | None = None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A client that answers nothing by itself, greeted and then left alone."""
    plain = socket.socket()
    if receive_buffer:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    plain.setblocking(False)
    await asyncio.get_running_loop().sock_connect(plain, reporter.http)
    reader, writer = await asyncio.open_connection(sock=plain, limit=4096)
    writer.write(
        b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    writer.write(masked(1, json.dumps({"auth": token, "scope": "all"}).encode()))
    await reader.readuntil(b'"hello"')
    return reader, writer


@looped
async def test_a_slow_client_alone_is_closed_and_can_resume(
    database: TestDatabase, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "CLOSE_SECONDS", 1.0)
    monkeypatch.setattr(session, "LIVE_LIMIT", 100_000)
    admin = town.person(Role.ADMIN)
    token = town.token(admin)
    async with reporting_alone(database, town) as reporter:
        quick = await reporter.greeted(token, scope="all")
        start = quick.frames[-1]["cursor"]
        reader, writer = await by_hand(reporter, token, receive_buffer=4096)
        count = 12_000
        reading = asyncio.create_task(quick.records(count, 20))
        for number in range(count):
            await reporter.feed.add(admin)
            if number % 50 == 0:
                await asyncio.sleep(0.01)
        expected = [event.event_id for event in reporter.feed.events]
        assert [frame["event_id"] for frame in await reading] == expected
        # Now it reads: what it gets has no hole, and says 4008 at the end or is cut off.
        data = b""
        try:
            while chunk := await asyncio.wait_for(reader.read(1 << 16), 5):
                data += chunk
        except ConnectionError:
            pass
        got = data.count(b'"record"')
        assert 0 < got < count
        assert data.count(expected[got - 2].encode()) == 1
        writer.close()
        await asyncio.sleep(1.2)
        metrics = await reporter.get("/metrics")
        assert b'hazir_reporter_closes_total{code="4008"} 1.0' in metrics
        resumed = await reporter.client(token, scope="all", after=start)
        assert [f["event_id"] for f in await resumed.records(count, 20)] == expected
