"""attendance_service for tests, all of it as real processes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import httpx

from common.config import ROOT
from common.pb import attendance_pb2_grpc as pb_grpc
from local.ports import free_port
from tests.support.attendance import Rest, environment_for
from tests.support.notified import Notified
from tests.support.people import Town
from tests.support.process import Process


@dataclass
class Processes:
    """Real processes of attendance_service on one database, each ended with the block."""

    town: Town
    folder: Path
    variables: dict[str, str]
    ports: dict[str, int] = field(default_factory=dict)
    started: dict[str, Process] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)
    _names: int = 0

    def start(self, kind: str, **variables: str) -> Process:
        """``python -m attendance_service <kind>``, ready to serve."""
        self._names += 1
        name = f"{kind}-{self._names}"
        notified = Notified(self.folder / f"{name}.sock")
        self._stack.callback(notified.close)
        env = {
            **os.environ,
            **environment_for(self.town.database, **self.variables),
            "PYTHONPATH": str(ROOT),
            "HAZIR_DATA": str(self.folder / name),
            "HAZIR_ENV_FILE": "/dev/null",
            "NOTIFY_SOCKET": str(notified.path),
            **variables,
        }
        process = Process(
            lambda: [sys.executable, "-m", "attendance_service", kind],
            notified,
            log=self.folder / f"{name}.log",
            environment=env,
            cwd=str(ROOT),
        )
        process.start(within=40)
        self._stack.callback(process.stop)
        self.started[name] = process
        return process

    def rest(self, **variables: str) -> Rest:
        """An HTTP process with one worker, and a client for it."""
        port = free_port()
        self.start("rest", ATTENDANCE_PORT=str(port), ATTENDANCE_WORKERS="1", **variables)
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False)
        self._stack.callback(client.close)
        return Rest(self.town, client)

    def rpc(self, **variables: str) -> grpc.Channel:
        """A gRPC process, and a channel to it."""
        port = free_port()
        self.start("rpc", GRPC_PORT=str(port), **variables)
        channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self._stack.callback(channel.close)
        return channel

    def logs(self) -> str:
        """Everything that any of them wrote."""
        return "".join(process.output() for process in self.started.values())

    def close(self) -> None:
        """End them all, the newest first."""
        self._stack.close()


@contextmanager
def processes(town: Town, folder: Path, **variables: str) -> Iterator[Processes]:
    """A place for real processes; a sequencer's hint port is chosen for all of them."""
    apart = {"SEQUENCER_HINT": f"127.0.0.1:{free_port()}", "RPC_NUMBERS": "0"}
    folder.mkdir(exist_ok=True)
    made = Processes(town, folder, {**apart, **variables})
    try:
        yield made
    finally:
        made.close()


def stub(channel: grpc.Channel) -> Any:
    """AttendanceService on ``channel``."""
    return pb_grpc.AttendanceServiceStub(channel)  # type: ignore[no-untyped-call]


def code_of(fault: Any) -> str:
    """The stable code that travels with a gRPC refusal."""
    return str(dict(fault.trailing_metadata() or ()).get("code", ""))
