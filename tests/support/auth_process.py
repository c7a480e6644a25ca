"""auth_service as a process of its own, as it is run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import httpx

from common.config import ROOT
from local.ports import free_port
from tests.support.cluster import TestDatabase
from tests.support.process import Process


def environment(database: TestDatabase, **more: str) -> dict[str, str]:
    """What a process of the service finds, and nothing of the machine's own ``.env``."""
    return {
        "PATH": os.environ["PATH"],
        "HAZIR_ENV_FILE": "/nonexistent",
        **database.environment(),
        **more,
    }


def auth_process(database: TestDatabase, folder: Path, **more: str) -> tuple[Process, str]:
    """The process, to be started, and where it will answer; its log is in ``folder``."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return httpx.get(f"{url}/health/ready", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    process = Process(
        lambda: [sys.executable, "-m", "auth_service"],
        answers,
        log=folder / "auth.log",
        environment=environment(
            database,
            AUTH_PORT=str(port),
            BIND_HOSTS="127.0.0.1",
            HAZIR_DATA=str(folder),
            **more,
        ),
        cwd=ROOT,
    )
    return process, url
