"""What attendance_service reads from the configuration."""

from __future__ import annotations

from dataclasses import dataclass

from common import webhooks
from common.config import (
    CommonSettings,
    Secret,
    address,
    between,
    flag,
    key_secret,
    port,
    secret,
    setting,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(CommonSettings):
    """Every process of attendance_service except the sequencer."""

    http_port: int = setting("ATTENDANCE_PORT", port, 8002)
    grpc_port: int = setting("GRPC_PORT", port, 50051)
    hint: tuple[str, int] = setting("SEQUENCER_HINT", address, ("127.0.0.1", 50052))
    #: Whether the gRPC process numbers events too; otherwise sequencers run by themselves.
    rpc_numbers: bool = setting("RPC_NUMBERS", flag, True)
    auth_url: str = setting("AUTH_URL", str, "http://127.0.0.1:8001")
    face_url: str = setting("FACE_URL", str, "http://127.0.0.1:8004")
    #: Where the face service finds this one, to tell it the results of jobs.
    attendance_url: str = setting("ATTENDANCE_URL", str, "http://127.0.0.1:8002")
    workers: int = setting("ATTENDANCE_WORKERS", between(0, 32), 2)
    threads: int = setting("ATTENDANCE_THREADS", between(1, 16), 8)
    photo_days: int = setting("PHOTO_RETENTION_DAYS", between(1, 3650), 30)
    #: How long the access log of photos is kept.
    look_days: int = setting("ACCESS_LOG_DAYS", between(30, 3650), 365)
    database_password: Secret = secret("db_attendance")
    cursor_key: Secret = key_secret("cursor_key")
    photo_key: Secret = key_secret("photo_key")
    service_secret: Secret = secret("service_attendance")
    webhook_secret: Secret = secret("webhook_attendance", webhooks.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class SequencerSettings(CommonSettings):
    """The sequencer: its own role, and no secret but that role's password."""

    hint: tuple[str, int] = setting("SEQUENCER_HINT", address, ("127.0.0.1", 50052))
    database_password: Secret = secret("db_sequencer")
