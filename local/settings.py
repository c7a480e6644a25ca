"""What the one-command run reads of the configuration."""

from __future__ import annotations

from dataclasses import dataclass

from common.config import CommonSettings, between, flag, port, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSettings(CommonSettings):
    """Ports and addresses of everything that is started; an empty URL means an embedded server."""

    demo: bool = setting("DEMO", flag, True)
    auth_port: int = setting("AUTH_PORT", port, 8001)
    attendance_port: int = setting("ATTENDANCE_PORT", port, 8002)
    grpc_port: int = setting("GRPC_PORT", port, 50051)
    reporter_port: int = setting("REPORTER_PORT", port, 8103)
    face_port: int = setting("FACE_PORT", port, 8004)
    #: 0 leaves what is compared later to workers elsewhere.
    face_workers: int = setting("FACE_WORKERS", between(0, 16), 1)
    #: The first worker's; the others have the ports after it.
    face_worker_port: int = setting("FACE_WORKER_PORT", between(0, 65500), 8014)
    rpc_numbers: bool = setting("RPC_NUMBERS", flag, True)
    database_url: str = setting("DATABASE_URL", str, "")
    model_dir: str = setting("MODEL_DIR", str, "")

    auth_url: str = setting("AUTH_URL", str, "")
    attendance_url: str = setting("ATTENDANCE_URL", str, "")
    reporter_url: str = setting("REPORTER_URL", str, "")
    face_url: str = setting("FACE_URL", str, "")

    def neighbours(self) -> dict[str, str]:
        """The variables by which services on this machine find each other, given these ports."""
        base = "http://127.0.0.1:{}"
        return {
            "AUTH_URL": self.auth_url or base.format(self.auth_port),
            "ATTENDANCE_URL": self.attendance_url or base.format(self.attendance_port),
            "FACE_URL": self.face_url or base.format(self.face_port),
            "REPORTER_URL": self.reporter_url or base.format(self.reporter_port),
            "ATTENDANCE_GRPC": f"127.0.0.1:{self.grpc_port}",
            "TOKEN_ISSUER": base.format(self.auth_port),
        }

    def health_urls(self) -> dict[str, str]:
        """Where each service tells whether it is ready."""
        urls = self.neighbours()
        names = ("auth", "attendance", "reporter", "face")
        return {name: f"{urls[f'{name.upper()}_URL']}/health/ready" for name in names}

    def public_ports(self) -> dict[str, int]:
        """The ports that people and other programs know, by the process that holds each."""
        return {
            "auth": self.auth_port,
            "attendance": self.attendance_port,
            "rpc": self.grpc_port,
            "reporter": self.reporter_port,
            "face": self.face_port,
            "page": self.client_port,
            **self.worker_ports(),
        }

    def worker_ports(self) -> dict[str, int]:
        """Where each worker tells how it is; none when they are not to."""
        first = self.face_worker_port
        return {f"worker_{n + 1}": first + n for n in range(self.face_workers) if first}
