"""What a worker reads from the configuration."""

from __future__ import annotations

from dataclasses import dataclass

from common import webhooks
from common.config import Secret, between, secret, setting
from face_service.base_settings import FaceSettings
from face_service.domain.signing import Keys

_SCHEDULE_MOST = 20


def seconds(text: str) -> tuple[int, ...]:
    """A parser of comma-separated whole seconds, each at most a week."""
    return tuple(between(0, 604_800)(word) for word in text.split(",")[:_SCHEDULE_MOST])


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings(FaceSettings):
    """A worker: one job at a time, and a few deliveries beside it."""

    #: Where it tells how it is; 0: nowhere.
    worker_port: int = setting("FACE_WORKER_PORT", between(0, 65535), 0)
    #: How long one try of a job may take, and how long it waits before the next one.
    job_seconds: int = setting("FACE_JOB_SECONDS", between(1, 600), 20)
    job_backoff: tuple[int, ...] = setting("FACE_JOB_BACKOFF", seconds, (2, 20))
    webhook_backoff: tuple[int, ...] = setting(
        "WEBHOOK_BACKOFF", seconds, (2, 10, 60, 300, 900, 3600, 10_800, 43_200, 86_400)
    )
    #: Seconds without work after which the models leave the memory.
    worker_idle: int = setting("FACE_WORKER_IDLE", between(1, 86_400), 60)
    worker_heartbeat: int = setting("FACE_WORKER_HEARTBEAT", between(1, 60), 5)
    #: Days that a job is kept, and the pictures of one that nobody could decide.
    job_days: int = setting("FACE_JOB_DAYS", between(1, 3650), 30)
    job_picture_days: int = setting("FACE_JOB_PICTURE_DAYS", between(1, 365), 7)
    webhook_others: Secret = secret("webhook_others", webhooks.keys)
    webhook_attendance: Secret = secret("webhook_attendance", webhooks.keys)

    def webhook_keys(self) -> Keys:
        """The keys that results are signed with."""
        given = webhooks.keys(self.webhook_attendance.reveal())
        master = webhooks.keys(self.webhook_others.reveal())
        return Keys(master, {target.origin: given for target in self.attendance})
