"""Listens, answers plain HTTP, refuses what may not open a socket, and runs the sessions."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import random
from collections.abc import Callable
from urllib.parse import urlsplit

from websockets.asyncio.server import Server as WebSocketServer
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from common import logs
from common.errors import DomainError, forbidden, limited, unavailable
from common.httpkit.limits import RateLimit
from common.wsgi.listen import listen
from reporter_service.connection import CLOSE_SECONDS, Socket
from reporter_service.hub import Hub
from reporter_service.pages import Pages, problem, refusal
from reporter_service.session import AUTH_WITHIN, Desk, Session
from reporter_service.settings import Settings
from reporter_service.wire import LONGEST_MESSAGE, Close, Opening, opening_in_query

PATH = "/ws"
_CHECK_EVERY = 0.25
_SWEEP_EVERY = 0.5
_RETURN_WITHIN_MS = 3000
_QUEUED_MESSAGES = 4


class Threshold:
    """The places for connections whose client is not known yet."""

    def __init__(self, most: int, changed: Callable[[int], None]) -> None:
        self._most = most
        self._changed = changed
        self._taken = 0

    def enter(self) -> bool:
        """Take a place; false when there is none."""
        if self._taken >= self._most:
            return False
        self._taken += 1
        self._changed(self._taken)
        return True

    def leave(self) -> None:
        """Give the place back."""
        self._taken -= 1
        self._changed(self._taken)


class Limits:
    """How many sockets there may be, and how often a client may speak."""

    def __init__(self, hub: Hub, settings: Settings) -> None:
        self._hub = hub
        self._most = settings.sockets
        self._most_each = settings.sockets_per_person
        self._messages = RateLimit(1, burst=20)

    def admit(self, employee_id: int) -> None:
        """Raise ``rate_limited`` when the process or the person has too many sockets."""
        sockets = self._hub.sessions
        if len(sockets) >= self._most or len(sockets.of_person(employee_id)) >= self._most_each:
            raise limited("Too many sockets are open.", retry_after=5)

    def spend(self, employee_id: int) -> None:
        """Raise ``rate_limited`` when the person says too much."""
        self._messages.spend(employee_id)


class Server:
    """The listening side of the process.

    ``desk`` serves the sessions; ``pages`` answers what is not a WebSocket.
    """

    def __init__(self, settings: Settings, desk: Desk, pages: Pages) -> None:
        self._settings = settings
        self._desk = desk
        self._pages = pages
        self._origins = settings.allowed_origins()
        self._addresses = RateLimit(settings.requests_per_second_address)
        self._servers: list[WebSocketServer] = []
        counts = desk.hub.counts
        self._threshold = Threshold(settings.unproven, counts.unproven.set)
        # websockets' own lines name addresses, and an address may hold a token.
        self._logger = logging.getLogger("hazir.sockets")
        self._logger.setLevel(logging.ERROR)
        self._connection = functools.partial(Socket, gate=self._threshold)

    async def start(self) -> None:
        """Listen on every bind address; raises ``CannotListen``."""
        port = self._settings.reporter_port
        for listener in listen([(host, port) for host in self._settings.bind_hosts]):
            server = await serve(
                self._serve,
                sock=listener,
                compression=None,
                process_request=self._request,
                server_header=None,
                open_timeout=AUTH_WITHIN,
                ping_interval=None,
                close_timeout=CLOSE_SECONDS,
                max_size=LONGEST_MESSAGE,
                max_queue=_QUEUED_MESSAGES,
                logger=self._logger,
                create_connection=self._connection,  # type: ignore[arg-type]  # any factory does
            )
            self._servers.append(server)

    async def tick(self) -> None:
        """Keep time for the hub until cancelled."""
        loop = asyncio.get_running_loop()
        swept = loop.time()
        while True:
            await asyncio.sleep(_CHECK_EVERY)
            self._desk.hub.check()
            if loop.time() - swept >= _SWEEP_EVERY:
                swept = loop.time()
                self._desk.hub.sweep(self._desk.clock.now())

    async def stop(self) -> None:
        """Stop listening, and tell every client when to come back: not all at once."""
        for server in self._servers:
            server.close(close_connections=False)
        for session in self._desk.hub.sessions:
            session.close(Close.RESTART, str(random.randrange(_RETURN_WITHIN_MS)))  # noqa: S311
        for server in self._servers:
            for connection in server.all_connections:
                if isinstance(connection, Socket):
                    connection.shut(Close.RESTART)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS + 1):
                for server in self._servers:
                    await server.wait_closed()

    async def _serve(self, connection: ServerConnection) -> None:
        assert isinstance(connection, Socket)
        await Session(self._desk, connection).run()

    async def _request(self, connection: ServerConnection, request: Request) -> Response | None:
        assert isinstance(connection, Socket)
        logs.enter_request(request.headers.get("X-Request-Id"))
        parts = urlsplit(request.path)
        # Whatever may yet be written about this request, no token is in it.
        request.path = parts.path
        path = parts.path.rstrip("/") or "/"
        try:
            if connection.turned_away:
                raise unavailable("Too many clients have not said who they are.", retry_after=2)
            if not path.startswith("/health/"):
                self._addresses.spend(_address(connection, request, self._settings.trusted_proxies))
            if path != PATH:
                return await self._pages.get(request.method, path)
            connection.said = _said(parts.query)
            return self._refusal(connection, request)
        except DomainError as error:
            return problem(error)

    def _refusal(self, connection: Socket, request: Request) -> Response | None:
        """Why this request may not become a socket."""
        origins = request.headers.get_all("Origin")
        if len(origins) > 1 or not self._origins.issuperset(origins):
            return problem(forbidden("This page may not follow the feed.", code="foreign_origin"))
        if request.method != "GET":
            return refusal(405, "not_allowed", "Only GET opens a socket.", {"Allow": "GET"})
        if "websocket" not in request.headers.get("Upgrade", "").lower():
            wanted = {"Upgrade": "websocket"}
            return refusal(426, "upgrade_required", "A WebSocket client is needed.", wanted)
        if connection.has_body:
            return refusal(400, "invalid_request", "A handshake has no body.")
        return None


def _said(query: str) -> Opening | DomainError | None:
    """What the address says; a fault in it is told on the socket, where a client looks for it."""
    try:
        return opening_in_query(query)
    except DomainError as fault:
        return fault


def _address(connection: ServerConnection, request: Request, trusted_proxies: int) -> str:
    """The client's address: the peer's, or what the last trusted proxy says it is."""
    if trusted_proxies:
        named = ",".join(request.headers.get_all("X-Forwarded-For")).split(",")
        if len(named) >= trusted_proxies:
            return named[-trusted_proxies].strip()
    peer = connection.remote_address
    return str(peer[0]) if peer else ""
