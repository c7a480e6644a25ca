"""What this service is told at its start."""

from __future__ import annotations

from dataclasses import dataclass

from common.config import (
    CommonSettings,
    Secret,
    address,
    between,
    key_secret,
    port,
    secret,
    setting,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(CommonSettings):
    """The common settings and the feed's own; limits count sockets of this process."""

    reporter_port: int = setting("REPORTER_PORT", port, 8103)
    auth_url: str = setting("AUTH_URL", str, "http://127.0.0.1:8001")
    grpc_port: int = setting("GRPC_PORT", port, 50051)
    attendance_grpc: tuple[str, int] | None = setting("ATTENDANCE_GRPC", address, None)
    sockets: int = setting("REPORTER_SOCKETS", between(1, 100_000), 6000)
    sockets_per_person: int = setting("REPORTER_SOCKETS_PER_PERSON", between(1, 100_000), 20)
    unproven: int = setting("REPORTER_UNPROVEN_SOCKETS", between(1, 100_000), 1024)
    events_kept: int = setting("REPORTER_EVENTS_KEPT", between(1, 1_000_000), 10_000)
    database_password: Secret = secret("db_reporter")
    client_secret: Secret = secret("service_reporter")
    cursor_key: Secret = key_secret("cursor_key")

    @property
    def feed_target(self) -> str:
        """Where attendance_service serves gRPC, as a channel names it: by default, beside us."""
        host, number = self.attendance_grpc or ("127.0.0.1", self.grpc_port)
        return f"[{host}]:{number}" if ":" in host else f"{host}:{number}"
