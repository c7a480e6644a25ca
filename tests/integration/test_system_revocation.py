"""What is taken away is gone within two seconds, on every protocol, with Redis and without.

The times are from the answer to whoever took it away until the last that was still given; they are
printed, and docs/security.md has them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest
from websockets.exceptions import ConnectionClosed

from tests.support.redis_server import RedisServer, running_redis
from tests.support.subscribers import asked, records_of, socket, stream, until_over
from tests.support.system import PASSWORD, System, bearer, running_system

pytestmark = pytest.mark.long

BAR = 2.0


@pytest.fixture(scope="module")
def bus(server_folder: Path) -> Iterator[RedisServer]:
    """A Redis that may be killed: nobody starts it again."""
    folder = server_folder / "killable"
    folder.mkdir()
    with running_redis(folder) as server:
        yield server


@pytest.fixture(scope="module")
def installation(bus: RedisServer) -> Iterator[System]:
    with running_system(REDIS_URL=bus.url) as running:
        yield running


@pytest.fixture(scope="module", params=["up", "down"])
def redis(request: pytest.FixtureRequest, installation: System, bus: RedisServer) -> str:
    """Whether Redis is there; it is killed once, after everything that wants it."""
    state = str(request.param)
    if state == "down":
        bus.process.kill()
    ready = installation.http.get(installation.url("auth", "/health/ready")).json()
    assert ready["redis"] == state
    return state


@dataclass
class Person:
    """Somebody with two sessions, of which the first is watched."""

    number: int
    token: str
    other: str


def somebody(system: System, name: str) -> Person:
    made = system.register(name)
    person = Person(made["employee_id"], system.sign_in(name), made["token"])
    state = system.url("attendance", "/api/v1/attendance/state")
    deadline = time.monotonic() + 5
    while system.http.get(state, headers=bearer(person.token)).status_code != 200:
        assert time.monotonic() < deadline, "a newcomer is known at once"
    return person


def last_given(ask: Callable[[], int], refusal: int) -> float:
    """When somebody was still let in for the last time, looked at for longer than the bar."""
    began = last = time.monotonic()
    while time.monotonic() - began < BAR + 0.5:
        at, status = time.monotonic(), ask()
        if status != refusal:
            assert status == 200
            last = at
    return last


def log_out(system: System, person: Person) -> None:
    address = system.url("auth", "/api/v1/auth/logout")
    assert system.http.post(address, headers=bearer(person.token)).status_code == 204


def log_out_everywhere(system: System, person: Person) -> None:
    address = system.url("auth", "/api/v1/auth/logout-all")
    assert system.http.post(address, headers=bearer(person.other)).status_code == 204


def lock(system: System, person: Person) -> None:
    system.change(person.number, locked=True, reason="left the company")


def promote(system: System, person: Person) -> None:
    system.change(person.number, roles=["staff", "manager"], reason="leads the front desk")


@pytest.mark.parametrize(
    ("take_away", "code"),
    [(log_out, 4501), (log_out_everywhere, 4501), (lock, 4501), (promote, 4001)],
)
def test_a_change_of_rights_reaches_every_protocol_within_two_seconds(
    installation: System,
    redis: str,
    take_away: Callable[[System, Person], None],
    code: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    system = installation
    person = somebody(system, f"{take_away.__name__}_{redis}")
    state = system.url("attendance", "/api/v1/attendance/state")
    with stream(system, person.token) as by_grpc, socket(system, person.token, "own") as by_socket:
        take_away(system, person)
        done = time.monotonic()
        rest = last_given(lambda: asked(system, state, person.token), 401)
        grpc_at, grpc_end = until_over(by_grpc)
        socket_at, socket_end = until_over(by_socket)
    assert isinstance(grpc_end, grpc.RpcError)
    assert grpc_end.code() is grpc.StatusCode.UNAUTHENTICATED
    assert isinstance(socket_end, ConnectionClosed)
    assert socket_end.rcvd is not None
    assert socket_end.rcvd.code == code
    told = {"REST": rest - done, "gRPC": grpc_at - done, "WebSocket": socket_at - done}
    _tell(capsys, f"{take_away.__name__}, Redis {redis}", told)


def _tell(capsys: pytest.CaptureFixture[str], what: str, told: dict[str, float]) -> None:
    """Print the times and hold them against the bar."""
    shown = ", ".join(f"{name} {max(0.0, seconds):.2f} s" for name, seconds in told.items())
    with capsys.disabled():
        print(f"\n  {what}: {shown}")
    assert all(seconds < BAR for seconds in told.values()), (what, told)


@dataclass
class Team:
    """A team of one, who punches all the time, and the manager of it."""

    system: System
    name: str
    member: int = field(init=False)
    manager: int = field(init=False)
    member_token: str = field(init=False)
    manager_token: str = field(init=False)
    team: int = field(init=False)
    _admin: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._admin = bearer(self.system.sign_in("demo_admin"))
        site = self._call("GET", "/api/v1/sites")["items"][0]["id"]
        self.team = self._call("POST", "/api/v1/teams", site_id=site, name=self.name)["id"]
        self.member = self._made("member", site, ["staff"])
        self.manager = self._made("manager", site, ["manager"])
        self._call("POST", f"/api/v1/teams/{self.team}/members", employee_id=self.member)
        self._call("POST", f"/api/v1/teams/{self.team}/managers", employee_id=self.manager)
        self.member_token = self.system.sign_in(f"member_of_{self.name}")
        self.manager_token = self.system.sign_in(f"manager_of_{self.name}")

    def _made(self, what: str, site: int, roles: list[str]) -> int:
        body = {"username": f"{what}_of_{self.name}", "password": PASSWORD}
        made = self._call("POST", "/api/v1/users", **body, roles=roles, site_id=site)
        return int(made["employee_id"])

    def _call(self, method: str, path: str, **body: Any) -> Any:
        answer = self.system.http.request(
            method, self.system.url("auth", path), json=body or None, headers=self._admin
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def take_off(self) -> None:
        """The manager leads the team no more, and stays a manager."""
        self._call("DELETE", f"/api/v1/teams/{self.team}/managers/{self.manager}")

    def demote(self) -> None:
        """The manager is a manager no more."""
        self.system.change(self.manager, roles=["staff"], reason="steps back")

    def reads(self, token: str) -> int:
        """The status that the manager is answered who asks for the member's records."""
        address = self.system.url("attendance", f"/attendance/{self.member}")
        return asked(self.system, address, token)

    @contextmanager
    def punching(self) -> Iterator[None]:
        """The member checks in and out without a pause, until the block ends."""
        over = threading.Event()

        def punch() -> None:
            number = 0
            while not over.is_set():
                answer = self.system.check(self.member_token, ("in", "out")[number % 2])
                assert answer.status_code == 201, answer.text
                number += 1
                over.wait(0.02)

        thread = threading.Thread(target=punch)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize(("what", "status"), [(Team.demote, 401), (Team.take_off, 403)])
def test_who_manages_no_more_sees_no_further_event_of_the_team(
    installation: System,
    redis: str,
    what: Callable[[Team], None],
    status: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    team = Team(installation, f"{what.__name__}_{redis}")
    token = team.manager_token
    time.sleep(BAR)  # by then everybody knows of the team
    assert team.reads(token) == 200
    with (
        stream(installation, token) as by_grpc,
        socket(installation, token) as by_socket,
        team.punching(),
    ):
        time.sleep(1.0)
        what(team)
        done = time.monotonic()
        told = {"REST": last_given(lambda: team.reads(token), status) - done}
        time.sleep(1.0)
        for name, seen in (("gRPC", by_grpc), ("WebSocket", by_socket)):
            times = records_of(seen)
            assert len(times) > 5, f"{name}: the team was seen before"
            told[name] = times[-1] - done
    again = installation.sign_in(f"manager_of_{team.name}")
    assert team.reads(again) == 403
    _tell(capsys, f"{what.__name__}, Redis {redis}", told)
