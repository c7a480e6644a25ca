"""The worker itself: two lanes over one queue, one for pictures and one for results.

They are apart so that receivers who hang hold up no comparison. A message of the queue only says
what to look at; whether there is anything to do, the row it is about knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

import procrastinate
from procrastinate.worker import Worker
from prometheus_client import Counter, Histogram

from common import logs
from face_service.sending import NotTaken, Sender
from face_service.service.job_ports import Message, Turn
from face_service.service.working import Delivering, Judging
from face_service.store.jobs import DELIVER, JUDGE
from face_service.worker.keeper import HandLost, Keeper, outcome_of

_ENDED = Counter("hazir_face_job_tries", "Tries of jobs by how they ended.", ["ended"])
_SECONDS = Histogram(
    "hazir_face_job_seconds",
    "Seconds of one try of a job.",
    buckets=(0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40),
)
_SENT = Counter("hazir_face_webhooks", "Tries to deliver a result by how they ended.", ["ended"])
#: Seconds between two looks for what is due, where nobody said that something is.
_LOOK_EVERY = 1.0
_AGAIN_AFTER = 1.0


@dataclass(frozen=True, slots=True)
class Lanes:
    """What a worker does with the messages of the queue."""

    judging: Judging
    keeper: Keeper
    delivering: Delivering
    sender: Sender

    async def judge(self, about: int) -> None:
        """Try the job numbered ``about`` once."""
        # First: a worker that cannot look (no models) must use up nobody's tries.
        try:
            await self.keeper.ready()
        except HandLost as lost:
            logs.log().error("nothing can be compared", reason=lost.reason)
            raise
        turn = await asyncio.to_thread(self.judging.begin, about)
        if turn is None:
            return
        began = monotonic()
        try:
            ended = await self._look(turn)
        except asyncio.CancelledError:
            # Told to stop: the job goes to another worker at once, as if it had not begun.
            await asyncio.shield(asyncio.to_thread(self.judging.put_back, turn))
            raise
        except Exception as fault:
            logs.log().error("a try stumbled", job=turn.job_id, exc_info=fault)
            raise
        _SECONDS.observe(monotonic() - began)
        _ENDED.labels(ended).inc()

    async def _look(self, turn: Turn) -> str:
        try:
            answer = await self.keeper.ask(turn)
        except HandLost as lost:
            logs.log().warning("a job failed", job=turn.job_id, reason=lost.reason)
            return await self._failed(turn, lost.reason)
        outcome = outcome_of(answer)
        if outcome is None:
            return await self._failed(turn, str(answer.get("failed")))
        heard = await asyncio.to_thread(self.judging.decided, turn, outcome)
        return outcome.state.value if heard else "too_late"

    async def _failed(self, turn: Turn, reason: str) -> str:
        heard = await asyncio.to_thread(self.judging.failed, turn, reason)
        return reason if heard else "too_late"

    async def deliver(self, about: int) -> None:
        """Try the delivery numbered ``about`` once."""
        message = await asyncio.to_thread(self.delivering.begin, about)
        if message is None:
            return
        try:
            status = await self.sender(message.id, message.url, message.body)
        except NotTaken as fault:
            _SENT.labels("not_taken").inc()
            logs.log().warning("a result was not taken", message=message.id, reason=fault.reason)
            await asyncio.to_thread(self._not_taken, about, message, fault)
            return
        _SENT.labels("taken").inc()
        await asyncio.to_thread(self.delivering.delivered, about, message, status)

    def _not_taken(self, about: int, message: Message, fault: NotTaken) -> None:
        self.delivering.failed(about, message, fault.reason, status=fault.status, final=fault.final)


def queue_app(conninfo: str) -> procrastinate.App:
    """The queue in face_service's own schema; nothing connects before it is opened."""
    connector = procrastinate.PsycopgConnector(
        conninfo=conninfo,
        kwargs={
            "options": "-c search_path=face -c statement_timeout=5000 -c timezone=UTC",
            "application_name": "face worker",
            "connect_timeout": 2,
        },
        min_size=1,
        max_size=4,
        timeout=5,
        # A pool that cannot connect for this long says so, and the worker starts over.
        reconnect_timeout=10,
    )
    return procrastinate.App(connector=connector)


def connect(app: procrastinate.App, lanes: Lanes) -> None:
    """Say what each kind of message means."""
    # A message that could not be worked on (the database was away) is given out again: whether
    # there is still anything to do is looked at each time.
    again = procrastinate.RetryStrategy(wait=2)
    app.task(name=JUDGE, queue=JUDGE, retry=again)(lanes.judge)
    app.task(name=DELIVER, queue=DELIVER, retry=again)(lanes.deliver)


@dataclass(frozen=True, slots=True)
class Pace:
    """How a worker goes about it: deliveries at once, and seconds."""

    deliveries: int = 4
    drain: float = 8.0
    heartbeat: float = 5.0
    lost_after: float = 20.0


async def work(
    app: procrastinate.App,
    tend: Callable[[], Awaitable[None]],
    stop: asyncio.Event,
    pace: Pace,
    ready: Callable[[], None],
) -> None:
    """Work until ``stop`` is set, then end the tries at hand; outlives an absent database."""
    while not stop.is_set():
        try:
            async with app.open_async():
                await _shift(app, tend, stop, pace, ready)
        except Exception as fault:  # noqa: BLE001  whatever it was, the work has to go on
            logs.log().warning("the worker starts over", reason=type(fault).__name__)
        await _first(stop.wait(), asyncio.sleep(_AGAIN_AFTER))


async def _shift(
    app: procrastinate.App,
    tend: Callable[[], Awaitable[None]],
    stop: asyncio.Event,
    pace: Pace,
    ready: Callable[[], None],
) -> None:
    workers = [_worker(app, JUDGE, 1, pace), _worker(app, DELIVER, pace.deliveries, pace)]
    running = [asyncio.create_task(_run(one)) for one in workers]
    tending = asyncio.ensure_future(tend())
    ready()
    try:
        await _first(stop.wait(), *running)
    finally:
        tending.cancel()
        for one in workers:
            one.stop()  # type: ignore[no-untyped-call]
        ended = await asyncio.gather(*running, return_exceptions=True)
    for fault in ended:
        if isinstance(fault, Exception):
            raise fault


def _worker(app: procrastinate.App, lane: str, concurrency: int, pace: Pace) -> Worker:
    return Worker(
        app,
        queues=[lane],
        name=lane,
        concurrency=concurrency,
        delete_jobs="always",
        install_signal_handlers=False,
        fetch_job_polling_interval=_LOOK_EVERY,
        shutdown_graceful_timeout=pace.drain,
        update_heartbeat_interval=pace.heartbeat,
        stalled_worker_timeout=pace.lost_after,
    )


async def _run(worker: Worker) -> None:
    await worker.run()  # type: ignore[no-untyped-call]


async def _first(*waits: Any) -> None:
    """Wait for the first of ``waits``; those that are not tasks are cancelled then."""
    tasks = [asyncio.ensure_future(one) for one in waits]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for given, task in zip(waits, tasks, strict=True):
        if given is not task:
            task.cancel()
