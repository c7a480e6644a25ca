"""Joins the parts of a worker; nothing connects before it runs. No model is loaded here."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import procrastinate

from common import memory
from common.db import Database
from common.notify import notify
from common.sql import dsn
from face_service.sending import Sender
from face_service.service.working import Delivering, Judging
from face_service.store.deliveries import Deliveries
from face_service.store.jobs import Jobs, vault_of
from face_service.worker.keeper import COMMAND, Keeper
from face_service.worker.running import Lanes, Pace, connect, queue_app, work
from face_service.worker.settings import WorkerSettings
from face_service.worker.tending import Tending
from face_service.worker.watch import Watch

#: How much longer than a try may take its lease lasts, in seconds.
_LEASE_MORE = 15
_DELIVERY_LEASE = 30


@dataclass(frozen=True, slots=True)
class FaceWorker:
    """A worker that is ready to run."""

    settings: WorkerSettings
    env: Mapping[str, str]
    db: Database
    queue: procrastinate.App
    keeper: Keeper
    tending: Tending
    pace: Pace

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set."""
        watch = Watch(
            self.settings.bind_hosts if self.settings.worker_port else (),
            self.settings.worker_port,
            {"postgresql": self._answers},
        )
        memory.settle()
        try:
            await work(
                self.queue,
                self.tending,
                stop,
                self.pace,
                lambda: notify("READY=1", self.env),
            )
        finally:
            await self.keeper.end()
            watch.close()
            self.db.close()

    def _answers(self) -> bool:
        return self.db.one("SELECT 1 AS up") is not None


def build(
    settings: WorkerSettings, env: Mapping[str, str], command: Sequence[str] | None = None
) -> FaceWorker:
    """The worker of these settings; ``command`` starts what looks at the pictures."""
    where = dsn(settings, "hazir_face", settings.database_password.reveal())
    db = Database(where, size=3, name="face worker")
    jobs = Jobs(db, vault_of(settings.face_key.key()))
    lease = settings.job_seconds + _LEASE_MORE
    judging = Judging(jobs, settings.job_backoff, lease)
    delivering = Delivering(Deliveries(db), settings.webhook_backoff, _DELIVERY_LEASE)
    keeper = Keeper(
        limit=settings.job_seconds, idle=settings.worker_idle, command=command or COMMAND
    )
    sender = Sender(settings.allow_list(), settings.webhook_keys())
    queue = queue_app(where)
    connect(queue, Lanes(judging, keeper, delivering, sender))
    pace = Pace(heartbeat=settings.worker_heartbeat, lost_after=settings.worker_heartbeat * 4)
    tending = Tending(
        judging,
        delivering,
        jobs,
        queue,
        picture_days=settings.job_picture_days,
        days=settings.job_days,
        every=settings.worker_heartbeat,
        lost_after=pace.lost_after,
    )
    return FaceWorker(settings, env, db, queue, keeper, tending, pace)
