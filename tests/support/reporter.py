"""A reporter in this process, on the test's own loop, and clients that follow it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from common.config import load, read_secret
from local.ports import free_port
from reporter_service import app
from reporter_service.settings import Settings
from tests.support.cluster import TestDatabase
from tests.support.feed_server import FeedServer, running_feed, running_token_endpoint
from tests.support.people import Town


def looped(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run an async test on a new uvloop, as the service itself runs."""

    @wraps(test)
    def run(*args: Any, **values: Any) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(120):
                await test(*args, **values)

        uvloop.run(bounded())

    return run


@dataclass
class Client:
    """A first-message client: what it was told, in order."""

    socket: ClientConnection
    frames: list[dict[str, Any]] = field(default_factory=list)

    async def read(self, within: float = 5.0) -> dict[str, Any]:
        """The next frame."""
        async with asyncio.timeout(within):
            frame: dict[str, Any] = json.loads(await self.socket.recv())
        self.frames.append(frame)
        return frame

    async def until(self, wanted: str, within: float = 5.0, **fields: Any) -> dict[str, Any]:
        """The next frame of type ``wanted`` that has ``fields``; others are kept in `frames`."""
        async with asyncio.timeout(within):
            while True:
                frame = await self.read(within)
                if frame["type"] == wanted and fields.items() <= frame.items():
                    return frame

    async def records(self, count: int, within: float = 10.0) -> list[dict[str, Any]]:
        """The next ``count`` record frames."""
        return [await self.until("record", within) for _ in range(count)]

    async def close_code(self, within: float = 8.0) -> int | None:
        """The code with which the server closes; frames before it are read."""
        async with asyncio.timeout(within):
            try:
                while True:
                    self.frames.append(json.loads(await self.socket.recv()))
            except ConnectionClosed:
                return self.socket.close_code

    async def quiet(self, seconds: float = 0.5) -> None:
        """No record comes for a while."""
        try:
            frame = await self.until("record", seconds)
        except TimeoutError:
            return
        raise AssertionError(f"a record came: {frame}")


@dataclass
class Reporter:
    """The service under test with its peers."""

    settings: Settings
    feed: FeedServer
    town: Town
    url: str
    http: tuple[str, int]
    clients: list[ClientConnection] = field(default_factory=list)

    async def open(self, query: str = "", **options: Any) -> ClientConnection:
        """A bare socket, closed with the reporter at the latest."""
        options.setdefault("compression", None)
        socket = await connect(self.url + query, proxy=None, **options)
        self.clients.append(socket)
        return socket

    async def client(self, token: str, **said: Any) -> Client:
        """A client that has said who it is; nothing of the answer is read yet."""
        options = said.pop("options", {})
        socket = await self.open(**options)
        await socket.send(json.dumps({"auth": token, **said}))
        return Client(socket)

    async def get(self, path: str) -> bytes:
        """The whole answer to a plain GET."""
        reader, writer = await asyncio.open_connection(*self.http)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return answer

    async def until_it_serves(self, sockets: int) -> None:
        """Wait until so many sockets' clients are known: a bare one is told nothing."""
        while f"\nhazir_reporter_sockets {float(sockets)}\n".encode() not in await self.get(
            "/metrics"
        ):
            await asyncio.sleep(0.05)

    async def greeted(self, token: str, **said: Any) -> Client:
        """A client that has been greeted."""
        client = await self.client(token, **said)
        await client.until("hello")
        return client


Make = Callable[..., Awaitable[Reporter]]


@asynccontextmanager
async def reporting(
    database: TestDatabase, town: Town, feed: FeedServer, *, ready: bool = True, **variables: str
) -> AsyncIterator[Reporter]:
    """A reporter that follows ``feed`` until the block ends; ``ready`` waits until it does."""
    secret = read_secret("service_reporter", database.environment())
    with running_token_endpoint(secret.reveal()) as auth_url:
        port = free_port()
        env = {
            **database.environment(),
            "REPORTER_PORT": str(port),
            "BIND_HOSTS": "127.0.0.1",
            "AUTH_URL": auth_url,
            "ATTENDANCE_GRPC": f"127.0.0.1:{feed.port}",
            "LIMIT_PER_ADDRESS": "100000",
            **variables,
        }
        settings, stop = load(Settings, env), asyncio.Event()
        task = asyncio.create_task(app.run(settings, env, stop=stop))
        await _listening(port, task)
        url = f"ws://127.0.0.1:{port}/ws"
        made = Reporter(settings, feed, town, url, ("127.0.0.1", port))
        while ready and b" 200 OK" not in await made.get("/health/ready"):
            await asyncio.sleep(0.02)
        try:
            yield made
        finally:
            stop.set()
            await task
            for client in made.clients:
                await client.close()


@asynccontextmanager
async def reporting_alone(
    database: TestDatabase, town: Town, **variables: str
) -> AsyncIterator[Reporter]:
    """A reporter with a feed of its own."""
    key = read_secret("cursor_key", database.environment()).key()
    async with (
        running_feed(key) as feed,
        reporting(database, town, feed, **variables) as reporter,
    ):
        yield reporter


@contextmanager
def reporting_on_a_thread(database: TestDatabase, town: Town) -> Iterator[tuple[str, int]]:
    """A reporter with a feed of its own, for clients that block; its HTTP address."""
    address: Future[tuple[str, int]] = Future()
    over = threading.Event()

    async def serve() -> None:
        async with reporting_alone(database, town) as reporter:
            address.set_result(reporter.http)
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: uvloop.run(serve()))
    thread.start()
    try:
        yield address.result(30)
    finally:
        over.set()
        thread.join()


async def _listening(port: int, task: asyncio.Task[None]) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if task.done():
                task.result()
            await asyncio.sleep(0.02)
            continue
        writer.close()
        await writer.wait_closed()
        return
