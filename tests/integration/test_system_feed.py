"""The main job on the running system: a punch, and everybody who follows sees it once, in order."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from common.pb import attendance_pb2 as pb
from common.pb import attendance_pb2_grpc as pb_grpc
from tests.support.system import PASSWORD, System, bearer

Seen = queue.SimpleQueue[tuple[float, Any]]
TOOLS = Path(sys.executable).parent


def _collect(lines: Iterator[Any], seen: Seen) -> None:
    try:
        for line in lines:
            seen.put((time.monotonic(), line))
    except (ConnectionClosed, grpc.RpcError) as end:
        seen.put((time.monotonic(), end))


def _listen(lines: Iterator[Any]) -> Seen:
    seen: Seen = queue.SimpleQueue()
    threading.Thread(target=_collect, args=(lines, seen), daemon=True).start()
    return seen


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


@contextmanager
def _stream(system: System, token: str, **more: Any) -> Iterator[Seen]:
    with grpc.insecure_channel(system.grpc) as channel:
        stub = pb_grpc.AttendanceServiceStub(channel)  # type: ignore[no-untyped-call]
        call = stub.StreamNew(pb.StreamRequest(jwt=token, heartbeats=True, **more))
        seen = _listen(call)
        assert seen.get(timeout=5)[1].heartbeat, "the stream is open"
        yield seen


@contextmanager
def _socket(system: System, token: str, scope: str = "all") -> Iterator[Seen]:
    with connect(system.feed, max_queue=None) as socket:
        socket.send(json.dumps({"auth": token, "scope": scope}))
        hello = json.loads(socket.recv(5))
        assert hello["type"] == "hello"
        yield _listen(json.loads(text) for text in socket)


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
        if isinstance(item, pb.AttendanceRecord):
            if item.heartbeat:
                continue
            item = {"id": item.id, "action": item.action, "event_id": item.event_id}
        elif isinstance(item, Exception):
            raise item
        elif item.get("type", "record") != "record" or item.get("heartbeat"):
            continue
        found.append((at, item))
    return found


def _settled(subscribers: dict[str, Seen]) -> None:
    """Programs take a moment to connect; nothing tells when, so they are given one."""
    time.sleep(2.0)
    for name, seen in subscribers.items():
        while not seen.empty():
            _, item = seen.get()
            assert not isinstance(item, Exception), (name, item)


def test_everybody_sees_a_punch_once_in_order_within_a_second(system: System) -> None:
    staff = system.sign_in("demo_staff_5")
    manager = system.sign_in("demo_manager_1")
    stream = _buf(system, "StreamNew", jwt=manager, heartbeats=False)
    socket = [str(TOOLS / "websocat"), "-n", f"{system.feed}?token={staff}"]
    with (
        _stream(system, manager) as by_grpc,
        _socket(system, manager) as by_socket,
        _socket(system, staff, "own") as by_own_socket,
        _program(*stream) as printed,
        _program(*socket) as frames,
    ):
        subscribers = {
            "grpc": by_grpc,
            "socket": by_socket,
            "own socket": by_own_socket,
            "buf curl": _listen(_objects(printed)),
            "websocat": _listen(json.loads(frame) for frame in frames),
        }
        _settled(subscribers)
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
    token = system.sign_in("demo_staff_6")
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


def _change(system: System, employee_id: int, **change: Any) -> None:
    address = system.url("auth", f"/api/v1/users/{employee_id}")
    admin = bearer(system.sign_in("demo_admin"))
    answer = system.http.patch(address, json=change, headers=admin)
    assert answer.status_code == 200, answer.text


def _lock(system: System, employee_id: int, _: str) -> None:
    _change(system, employee_id, locked=True, reason="left the company")


def _promote(system: System, employee_id: int, _: str) -> None:
    _change(system, employee_id, roles=["staff", "manager"], reason="leads the front desk")


def _log_out(system: System, _: int, token: str) -> None:
    address = system.url("auth", "/api/v1/auth/logout")
    assert system.http.post(address, headers=bearer(token)).status_code == 204


@pytest.mark.parametrize(
    ("name", "revoke", "code"),
    [("locked", _lock, 4501), ("promoted", _promote, 4001), ("left", _log_out, 4501)],
)
def test_a_change_of_rights_reaches_every_protocol_within_two_seconds(
    system: System, name: str, revoke: Callable[[System, int, str], None], code: int
) -> None:
    made = system.register(f"soon_{name}")
    token, number = made["token"], made["employee_id"]
    state = system.url("attendance", "/api/v1/attendance/state")
    deadline = time.monotonic() + 5
    while system.http.get(state, headers=bearer(token)).status_code != 200:
        assert time.monotonic() < deadline, "a newcomer is known at once"
    with _stream(system, token) as by_grpc, _socket(system, token, "own") as by_socket:
        began = time.monotonic()
        revoke(system, number, token)
        done = time.monotonic()
        while system.http.get(state, headers=bearer(token)).status_code != 401:
            assert time.monotonic() - done < 2.0, "REST"
        ends = {}
        for kind, seen in (("grpc", by_grpc), ("socket", by_socket)):
            while True:
                at, item = seen.get(timeout=5)
                if isinstance(item, Exception):
                    ends[kind] = item
                    assert began <= at <= done + 2.0, (kind, at - done)
                    break
    assert isinstance(ends["grpc"], grpc.RpcError)
    assert ends["grpc"].code() is grpc.StatusCode.UNAUTHENTICATED
    assert isinstance(ends["socket"], ConnectionClosed)
    assert ends["socket"].rcvd is not None
    assert ends["socket"].rcvd.code == code


def test_a_stranger_to_a_person_sees_nothing_of_them(system: System) -> None:
    """The manager leads the front desk; the back office is not theirs."""
    manager = system.sign_in("demo_manager_1")
    other = system.sign_in("demo_staff_8")
    with _stream(system, manager) as by_grpc, _socket(system, manager) as by_socket:
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
    with pytest.raises(ConnectionClosed), connect(f"{system.feed}?token={token}x") as socket:
        socket.recv(5)
    with connect(f"{system.feed}?token={token}") as socket:
        system.http.get(system.url("client", f"/index.html?token={token}"))
    time.sleep(0.5)
    logs = system.logs()
    assert {"auth.log", "attendance.log", "rpc.log", "reporter.log"} <= logs.keys()
    for name, text in logs.items():
        assert "eyJ" not in text, name
        assert f'"{PASSWORD}"' not in text, name
