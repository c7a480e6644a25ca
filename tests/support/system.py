"""The whole system, started as its users start it: ``python -m local run``, on ports of its own."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from signal import SIGKILL, SIGTERM, Signals
from typing import Any

import httpx

from common.config import ROOT
from local.place import Place, read_json
from local.ports import free_port
from tests.support.face import models
from tests.support.folders import open_folder
from tests.support.process import Process

PASSWORD = "password"
_PORTS = ("AUTH", "ATTENDANCE", "GRPC", "REPORTER", "FACE", "CLIENT", "FACE_WORKER")
_READY = "All ready in"


@dataclass(frozen=True)
class Newcomer:
    """An account of a test's own, with the demo people's password."""

    employee_id: int
    username: str
    token: str = field(repr=False)


@dataclass
class System:
    """A running installation with its demo people, and ways to ask it things."""

    place: Place
    ports: Mapping[str, int]
    process: Process
    environment: Mapping[str, str] = field(repr=False)
    http: httpx.Client = field(repr=False)

    def url(self, service: str, path: str = "") -> str:
        """The address of ``auth``, ``attendance``, ``face``, ``reporter`` or ``client`` (HTTP)."""
        return f"http://127.0.0.1:{self.ports[service.upper()]}{path}"

    @property
    def feed(self) -> str:
        """The WebSocket's address."""
        return f"ws://127.0.0.1:{self.ports['REPORTER']}/ws"

    @property
    def grpc(self) -> str:
        """``host:port`` of the gRPC server."""
        return f"127.0.0.1:{self.ports['GRPC']}"

    def addresses(self) -> dict[str, str]:
        """What a browser test needs to know, for its environment or a file."""
        names = ("auth", "attendance", "face", "reporter", "client")
        return {name: self.url(name) for name in names}

    def sign_in(self, username: str, password: str = PASSWORD) -> str:
        """An access token of one of the accounts, by the oldest of the documented calls."""
        answer = self.http.post(
            self.url("auth", "/login"), json={"username": username, "password": password}
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["token"])

    def register(self, username: str, password: str = PASSWORD) -> dict[str, Any]:
        """A new account: ``{message, employee_id, token}``."""
        answer = self.http.post(
            self.url("auth", "/register"), json={"username": username, "password": password}
        )
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def newcomer(self, team: str) -> Newcomer:
        """Somebody who is nobody else's to check in and out: a new member of one of the teams."""
        name = f"newcomer_{secrets.token_hex(6)}"
        made = self.register(name)
        admin = bearer(self.sign_in("demo_admin"))
        teams = self.http.get(self.url("auth", "/api/v1/teams"), headers=admin).json()["items"]
        [number] = [one["id"] for one in teams if one["name"] == team]
        path = f"/api/v1/teams/{number}/members/{made['employee_id']}"
        joined = self.http.put(self.url("auth", path), headers=admin)
        assert joined.is_success, joined.text
        return Newcomer(made["employee_id"], name, self.sign_in(name))

    def check(self, token: str, action: str, **more: Any) -> httpx.Response:
        """``POST /attendance`` as a script would."""
        return self.http.post(
            self.url("attendance", "/attendance"),
            json={"action": action, **more},
            headers=bearer(token),
        )

    def verb(self, name: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """``python -m local NAME``, as the Makefile runs it beside the running system."""
        return subprocess.run(
            [sys.executable, "-m", "local", name],
            cwd=ROOT,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            timeout=60,
        )

    def change(self, employee_id: int, **change: Any) -> None:
        """Change somebody's account as the demo admin."""
        answer = self.http.patch(
            self.url("auth", f"/api/v1/users/{employee_id}"),
            json=change,
            headers=bearer(self.sign_in("demo_admin")),
        )
        assert answer.status_code == 200, answer.text

    def logs(self) -> dict[str, str]:
        """Everything every process has logged, by the log's name; the supervisor's as ``local``."""
        found = {
            path.name: path.read_text(encoding="utf-8", errors="replace")
            for path in self.place.logs.rglob("*")
            if path.is_file()
        }
        return found | {"local": self.process.output()}

    def pid(self, name: str) -> int:
        """The process id of one of the parts, as the supervisor last noted it."""
        processes = read_json(self.place.state_file)["processes"]
        return int(processes[name]["pid"] or 0)

    def end(self, name: str, number: Signals = SIGKILL, within: float = 30.0) -> None:
        """Kill one of the parts and return when the supervisor has it ready again."""
        before = self.pid(name)
        os.kill(before, number)
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            now = read_json(self.place.state_file).get("processes", {}).get(name, {})
            if now.get("pid") not in {None, before} and now.get("ready"):
                return
            time.sleep(0.05)
        raise AssertionError(f"{name} did not come back: {self.process.output()[-2000:]}")


def bearer(token: str) -> dict[str, str]:
    """The header that presents ``token``."""
    return {"Authorization": f"Bearer {token}"}


def free_ports(count: int) -> list[int]:
    """Different ports nobody listens on, on 127.0.0.1 or ::1."""
    found: set[int] = set()
    while len(found) < count:
        found.add(free_port())
    return list(found)


@contextmanager
def running_system(**variables: str) -> Iterator[System]:
    """The system with demo people, ready; stopped in order at the end.

    ``variables`` are more of what `.env` has. The data is in a folder of its own and goes with it.
    """
    numbers = free_ports(len(_PORTS) + 1)
    ports = dict(zip(_PORTS, numbers, strict=False))
    with open_folder() as folder:
        place = Place(folder / "data")
        environment = _environment(place, ports, f"127.0.0.1:{numbers[-1]}") | variables
        process = Process(
            lambda: [sys.executable, "-m", "local", "run"],
            lambda: _READY in process.output(),
            log=folder / "run.txt",
            stop_signal=SIGTERM,
            environment=environment,
            cwd=ROOT,
        )
        process.start(within=120)
        try:
            with httpx.Client(timeout=20, trust_env=False) as http:
                yield System(place, ports, process, environment, http)
        finally:
            process.stop()


def _environment(place: Place, ports: Mapping[str, int], hint: str) -> dict[str, str]:
    return {
        **os.environ,
        **{f"{name}_PORT": str(number) for name, number in ports.items()},
        "SEQUENCER_HINT": hint,
        "HAZIR_DATA": str(place.data),
        "MODEL_DIR": str(models()),
        "DEMO": "1",
    }


def main() -> None:
    """``python -m tests.support.system``: run one and print its addresses, until interrupted."""
    with running_system() as system:
        print(json.dumps(system.addresses() | {"data": str(system.place.data)}), flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
