"""``make rotate-key`` on a running system: nobody is interrupted, and the old key's tokens go."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import grpc
import jwt
import pytest
from websockets.exceptions import ConnectionClosed

from tests.support.subscribers import Seen, asked, socket, stream, until_over
from tests.support.system import PASSWORD, System, bearer, running_system

pytestmark = pytest.mark.long

BAR = 2.0


@pytest.fixture(scope="module")
def installation() -> Iterator[System]:
    with running_system() as running:
        yield running


def kid_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def published(system: System) -> list[str]:
    answer = system.http.get(system.url("auth", "/.well-known/jwks.json")).json()
    return [key["kid"] for key in answer["keys"]]


class Worker(threading.Thread):
    """Checks in and out without a pause, with a token as new as can be."""

    def __init__(self, system: System, name: str) -> None:
        super().__init__()
        self._system = system
        self._over = threading.Event()
        form = {"grant_type": "password", "username": name, "password": PASSWORD}
        answer = system.http.post(system.url("auth", "/api/v1/auth/token"), data=form)
        self._refresh = str(answer.json()["refresh_token"])
        self.refused: list[str] = []
        self.accepted: dict[str, int] = {}

    def run(self) -> None:
        number = 0
        while not self._over.is_set():
            answer = self._system.http.post(
                self._system.url("auth", "/api/v1/auth/refresh"),
                json={"refresh_token": self._refresh},
            )
            if answer.status_code != 200:
                self.refused.append(f"refresh: {answer.text}")
                return
            self._refresh = answer.json()["refresh_token"]
            token = answer.json()["access_token"]
            punched = self._system.check(token, ("in", "out")[number % 2])
            if punched.status_code != 201:
                self.refused.append(f"punch: {punched.text}")
            kid = kid_of(token)
            self.accepted[kid] = self.accepted.get(kid, 0) + 1
            number += 1

    def end(self) -> None:
        self._over.set()
        self.join()


def ended(seen: Seen) -> bool:
    """Whether the subscription is over by now; takes what has come."""
    while not seen.empty():
        if isinstance(seen.get()[1], Exception):
            return True
    return False


def test_a_rotation_interrupts_nobody(installation: System) -> None:
    (old,) = published(installation)
    before = installation.sign_in("demo_staff_1")
    worker = Worker(installation, "demo_staff_2")
    with stream(installation, before) as by_grpc, socket(installation, before) as by_socket:
        worker.start()
        time.sleep(1.0)
        turned = installation.verb("rotate-key")
        time.sleep(1.0)
        worker.end()
        assert turned.returncode == 0, turned.stdout + turned.stderr
        assert not ended(by_grpc)
        assert not ended(by_socket)
    assert worker.refused == []
    new, *others = published(installation)
    assert others == [old]
    assert worker.accepted.keys() == {old, new}
    assert min(worker.accepted.values()) > 5
    assert kid_of(installation.sign_in("demo_staff_1")) == new
    # What the old key signed is good until it is over.
    assert installation.check(before, "in").status_code == 201
    assert f"{new}: signs" in turned.stdout


def test_a_withdrawn_keys_tokens_are_refused_everywhere_within_two_seconds(
    installation: System, capsys: pytest.CaptureFixture[str]
) -> None:
    before = installation.sign_in("demo_staff_3")
    state = installation.url("attendance", "/api/v1/attendance/state")
    with stream(installation, before) as by_grpc, socket(installation, before) as by_socket:
        with ThreadPoolExecutor(1) as pool:
            turning = pool.submit(installation.verb, "rotate-key", NOW="1")
            rest, over = 0.0, float("inf")
            while time.monotonic() < over:
                began = time.monotonic()
                if asked(installation, state, before) == 200:
                    rest = began
                if turning.done():
                    over = min(over, time.monotonic() + BAR)
        assert turning.result().returncode == 0, turning.result().stderr
        at = _withdrawn_at(installation)
        grpc_at, grpc_end = until_over(by_grpc)
        socket_at, socket_end = until_over(by_socket)
    assert isinstance(grpc_end, grpc.RpcError)
    assert grpc_end.code() is grpc.StatusCode.UNAUTHENTICATED
    assert isinstance(socket_end, ConnectionClosed)
    assert socket_end.rcvd is not None
    assert socket_end.rcvd.code == 4501
    told = {"REST": rest - at, "gRPC": grpc_at - at, "WebSocket": socket_at - at}
    with capsys.disabled():
        print(
            "\n  withdrawn key: " + ", ".join(f"{k} {max(0.0, v):.2f} s" for k, v in told.items())
        )
    assert all(seconds < BAR for seconds in told.values()), told
    assert len(published(installation)) == 1
    answer = installation.http.get(installation.url("auth", "/api/v1/users/me"))
    assert answer.status_code == 401
    fresh = installation.sign_in("demo_staff_3")
    with stream(installation, fresh), socket(installation, fresh):
        assert installation.http.get(state, headers=bearer(fresh)).status_code == 200


def _withdrawn_at(system: System) -> float:
    """When the old keys were withdrawn, in monotonic seconds: the audit knows."""
    admin = bearer(system.sign_in("demo_admin"))
    path = "/api/v1/audit?action=key.withdrawn&limit=1"
    (line,) = system.http.get(system.url("auth", path), headers=admin).json()["items"]
    assert line["reason"] == "withdrawn by the command line"
    ago = datetime.now(UTC) - datetime.fromisoformat(line["at"])
    return time.monotonic() - ago.total_seconds()


def test_the_audit_of_a_running_system_is_whole(installation: System) -> None:
    time.sleep(2.0)
    found = installation.verb("verify-audit")
    assert found.returncode == 0, found.stdout + found.stderr
    heads = {line.partition(":")[0]: line.rpartition(" ")[2] for line in found.stdout.splitlines()}
    assert heads.keys() >= {"auth", "attendance", "face"}
    assert installation.verb("verify-audit", HEAD=heads["auth"]).returncode == 0
    wrong = heads["auth"][:-4] + "0000"
    refused = installation.verb("verify-audit", HEAD=wrong)
    assert refused.returncode == 1
    assert "is in no chain" in refused.stdout
    assert "audit checkpoint" in installation.logs()["rpc.log"]
