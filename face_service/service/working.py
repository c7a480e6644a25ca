"""One try of a job, or of a delivery, from its beginning to whatever end it has.

Every try has a turn: when a worker comes back after its lease was given away, what it says is no
longer heard. So a result is written once, however often it was computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from face_service.domain.jobs import MOST_TRIES, UNDECIDED, JobState, Outcome, delay
from face_service.service.job_ports import JobQueue, Message, Outbox, Turn

LEASE_LOST = "worker_lost"


@dataclass(frozen=True, slots=True)
class Judging:
    """The life of a try of a job. ``backoff`` are seconds; ``lease`` is how long a try may take."""

    queue: JobQueue
    backoff: Sequence[int]
    lease: int

    def begin(self, job_id: int) -> Turn | None:
        """Take the job; ``None`` when it is not queued (any more)."""
        return self.queue.begin(job_id, seconds=self.lease)

    def decided(self, turn: Turn, outcome: Outcome) -> bool:
        """The try ended with an answer; false when its turn has passed on."""
        return self.queue.settle(turn, outcome, outcome.state)

    def failed(self, turn: Turn, error: str) -> bool:
        """The try ended without one: try again later, or give up and let a person look."""
        wait = delay(turn.tries, self.backoff[: MOST_TRIES - 1])
        if wait is None:
            return self.queue.settle(turn, UNDECIDED, JobState.DEAD)
        return self.queue.postpone(turn, seconds=wait, error=error)

    def put_back(self, turn: Turn) -> bool:
        """The worker has to stop: the try does not count."""
        return self.queue.postpone(turn, seconds=0, error="worker_stopped", counted=False)

    def reclaim(self) -> int:
        """Take back the jobs whose worker died or hangs; how many."""
        return sum(self.failed(turn, LEASE_LOST) for turn in self.queue.overdue())


@dataclass(frozen=True, slots=True)
class Delivering:
    """The life of a try to deliver a result."""

    outbox: Outbox
    backoff: Sequence[int]
    lease: int

    def begin(self, delivery_id: int) -> Message | None:
        """Take the delivery; ``None`` when it does not wait (any more)."""
        return self.outbox.begin(delivery_id, seconds=self.lease)

    def delivered(self, delivery_id: int, message: Message, status: int) -> bool:
        """The receiver took it."""
        return self.outbox.delivered(delivery_id, message.turn, status)

    def failed(
        self,
        delivery_id: int,
        message: Message,
        error: str,
        *,
        status: int | None = None,
        final: bool = False,
    ) -> bool:
        """It was not taken: try again later, or (at last, or when ``final``) no more."""
        wait = None if final else delay(message.tries, self.backoff)
        return self.outbox.postpone(
            delivery_id, message.turn, seconds=wait, error=error, status=status
        )

    def reclaim(self) -> int:
        """Take back the deliveries whose worker died or hangs; how many."""
        return sum(
            self.outbox.postpone(
                number,
                turn,
                seconds=delay(tries, self.backoff),
                error=LEASE_LOST,
                status=None,
            )
            for number, turn, tries in self.outbox.overdue()
        )
