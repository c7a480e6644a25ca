"""The main job on the running system: a punch, and everybody who follows sees it once, in order."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.support.subscribers import Seen, listen, record_in, socket, stream
from tests.support.system import PASSWORD, System, bearer

TOOLS = Path(sys.executable).parent


@contextmanager
def _program(*command: str) -> Iterator[Iterator[str]]:
    """The lines a command-line client prints."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as running:
        assert running.stdout is not None
        try:
            yield iter(running.stdout.readline, "")
        finally:
            running.terminate()
            running.wait(10)


def _buf(system: System, method: str, **message: Any) -> list[str]:
    """``buf curl`` without a schema: it asks the server's reflection, as grpcurl does."""
    return [
        str(TOOLS / "buf"),
        "curl",
        "--protocol",
        "grpc",
        "--http2-prior-knowledge",
        "-d",
        json.dumps(message),
        f"http://{system.grpc}/proto.AttendanceService/{method}",
    ]


def _objects(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """JSON objects out of lines, each on one line or spread over several."""
    text = ""
    for line in lines:
        text += line
        try:
            yield json.loads(text)
        except ValueError:
            continue
        text = ""


def _records(seen: Seen, count: int, within: float = 5.0) -> list[tuple[float, dict[str, Any]]]:
    """The next ``count`` records of a subscriber, whatever heartbeats come between."""
    found: list[tuple[float, dict[str, Any]]] = []
    deadline = time.monotonic() + within
    while len(found) < count:
        at, item = seen.get(timeout=max(0.01, deadline - time.monotonic()))
        record = record_in(item)
        if record:
            found.append((at, record))
    return found


def _settled(system: System, staff: str, subscribers: dict[str, Seen]) -> None:
    """Return when everybody follows: each has seen a punch of ``staff``, and none is on its way.

    Programs take a moment to connect, and nothing else tells when they have.
    """
    waiting = dict(subscribers)
    deadline = time.monotonic() + 30
    while waiting:
        assert time.monotonic() < deadline, sorted(waiting)
        for action in ("in", "out"):
            assert system.check(staff, action).status_code == 201
        time.sleep(0.5)
        waiting = {name: seen for name, seen in waiting.items() if not _drained(name, seen)}
    time.sleep(2.0)
    for name, seen in subscribers.items():
        _drained(name, seen)


def _drained(name: str, seen: Seen) -> bool:
    """Take all that is there; whether a record was among it."""
    found = False
    while not seen.empty():
        _, item = seen.get()
        assert not isinstance(item, Exception), (name, item)
        found = found or bool(record_in(item))
    return found


def test_everybody_sees_a_punch_once_in_order_within_a_second(system: System) -> None:
    staff = system.newcomer("Front Desk").token
    manager = system.sign_in("demo_manager_1")
    follow = _buf(system, "StreamNew", jwt=manager, heartbeats=False)
    open_socket = [str(TOOLS / "websocat"), "-n", f"{system.feed}?token={staff}"]
    with (
        stream(system, manager) as by_grpc,
        socket(system, manager) as by_socket,
        socket(system, staff, "own") as by_own_socket,
        _program(*follow) as printed,
        _program(*open_socket) as frames,
    ):
        subscribers = {
            "grpc": by_grpc,
            "socket": by_socket,
            "own socket": by_own_socket,
            "buf curl": listen(_objects(printed)),
            "websocat": listen(json.loads(frame) for frame in frames),
        }
        _settled(system, staff, subscribers)
        sent = []
        for action in ("in", "out", "in", "out"):
            began = time.monotonic()
            answer = system.check(staff, action)
            assert answer.status_code == 201, answer.text
            sent.append((began, answer.json()["id"], action))
        for name, seen in subscribers.items():
            got = _records(seen, len(sent))
            found = [(int(one["id"]), one["action"]) for _, one in got]
            assert found == [(number, action) for _, number, action in sent], name
            assert max(at - began for (at, _), (began, _, _) in zip(got, sent, strict=True)) < 1.0
        time.sleep(1.5)
        for name, seen in subscribers.items():
            with pytest.raises(queue.Empty):
                _records(seen, 1, within=0.05)
            assert name


def test_reflection_lists_the_services_and_list_answers_newest_first(system: System) -> None:
    token = system.newcomer("Front Desk").token
    for action in ("in", "out"):
        assert system.check(token, action).status_code == 201
    listing = [*_buf(system, "List")[:-3], "--list-methods", f"http://{system.grpc}"]
    methods = subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split()
    assert {"proto.AttendanceService/List", "proto.AttendanceService/StreamNew"} <= set(methods)
    command = _buf(system, "List", jwt=token)
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
    found = list(_objects(iter(printed.stdout.splitlines())))
    assert [one["action"] for one in found] == ["out", "in"]
    assert all({"id", "employeeId", "timestamp", "status"} <= one.keys() for one in found)


def test_grpc_health_is_served_and_watched(system: System) -> None:
    with grpc.insecure_channel(system.grpc) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        request = health_pb2.HealthCheckRequest(service="proto.AttendanceService")
        serving = health_pb2.HealthCheckResponse.SERVING
        assert stub.Check(request, timeout=5).status == serving
        watch = stub.Watch(request, timeout=5)
        assert next(iter(watch)).status == serving
        watch.cancel()


def test_a_stranger_to_a_person_sees_nothing_of_them(system: System) -> None:
    """The manager leads the front desk; the back office is not theirs."""
    manager = system.sign_in("demo_manager_1")
    other = system.newcomer("Back Office").token
    with stream(system, manager) as by_grpc, socket(system, manager) as by_socket:
        assert system.check(other, "in").status_code == 201
        for seen in (by_grpc, by_socket):
            with pytest.raises(queue.Empty):
                _records(seen, 1, within=1.0)


def test_a_token_never_reaches_a_log(system: System) -> None:
    """Not from a header, a body, a query, a stream or a refused one; nor does a password."""
    token = system.sign_in("demo_staff_7")
    system.http.get(system.url("auth", f"/api/v1/users/me?token={token}"))
    system.http.get(system.url("attendance", f"/nowhere/{token}"), headers=bearer(token))
    system.http.get(system.url("reporter", f"/ws?token={token}"))
    system.http.post(system.url("auth", "/login"), json={"username": token, "password": token})
    system.check(token[:-4] + "AAAA", "in")
    with pytest.raises(ConnectionClosed), connect(f"{system.feed}?token={token}x") as refused:
        refused.recv(5)
    with connect(f"{system.feed}?token={token}"):
        system.http.get(system.url("client", f"/index.html?token={token}"))
    time.sleep(0.5)
    logs = system.logs()
    assert {"auth.log", "attendance.log", "rpc.log", "reporter.log"} <= logs.keys()
    for name, text in logs.items():
        assert "eyJ" not in text, name
        assert f'"{PASSWORD}"' not in text, name
