"""What the use cases of jobs need from the outside, and the values that pass between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from face_service.domain.jobs import DeliveryState, JobKind, JobState, Outcome


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job as it was submitted; ``pictures`` are raw uploads by name, in their order."""

    kind: JobKind
    submitted_by: int
    verification_id: str
    webhook_url: str
    pictures: Mapping[str, Sequence[bytes]] = field(repr=False)
    employee_id: int | None = None
    school_number: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """The sending of one result, as it is shown."""

    id: str
    state: DeliveryState
    attempts: int
    last_status: int | None
    error: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is shown."""

    id: int
    kind: JobKind
    state: JobState
    attempts: int
    submitted_by: int
    verification_id: str
    employee_id: int | None
    created_at: datetime
    updated_at: datetime
    result: Mapping[str, Any] | None
    error: str | None
    deliveries: Sequence[Delivery] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One try of a job: only who holds the newest ``turn`` may say how it ended."""

    job_id: int
    turn: int
    tries: int


@dataclass(frozen=True, slots=True)
class Work:
    """What a try looks at."""

    kind: JobKind
    submitted_by: int
    employee_id: int | None
    pictures: Mapping[str, Sequence[bytes]] = field(repr=False)
    school_number: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A result to be sent: its stable id, where it goes, its body, and which try this is."""

    id: str
    url: str
    body: bytes
    turn: int
    tries: int


class JobStore(Protocol):
    """Jobs as their submitters and admins see them; each call is one transaction."""

    def add(self, job: NewJob) -> Job:
        """Keep and queue a job; the same one again is the same job, another one a conflict."""
        ...

    def get(self, job_id: int) -> Job | None:
        """One job with its deliveries."""
        ...

    def page(self, state: JobState | None, after: int | None, limit: int) -> list[Job]:
        """Jobs, the newest first, older than the one numbered ``after``."""
        ...

    def undelivered(self, after: int | None, limit: int) -> list[Job]:
        """The jobs whose result nobody took, likewise."""
        ...

    def retry(self, job_id: int, *, actor: int) -> bool:
        """Queue a dead job, or a dead delivery, once more; false when there is nothing to retry.

        Raises ``pictures_gone`` for a job whose pictures were purged.
        """
        ...


class JobQueue(Protocol):
    """Jobs as the worker sees them."""

    def begin(self, job_id: int, *, seconds: int) -> Turn | None:
        """Take a queued job for so many seconds, counting the try; ``None``: not queued."""
        ...

    def work(self, turn: Turn) -> Work | None:
        """What there is to look at; ``None`` when the turn has passed on or the pictures went."""
        ...

    def settle(self, turn: Turn, outcome: Outcome, state: JobState) -> bool:
        """Keep how it ended, destroy the pictures (unless it is dead), queue the webhook.

        False when the turn is not the newest any more: then nothing has changed.
        """
        ...

    def postpone(self, turn: Turn, *, seconds: int, error: str, counted: bool = True) -> bool:
        """Queue the job again after so many seconds; ``counted`` false takes the try back."""
        ...

    def overdue(self) -> list[Turn]:
        """The running jobs whose lease is over: their worker is dead or hangs."""
        ...


class Outbox(Protocol):
    """Deliveries as the worker sees them."""

    def begin(self, delivery_id: int, *, seconds: int) -> Message | None:
        """Take a waiting delivery for so many seconds, counting the try."""
        ...

    def delivered(self, delivery_id: int, turn: int, status: int) -> bool:
        """The receiver took it."""
        ...

    def postpone(
        self, delivery_id: int, turn: int, *, seconds: int | None, error: str, status: int | None
    ) -> bool:
        """Queue it again after so many seconds; ``None``: it is dead."""
        ...

    def overdue(self) -> list[tuple[int, int, int]]:
        """(id, turn, tries) of the deliveries whose lease is over."""
        ...
