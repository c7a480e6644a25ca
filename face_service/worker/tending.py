"""What is done beside the jobs: reclaiming what hangs, purging what is old, counting what waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

import procrastinate
from prometheus_client import Counter, Gauge

from common import logs
from common.errors import DomainError
from face_service.service.working import Delivering, Judging
from face_service.store.jobs import Jobs

_PURGE_EVERY = 600.0
_STATES = ("queued", "running", "failed", "dead")
_SENDING = ("waiting", "sending", "dead")
_JOBS = Gauge("hazir_face_jobs", "Jobs by state.", ["state"], multiprocess_mode="mostrecent")
_DELIVERIES = Gauge(
    "hazir_face_deliveries", "Results on their way.", ["state"], multiprocess_mode="mostrecent"
)
_RECLAIMED = Counter("hazir_face_reclaimed", "Taken back from workers that died or hung.", ["what"])
_PURGED = Counter("hazir_face_jobs_purged", "Rows of jobs and pictures deleted for their age.")


@dataclass(frozen=True, slots=True)
class Tending:
    """Any number of workers may do this at once; what one has taken, no other takes."""

    judging: Judging
    delivering: Delivering
    jobs: Jobs
    queue: procrastinate.App
    picture_days: int
    days: int
    #: Seconds between two rounds, and without a heartbeat before a worker counts as lost.
    every: float
    lost_after: float

    async def __call__(self) -> None:
        """Go round until cancelled; a round that fails is logged and followed by the next."""
        purged = -_PURGE_EVERY
        while True:
            try:
                await self._round()
                if monotonic() - purged > _PURGE_EVERY:
                    await asyncio.to_thread(self._purge)
                    purged = monotonic()
            except DomainError as fault:
                logs.log().warning("tending waits", code=fault.code)
            except Exception as fault:  # noqa: BLE001  one bad round must not end the others
                logs.log().error("tending stumbled", exc_info=fault)
            await asyncio.sleep(self.every)

    async def _round(self) -> None:
        await self._reclaim("job", self.judging.reclaim)
        await self._reclaim("delivery", self.delivering.reclaim)
        # A message whose worker is gone is given out again; what it is about knows its own state.
        manager = self.queue.job_manager
        for message in await manager.get_stalled_jobs(seconds_since_heartbeat=self.lost_after):
            await manager.retry_job(message)
        await asyncio.to_thread(self._count)

    async def _reclaim(self, what: str, reclaim: Callable[[], int]) -> None:
        number = await asyncio.to_thread(reclaim)
        if number:
            _RECLAIMED.labels(what).inc(number)
            logs.log().warning("taken back from lost workers", what=what, number=number)

    def _purge(self) -> None:
        _PURGED.inc(self.jobs.purge(picture_days=self.picture_days, days=self.days))

    def _count(self) -> None:
        jobs, deliveries = self.jobs.counts(), self.jobs.delivery_counts()
        for state in _STATES:
            _JOBS.labels(state).set(jobs.get(state, 0))
        for state in _SENDING:
            _DELIVERIES.labels(state).set(deliveries.get(state, 0))
