"""A whole system of real processes that may be killed, frozen and cut off one by one.

Whatever dies while it is wanted is started again, as the supervisor of an installation would do.
"""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import redis

from common.config import read_secret
from local.postgres import Cluster
from local.valkey import Valkey
from tests.support.cluster import TestDatabase
from tests.support.faults_member import Member
from tests.support.faults_points import FIRED
from tests.support.faults_proxy import Proxy

_LEADER = (
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database()"
)
_TERMINATE = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE pid <> pg_backend_pid() AND datname = current_database()"
)


@dataclass
class FaultySystem:
    """The processes, by name, and ways to hurt them."""

    folder: Path
    database: TestDatabase
    cluster: Cluster
    valkey: Valkey
    members: dict[str, Member] = field(default_factory=dict)
    proxies: dict[str, Proxy] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    _watch: asyncio.Task[None] | None = None

    @property
    def points(self) -> Path:
        """Where the files that name kill points are put."""
        return self.folder / "points"

    @property
    def cursor_key(self) -> bytes:
        """The key that cursors are sealed with."""
        return read_secret("cursor_key", self.database.environment()).key()

    # Starting

    async def start(self, *names: str) -> None:
        """Start these members and wait until they are ready."""
        for name in names:
            self.members[name].start()
        await self.ready(*names)

    async def ready(self, *names: str, within: float = 60.0) -> None:
        """Wait until these members (all of them by default) answer."""
        for name in names or self.members:
            try:
                async with asyncio.timeout(within):
                    await self.members[name].ready.wait()
            except TimeoutError:
                told = self.members[name].tail()
                raise AssertionError(f"{name} is not ready: {told}") from None

    async def watch(self) -> None:
        """Keep every wanted member alive, for ever."""
        while True:
            await asyncio.gather(*(member.tend() for member in list(self.members.values())))
            await asyncio.sleep(0.05)

    # Asking

    def sql(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a statement run with the owner's rights on a connection of its own."""
        connection = psycopg2.connect(self.database.dsn(), connect_timeout=5)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(text, values)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    async def leader(self) -> Member | None:
        """The sequencer that leads now."""
        try:
            rows = await asyncio.to_thread(self.sql, _LEADER)
        except psycopg2.Error:
            return None
        names = [row[0] for row in rows if row[0] in self.members]
        return self.members[names[0]] if names else None

    def arm(self, label: str) -> None:
        """Ask for a death at ``label``."""
        (self.points / label).touch()

    def armed(self, label: str) -> bool:
        """Whether nobody has died of it yet."""
        return (self.points / label).exists()

    def disarm(self, label: str) -> None:
        """Ask for it no more."""
        (self.points / label).unlink(missing_ok=True)

    def fired(self) -> list[str]:
        """The labels that processes have died at."""
        path = self.points / FIRED
        return [line.split()[0] for line in path.read_text().splitlines()] if path.exists() else []

    # Hurting

    def kill(self, name: str) -> None:
        """SIGKILL to the member itself."""
        self.members[name].signal(signal.SIGKILL)

    async def postgres_crash(self, down: float) -> None:
        """PostgreSQL's immediate shutdown, ``down`` seconds of absence, recovery."""
        member = self.members["postgres"]
        member.wanted = False
        member.signal(signal.SIGQUIT)
        await member.ended()
        await asyncio.sleep(down)
        member.start()
        await self.ready("postgres")

    def terminate_all(self) -> int:
        """End every session of the database but this one; how many there were."""
        return int(self.sql(_TERMINATE)[0][0])

    async def redis_away(self, down: float) -> None:
        """Kill Redis, and start it again after ``down`` seconds."""
        member = self.members["redis"]
        member.wanted = False
        member.signal(signal.SIGKILL)
        await member.ended()
        await asyncio.sleep(down)
        member.start()
        await self.ready("redis")

    def redis_flush(self) -> str:
        """FLUSHALL."""
        client = redis.Redis.from_url(self.valkey.url(), socket_timeout=1)
        try:
            client.flushall()
        except redis.RedisError:
            return "no redis"
        finally:
            client.close()
        return ""

    async def frozen(self, pid: int, seconds: float) -> None:
        """SIGSTOP, and SIGCONT after ``seconds``."""
        try:
            os.kill(pid, signal.SIGSTOP)
            await asyncio.sleep(seconds)
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:
            return

    def logs(self) -> str:
        """Everything that the product's processes wrote."""
        return "".join(
            member.log.read_text(errors="replace")
            for name, member in self.members.items()
            if name not in ("postgres", "redis")
        )
