"""The plain HTTP addresses, the process as a whole, and what it writes down."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from common.config import ROOT, read_secret
from local.ports import free_port
from tests.support.cluster import TestDatabase
from tests.support.feed_server import running_feed, running_token_endpoint
from tests.support.people import Town
from tests.support.process import Process
from tests.support.reporter import Client, Reporter, looped, reporting_alone


async def http(
    reporter: Reporter, method: str, path: str, head: str = "", body: bytes = b""
) -> tuple[int, dict[str, str], bytes]:
    """One plain request: status, headers in lower case, body."""
    reader, writer = await asyncio.open_connection(*reporter.http)
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode() + body)
    answer = await asyncio.wait_for(reader.read(), 7)
    writer.close()
    await writer.wait_closed()
    first, _, rest = answer.partition(b"\r\n")
    headers, _, content = rest.partition(b"\r\n\r\n")
    pairs = (line.split(": ", 1) for line in headers.decode().split("\r\n"))
    return int(first.split()[1]), {name.lower(): value for name, value in pairs}, content


@looped
async def test_the_predecessors_hook_is_gone(database: TestDatabase, town: Town) -> None:
    body = b'{"employee_id": 1}'
    async with reporting_alone(database, town) as reporter:
        for head, sent in (
            (f"Content-Length: {len(body)}\r\n", body),
            ("Transfer-Encoding: chunked\r\n", b"12\r\n" + body + b"\r\n0\r\n\r\n"),
            ("", b""),
            ("Content-Length: 200000\r\n", b"x" * 200_000),
        ):
            status, headers, content = await http(reporter, "POST", "/hook/new-record", head, sent)
            assert status == 410
            assert headers["content-type"] == "application/problem+json"
            problem = json.loads(content)
            assert problem["status"] == 410
            assert problem["code"] == "gone"
            assert problem["request_id"] == headers["x-request-id"]


@looped
async def test_the_other_addresses(database: TestDatabase, town: Town) -> None:
    async with reporting_alone(database, town) as reporter:
        await reporter.greeted(town.token(town.person()))
        status, _, content = await http(reporter, "GET", "/health/live")
        assert (status, json.loads(content)) == (200, {"status": "ok"})
        status, _, content = await http(reporter, "GET", "/health/ready/")
        ready = {"status": "ok", "postgresql": "up", "attendance": "up", "redis": "down"}
        assert (status, json.loads(content)) == (200, ready)
        status, headers, content = await http(reporter, "HEAD", "/health/live")
        assert (status, content) == (200, b"")
        status, headers, content = await http(reporter, "GET", "/metrics")
        assert status == 200
        assert b"hazir_reporter_sockets 1.0" in content
        status, _, content = await http(reporter, "GET", "/openapi.json")
        assert json.loads(content)["openapi"] == "3.1.0"
        upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        for method, path, head, expected in (
            ("GET", "/", "", 404),
            ("GET", "/ws/more", "", 404),
            ("POST", "/health/live", "", 405),
            ("POST", "/ws", "", 405),
            ("GET", "/ws", "", 426),
            ("GET", "/ws", "Content-Length: 2\r\n" + upgrade, 400),
            ("GET", "/ws", upgrade, 400),
            ("GET", "/ws", "X: " + "x" * 20_000 + "\r\n", 431),
            ("GET", "/", "X-Request-Id: abcdefgh12\r\n", 404),
        ):
            status, headers, _ = await http(reporter, method, path, head)
            assert status == expected, (method, path)
        assert headers["x-request-id"] == "abcdefgh12"


@looped
async def test_addresses_are_limited_by_peer_or_counted_proxy(
    database: TestDatabase, town: Town
) -> None:
    limits = {"LIMIT_PER_ADDRESS": "1", "TRUSTED_PROXIES": "1"}
    async with reporting_alone(database, town, **limits) as reporter:

        async def ask(address: str) -> int:
            head = f"X-Forwarded-For: 9.9.9.9, {address}\r\n"
            return (await http(reporter, "GET", "/", head))[0]

        assert {await ask("1.1.1.1") for _ in range(8)} == {404, 429}
        assert await ask("2.2.2.2") == 404
        assert (await http(reporter, "GET", "/health/live"))[0] == 200


@looped
async def test_the_description_says_what_is_answered(database: TestDatabase, town: Town) -> None:
    async with reporting_alone(database, town) as reporter:
        _, _, content = await http(reporter, "GET", "/openapi.json")
        for path, methods in json.loads(content)["paths"].items():
            for method, operation in methods.items():
                status, _, _ = await http(reporter, method.upper(), path)
                assert str(status) in operation["responses"], path


@looped
async def test_the_feed_has_a_manual_as_the_other_services(
    database: TestDatabase, town: Town
) -> None:
    async with reporting_alone(database, town) as reporter:
        status, headers, content = await http(reporter, "GET", "/docs/")
        assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert b"<title>Hazir live feed</title>" in content
        bundle = "/docs/assets/js/swagger-ui-bundle.js"
        status, headers, content = await http(reporter, "GET", bundle)
        assert (status, headers["content-type"]) == (200, "text/javascript")
        assert len(content) == int(headers["content-length"]) > 500_000
        assert headers["cache-control"] == "max-age=3600"
        assert (await http(reporter, "HEAD", bundle))[2] == b""
        for path in ("/apidocs", "/redoc"):
            status, headers, _ = await http(reporter, "GET", path)
            assert (status, headers["location"]) == (302, "/docs")
        assert (await http(reporter, "POST", "/docs"))[0] == 405
        assert (await http(reporter, "GET", "/docs/assets/../x"))[0] == 404


class Service:
    """``python -m reporter_service`` as a process of its own."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        self.port = int(env["REPORTER_PORT"])
        self.process = Process(
            lambda: [sys.executable, "-m", "reporter_service"],
            self.answers,
            log=log,
            environment=env,
            cwd=ROOT,
        )

    def answers(self) -> bool:
        """Whether its port is open."""
        import socket

        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def environment(database: TestDatabase, auth_url: str, feed_port: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        **database.environment(),
        "HAZIR_ENV_FILE": "/nonexistent",
        "REPORTER_PORT": str(free_port()),
        "BIND_HOSTS": "127.0.0.1,::1",
        "AUTH_URL": auth_url,
        "ATTENDANCE_GRPC": f"127.0.0.1:{feed_port}",
        "LOG_LEVEL": "debug",
    }


async def until_heard(bare: ClientConnection, act: Callable[[], Awaitable[object]]) -> None:
    """Act until it is heard of: a bare client is not told when it may begin to listen."""
    heard = asyncio.create_task(bare.recv())
    while not heard.done():
        await act()
        await asyncio.wait([heard], timeout=0.2)
    assert json.loads(heard.result())["type"] == "record"


def test_seed_defect_D10_no_token_is_written_down(
    database: TestDatabase, town: Town, tmp_path: Path
) -> None:
    secret = read_secret("service_reporter", database.environment()).reveal()
    key = read_secret("cursor_key", database.environment()).key()
    person = town.person()

    @looped
    async def run() -> None:
        async with running_feed(key) as feed:
            with running_token_endpoint(secret) as auth_url:
                env = environment(database, auth_url, feed.port)
                service = Service(env, tmp_path / "reporter.log")
                await asyncio.to_thread(service.process.start)
                url = f"ws://127.0.0.1:{service.port}/ws"
                token = town.token(person)
                async with connect(f"ws://[::1]:{service.port}/ws", proxy=None) as socket:
                    await socket.send(json.dumps({"auth": token}))
                    client = Client(socket)
                    await client.until("hello", 20)
                    async with connect(f"{url}?token={token}", proxy=None) as bare:
                        await until_heard(bare, lambda: feed.add(person))
                    await client.records(1)
                for odd in (f"?token={token}&scope=x", f"/odd?token={token}", f"?token={token}x"):
                    try:
                        async with connect(url + odd, proxy=None) as socket:
                            await socket.recv()
                    except Exception:
                        pass
                # It says goodbye, and when to come back.
                async with connect(url, proxy=None) as socket:
                    await socket.send(json.dumps({"auth": token}))
                    await Client(socket).until("hello")
                    service.process.signal(signal.SIGTERM)
                    assert await Client(socket).close_code() == 1012
                    assert 0 <= int(socket.close_reason or "") < 3000
                assert await asyncio.to_thread(service.process.wait) == 0
                written = service.process.output()
                service.process.stop()
                assert token not in written
                assert "eyJ" not in written
                assert secret not in written

    run()


def test_it_does_not_start_without_its_secrets(tmp_path: Path) -> None:
    env = {
        "PATH": os.environ["PATH"],
        "SECRETS_DIR": str(tmp_path),
        "HAZIR_ENV_FILE": "/nonexistent",
        "HAZIR_SECRET_CURSOR_KEY": "secret",
        "REPORTER_PORT": "99999",
    }
    process = Process(
        lambda: [sys.executable, "-m", "reporter_service"],
        lambda: True,
        log=tmp_path / "log",
        environment=env,
        cwd=ROOT,
    )
    process.start()
    assert process.wait() == 78
    written = process.output()
    process.stop()
    for fault in ("db_reporter", "service_reporter", "cursor_key", "REPORTER_PORT"):
        assert fault in written


def test_seed_defect_D12_no_debugger_and_no_open_door(database: TestDatabase, town: Town) -> None:
    @looped
    async def run() -> None:
        async with reporting_alone(database, town) as reporter:
            for path in ("/console", "/?__debugger__=yes", "/ws?__debugger__=yes&cmd=resource"):
                status, headers, content = await http(reporter, "GET", path)
                assert status in (404, 426)
                assert headers["content-type"] == "application/problem+json"
                assert b"Traceback" not in content
            assert reporter.settings.bind_hosts == ("127.0.0.1",)
            from reporter_service.settings import Settings

            default = Settings.__dataclass_fields__["bind_hosts"].default
            assert default == ("127.0.0.1", "::1")

    run()


@looped
async def test_clients_are_told_to_come_back_after_a_restart(
    database: TestDatabase, town: Town
) -> None:
    token = town.token(town.person())
    async with reporting_alone(database, town) as reporter:
        client = await reporter.greeted(token)
        unknown = await reporter.open()
    with pytest.raises(ConnectionClosed):
        await unknown.recv()
    assert unknown.close_code == 1012
    assert await client.close_code() == 1012
