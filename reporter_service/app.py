"""Joins the parts of reporter_service; nothing connects before `run` is called."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial

from common import logs, memory
from common import org as org_view
from common.bus import Bus
from common.clock import SystemClock
from common.db import Database
from common.errors import DomainError, unavailable
from common.identity import Subject
from common.notify import notify
from common.org import OrgView
from common.service_token import ServiceToken
from common.sql import dsn
from reporter_service.counts import Counts
from reporter_service.feed import Feed
from reporter_service.hub import Hub
from reporter_service.pages import Pages
from reporter_service.server import Limits, Server
from reporter_service.session import Desk
from reporter_service.settings import Settings

CLIENT_ID = "service:reporter"
_THREADS = 3
_WARM = 1000
_LOAD_AGAIN_AFTER = 0.5


def database(settings: Settings) -> Database:
    """This service's own door to PostgreSQL."""
    where = dsn(settings, "hazir_reporter", settings.database_password.reveal())
    return Database(where, size=_THREADS, name="reporter")


def off_loop(
    hub: Hub, check: Callable[[str], Subject], pool: Executor
) -> Callable[[str], Awaitable[Subject]]:
    """The way from a token to a caller whose rights have not changed on the way.

    ``check`` may block, so it runs in ``pool``; a change that arrives meanwhile is looked at again,
    because the session is not yet where the change would find it.
    """

    async def identify(token: str) -> Subject:
        loop = asyncio.get_running_loop()
        for _ in range(10):
            before = hub.generation
            subject = await loop.run_in_executor(pool, check, token)
            if hub.generation == before:
                return subject
        raise unavailable("The rights of the caller are changing.")

    return identify


def follow_changes(org: OrgView, hub: Hub, loop: asyncio.AbstractEventLoop) -> None:
    """Bring every change of people and sessions from the thread that hears of it to the hub."""

    def changed(touched: frozenset[int], sids: frozenset[str]) -> None:
        people = {employee_id: org.person(employee_id) for employee_id in touched}
        loop.call_soon_threadsafe(hub.apply, people, sids)

    org.listeners.append(changed)


async def load_people(org: OrgView, hub: Hub, bus: Bus, pool: Executor) -> None:
    """Read the snapshot and begin to follow it; waits for a database that is not up yet."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            await loop.run_in_executor(pool, org.start, bus)
            break
        except DomainError as fault:
            logs.log().warning("people_not_loaded", detail=fault.message)
            await asyncio.sleep(_LOAD_AGAIN_AFTER)
    hub.load(org.people())


async def run(settings: Settings, env: Mapping[str, str], *, stop: asyncio.Event) -> None:
    """Serve until ``stop`` is set."""
    loop = asyncio.get_running_loop()
    counts = Counts()
    db = database(settings)
    org, bus = OrgView(db), Bus(settings.redis_url)
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="reporter")
    hub = Hub(
        org=org,
        pool=pool,
        clock=loop.time,
        cursor_key=settings.cursor_key.key(),
        events_kept=settings.events_kept,
        counts=counts,
    )
    feed = _feed(settings, hub, counts, pool)
    hub.history = feed.history
    identify = off_loop(hub, org_view.identifier(org, settings.token_issuer), pool)
    limits = Limits(hub, settings)
    desk = Desk(hub, SystemClock(), identify, limits.admit, limits.spend)
    server = Server(settings, desk, Pages(_checks(hub, org, bus, pool), counts.text))
    follow_changes(org, hub, loop)
    await load_people(org, hub, bus, pool)
    await server.start()
    memory.settle()
    notify("READY=1", env)
    tasks = [asyncio.create_task(feed.run()), asyncio.create_task(server.tick())]
    try:
        await _first(asyncio.create_task(stop.wait()), *tasks)
    finally:
        notify("STOPPING=1", env)
        await server.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await feed.close()
        await loop.run_in_executor(pool, org.stop)
        db.close()
        pool.shutdown()


async def _first(*tasks: asyncio.Task[object]) -> None:
    """Wait for the first to end; raises what a failing one raised."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()


def _feed(settings: Settings, hub: Hub, counts: Counts, pool: Executor) -> Feed:
    token = ServiceToken(settings.auth_url, CLIENT_ID, settings.client_secret.reveal())
    return Feed(
        target=settings.feed_target,
        token=token,
        cursor_key=settings.cursor_key.key(),
        sink=hub,
        counts=counts,
        warm=min(_WARM, settings.events_kept),
        pool=pool,
    )


def _checks(
    hub: Hub, org: OrgView, bus: Bus, pool: Executor
) -> dict[str, Callable[[], Awaitable[bool]]]:
    async def people() -> bool:
        return org.fresh

    async def feed() -> bool:
        return hub.following

    async def redis() -> bool:
        return await asyncio.get_running_loop().run_in_executor(pool, bus.up)

    return {"postgresql": people, "attendance": feed, "redis": redis}


def install_signals(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """End in order on SIGTERM and SIGINT."""
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, partial(stop.set))
