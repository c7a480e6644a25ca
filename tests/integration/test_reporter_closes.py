"""When and how a socket is closed, and what is refused before there is one."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode

from common.identity import Role
from local import keys
from reporter_service import connection, session
from tests.support.cluster import TestDatabase
from tests.support.forgery import Forger
from tests.support.people import ISSUER, Town
from tests.support.reporter import Client, Reporter, looped, reporting_alone


@pytest.fixture(scope="module")
def town(database: TestDatabase) -> Iterator[Town]:
    made = Town(database)
    yield made
    made.close()


async def code_of(socket: ClientConnection) -> int | None:
    return await Client(socket).close_code()


@looped
async def test_seed_defect_D11_a_socket_does_not_outlive_its_token(
    database: TestDatabase, town: Town
) -> None:
    person = town.person()
    async with reporting_alone(database, town) as reporter:
        short = await reporter.greeted(town.token(person, life=2))
        renewed = await reporter.greeted(town.token(person, life=2))
        bare = await reporter.open(f"?token={town.token(person, life=2)}")
        await renewed.socket.send(json.dumps({"auth": town.token(person)}))
        ends = time.time() + 2
        assert await short.close_code() == 4001
        assert await code_of(bare) == 4001
        assert time.time() - ends < 1
        await reporter.feed.add(person)
        await renewed.records(1)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:5501", ""])
def test_seed_defect_D11_a_foreign_page_is_refused(
    database: TestDatabase, town: Town, origin: str
) -> None:
    @looped
    async def run() -> None:
        token = town.token(town.person())
        async with reporting_alone(database, town) as reporter:
            for query in ("", f"?token={token}"):
                with pytest.raises(InvalidStatus) as refusal:
                    await reporter.open(query, additional_headers={"Origin": origin})
                assert refusal.value.response.status_code == 403
                assert json.loads(refusal.value.response.body)["code"] == "foreign_origin"
            with pytest.raises(InvalidStatus):
                twice = [("Origin", "http://127.0.0.1:5500"), ("Origin", origin)]
                await reporter.open(additional_headers=twice)
            own = {"additional_headers": {"Origin": "http://127.0.0.1:5500"}}
            await reporter.greeted(token, options=own)
            await reporter.greeted(token)  # a command-line client has none

    run()


@looped
async def test_a_cookie_does_not_authenticate(
    database: TestDatabase, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "AUTH_WITHIN", 0.3)
    token = town.token(town.person())
    async with reporting_alone(database, town) as reporter:
        cookies = {"Cookie": f"hazir_refresh={token}; token={token}", "Authorization": token}
        assert await code_of(await reporter.open(additional_headers=cookies)) == 4502


@looped
async def test_nobody_waits_for_ever_for_the_first_message(
    database: TestDatabase, town: Town
) -> None:
    async with reporting_alone(database, town) as reporter:
        began = time.monotonic()
        assert await code_of(await reporter.open()) == 4502
        assert 4.5 < time.monotonic() - began < 6.5


def forger(town: Town, person: int, username: str) -> Forger:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": "hazir",
        "sub": username,
        "employee_id": person,
        "user_id": person,
        "user_school_number": None,
        "roles": ["staff"],
        "sid": f"sid-{person}",
        "jti": "jti",
        "iat": now,
        "exp": now + 600,
    }
    return Forger(keys.read(town.database.secrets_dir, "token_signing_key"), claims)


@looped
async def test_every_forged_token_is_answered_alike(database: TestDatabase, town: Town) -> None:
    corpus = forger(town, town.person(username="victim"), "victim")
    variants = corpus.variants()
    assert len(variants) >= 60
    async with reporting_alone(database, town) as reporter:
        await (await reporter.greeted(corpus.genuine())).socket.close()
        for name, token in [*variants, ("expired", town.token(town.person(), life=0))]:
            client = await reporter.client(token)
            assert await client.close_code() == 4501, name
            assert (client.socket.close_reason, client.frames) == ("", []), name
            if len(token) < 4000:
                bare = await reporter.open(f"?token={quote(token)}&scope=all")
                if token:
                    assert await code_of(bare) == 4501, name
                await bare.close()


@looped
async def test_logging_out_locking_and_new_roles_close_within_two_seconds(
    database: TestDatabase, town: Town
) -> None:
    people = [town.person() for _ in range(4)]
    leaving, locked, promoted, staying = people
    async with reporting_alone(database, town) as reporter:
        clients = [await reporter.greeted(town.token(one)) for one in people]
        began = time.monotonic()
        town.announce("session", leaving, f"sid-{leaving}")
        town.sql("UPDATE auth.person SET locked_at = now() WHERE employee_id = %s", locked)
        town.announce("person", locked)
        town.sql("INSERT INTO auth.person_role VALUES (%s, 'manager')", promoted)
        town.announce("person", promoted)
        codes = [await client.close_code() for client in clients[:3]]
        assert codes == [4501, 4501, 4001]
        assert time.monotonic() - began < 2
        await reporter.feed.add(staying)
        await clients[3].records(1)
        # And they do not come back with the same token.
        for token in (town.token(leaving), town.token(locked)):
            assert await (await reporter.client(token)).close_code() == 4501


@looped
async def test_a_renewal_must_be_ones_own(database: TestDatabase, town: Town) -> None:
    person, other = town.person(), town.person()
    async with reporting_alone(database, town) as reporter:
        for said, code in (
            ({"auth": town.token(other)}, 4501),
            ({"auth": "x"}, 4501),
            ({"after": "x"}, 4501),
            ("nonsense", 4503),
        ):
            client = await reporter.greeted(town.token(person))
            text = said if isinstance(said, str) else json.dumps(said)
            await client.socket.send(text)
            assert await client.close_code() == code
        client = await reporter.greeted(town.token(person))
        for _ in range(40):
            await client.socket.send(json.dumps({"auth": town.token(person)}))
        assert await client.close_code() == 4504


@looped
async def test_a_new_session_id_is_the_one_that_is_revoked(
    database: TestDatabase, town: Town
) -> None:
    person = town.person()
    async with reporting_alone(database, town) as reporter:
        client = await reporter.greeted(town.token(person, sid=f"old-{person}"))
        await client.socket.send(json.dumps({"auth": town.token(person, sid=f"new-{person}")}))
        await asyncio.sleep(0.2)
        town.announce("session", person, f"old-{person}")
        await client.quiet(1)
        town.announce("session", person, f"new-{person}")
        assert await client.close_code() == 4501


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
