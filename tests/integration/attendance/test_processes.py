"""Two REST processes, a gRPC process and a sequencer on one database, as they are deployed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from signal import SIGTERM
from typing import Any
from uuid import uuid4

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from common.config import Secret
from common.cursors import CursorSealer
from common.identity import Role
from common.pb import attendance_pb2 as pb
from common.pb import attendance_pb2_grpc as pb_grpc
from local import keys
from tests.support.attendance import (
    RECORDS,
    Cast,
    Ledger,
    Processes,
    Rest,
    code_of,
    processes,
    stub,
)
from tests.support.matrix import NOBODY, Case, cases
from tests.support.people import Town


@pytest.fixture(scope="module")
def running(town: Town, server_folder: Path) -> Iterator[Processes]:
    with processes(town, server_folder / "processes") as made:
        made.start("sequencer")
        yield made


@pytest.fixture(scope="module")
def first(running: Processes) -> Rest:
    return running.rest()


@pytest.fixture(scope="module")
def second(running: Processes) -> Rest:
    return running.rest()


@pytest.fixture(scope="module")
def channel(running: Processes) -> grpc.Channel:
    return running.rpc()


@pytest.fixture
def rpc(channel: grpc.Channel) -> Any:
    return stub(channel)


def refused(call: Callable[[], Any]) -> Any:
    """The status and code with which a gRPC call ends."""
    with pytest.raises(grpc.RpcError) as caught:
        found = call()
        if not isinstance(found, pb.AttendanceRecord | pb.CheckInBatchReply):
            list(found)
    return caught.value.code(), code_of(caught.value)


class Stream:
    """A live StreamNew, read on a thread of its own."""

    def __init__(self, rpc: Any, jwt: str, **fields: Any) -> None:
        self.events: list[Any] = []
        self.heartbeats: list[Any] = []
        self.fault: Any = None
        self.ended = threading.Event()
        self.call = rpc.StreamNew(pb.StreamRequest(jwt=jwt, heartbeats=True, **fields))
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.until(lambda: self.heartbeats or self.events or self.ended.is_set())

    def _read(self) -> None:
        try:
            for record in self.call:
                (self.heartbeats if record.heartbeat else self.events).append(record)
        except grpc.RpcError as fault:
            self.fault = fault
        finally:
            self.ended.set()

    def until(self, condition: Callable[[], Any], within: float = 10.0) -> None:
        """Return when ``condition`` holds."""
        deadline = time.monotonic() + within
        while not condition():
            assert time.monotonic() < deadline, (self.events, self.fault)
            time.sleep(0.01)

    def has(self, count: int) -> bool:
        """Whether this many events have come."""
        return len(self.events) >= count

    def saw(self, who: int) -> bool:
        """Whether an event of ``who`` has come."""
        return who in {event.employee_id for event in self.events}

    def end(self) -> list[Any]:
        """Hang up; what came."""
        self.call.cancel()
        self._thread.join(5)
        return self.events


def test_fifty_at_once_over_two_rests_and_grpc_make_one_record(
    first: Rest, second: Rest, rpc: Any, cast: Cast
) -> None:
    token = first.token(cast.staff)
    second.token(cast.staff)

    def over_http(rest: Rest) -> tuple[int, str]:
        answer = rest.punch(cast.staff)
        return answer.status_code, answer.json().get("code", "")

    def over_grpc() -> tuple[int, str]:
        try:
            rpc.CheckIn(pb.CheckInRequest(action="in", jwt=token))
        except grpc.RpcError as fault:
            # Of the refusals only a conflict is a failed precondition.
            conflict = fault.code() is grpc.StatusCode.FAILED_PRECONDITION
            return 409 if conflict else 500, code_of(fault)
        return 201, ""

    ways = [lambda: over_http(first), lambda: over_http(second), over_grpc]
    with ThreadPoolExecutor(25) as pool:
        answers = [future.result() for future in [pool.submit(ways[n % 3]) for n in range(50)]]
    assert sorted(answers) == [(201, "")] + [(409, "already_in")] * 49
    ledger = Ledger(cast.town, cast.staff)
    assert (len(ledger.records), len(ledger.events), ledger.state) == (1, 1, (1, "in"))


def test_one_key_is_one_call_whatever_the_way(
    first: Rest, second: Rest, rpc: Any, cast: Cast
) -> None:
    token = first.token(cast.staff)
    request = pb.CheckInRequest(action="in", jwt=token, idempotency_key="one")
    with ThreadPoolExecutor(20) as pool:
        made = [pool.submit(first.punch, cast.staff, key="one") for _ in range(10)]
        made += [pool.submit(second.punch, cast.staff, key="one") for _ in range(10)]
        over_grpc = [pool.submit(rpc.CheckIn, request) for _ in range(10)]
    bodies = {future.result().content for future in made}
    assert len(bodies) == 1
    assert {f.result().id for f in over_grpc} == {made[0].result().json()["id"]}
    other = pb.CheckInRequest(action="out", jwt=token, idempotency_key="one")
    assert refused(lambda: rpc.CheckIn(other)) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "idempotency_mismatch",
    )


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"action": "IN"},
        {"action": "in\0"},
        {"action": "in", "timestamp": "now"},
        {"action": "in", "place_id": -1},
        {"action": "in", "place_id": 2**62},
        {"action": "in", "idempotency_key": "a b"},
        {"action": "in", "idempotency_key": "x" * 129},
    ],
)
def test_malformed_messages_are_invalid(
    rpc: Any, first: Rest, cast: Cast, fields: dict[str, Any]
) -> None:
    request = pb.CheckInRequest(jwt=first.token(cast.staff), **fields)
    status, code = refused(lambda: rpc.CheckIn(request))
    assert (status, code) == (grpc.StatusCode.INVALID_ARGUMENT, "invalid_request")


def test_a_batch_over_grpc_is_the_same_as_over_http(rpc: Any, first: Rest, cast: Cast) -> None:
    other = Cast(cast.town).staff
    claimed = "2026-11-20T08:00:00Z"
    reply = rpc.CheckInBatch(
        pb.CheckInBatchRequest(
            jwt=first.token(cast.staff),
            punches=[
                pb.Punch(id="one", action="in", claimed_at=claimed),
                pb.Punch(id="two", action="in", claimed_at=claimed, employee_id=other),
                pb.Punch(id="three", action="up", claimed_at=claimed),
            ],
        )
    )
    told = [(result.id, result.status, result.error) for result in reply.results]
    assert told == [("one", 201, ""), ("two", 403, "forbidden"), ("three", 400, "invalid_request")]
    again = first.batch(cast.staff, {"id": "one", "action": "in", "claimed_at": claimed}).json()
    assert again["results"][0]["record"]["id"] == reply.results[0].record.id


def test_list_is_newest_first_and_bounded(rpc: Any, first: Rest, cast: Cast) -> None:
    made = [first.punch(cast.staff, a).json()["id"] for a in ("in", "out", "in")]
    jwt = first.token(cast.staff)
    ids = [record.id for record in rpc.List(pb.ListRequest(jwt=jwt))]
    assert ids == made[::-1]
    assert [r.id for r in rpc.List(pb.ListRequest(jwt=jwt, limit=2))] == made[:0:-1]
    for request in (
        pb.ListRequest(jwt=jwt, status="x"),
        pb.ListRequest(jwt=jwt, limit=-1),
        pb.ListRequest(jwt=jwt, employee_id=0),
        pb.ListRequest(jwt=jwt, to="x"),
    ):
        assert refused(partial(rpc.List, request))[1] == "invalid_request"


def test_the_token_may_come_as_metadata(rpc: Any, first: Rest, cast: Cast) -> None:
    metadata = [("authorization", f"Bearer {first.token(cast.staff)}")]
    assert rpc.CheckIn(pb.CheckInRequest(action="in"), metadata=metadata).employee_id == cast.staff


@pytest.mark.parametrize("jwt", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_a_bad_token_is_unauthenticated_on_every_call(rpc: Any, jwt: str) -> None:
    for call in (
        lambda: rpc.CheckIn(pb.CheckInRequest(action="in", jwt=jwt)),
        lambda: rpc.CheckInBatch(pb.CheckInBatchRequest(jwt=jwt)),
        lambda: rpc.List(pb.ListRequest(jwt=jwt)),
        lambda: rpc.StreamNew(pb.StreamRequest(jwt=jwt)),
    ):
        assert refused(call) == (grpc.StatusCode.UNAUTHENTICATED, "unauthenticated")


def test_role_by_operation_by_relation(first: Rest, rpc: Any, town: Town) -> None:
    every = list(cases(town))
    for case in every:
        if case.relation in ("team", "other"):
            first.punch(case.target)
    leaks = [str(case) for case in every if not _as_expected(case, first, rpc)]
    assert leaks == []


def _as_expected(case: Case, rest: Rest, rpc: Any) -> bool:
    """Whether both transports treat the case as the table says."""
    token = rest.token(case.caller)
    missing = case.role is Role.ADMIN and case.target == NOBODY
    http = 200 if case.reads else 404 if missing else 403
    status = "NOT_FOUND" if missing else "PERMISSION_DENIED"
    paths = (f"/attendance/{case.target}", f"{RECORDS}?employee_id={case.target}")
    if any(rest.get(path, case.caller).status_code != http for path in paths):
        return False
    for call in (
        lambda: rpc.List(pb.ListRequest(jwt=token, employee_id=case.target)),
        lambda: _first(rpc, token, case.target),
    ):
        try:
            list(call())
        except grpc.RpcError as fault:
            if case.reads or fault.code().name != status:
                return False
        else:
            if not case.reads:
                return False
    return _punches_as_expected(case, rest)


def _first(rpc: Any, token: str, target: int) -> list[Any]:
    """The first sign of life of a stream."""
    call = rpc.StreamNew(pb.StreamRequest(jwt=token, employee_id=target, heartbeats=True))
    try:
        return [next(call)]
    finally:
        call.cancel()


def _punches_as_expected(case: Case, rest: Rest) -> bool:
    """Nobody punches for others, but a device for its site; a service for nobody."""
    allowed = case.relation == "own" or (case.role is Role.DEVICE and case.relation == "team")
    allowed = allowed and case.role is not Role.SERVICE
    punch = {"id": f"m-{case}", "employee_id": case.target, "claimed_at": "2026-11-20T08:00:00Z"}
    result = rest.batch(case.caller, punch).json()["results"][0]
    return bool(result["status"] == (201 if allowed else 403))


def test_a_stream_sees_live_events_in_order_and_resumes_without_gap_or_double(
    first: Rest, rpc: Any, cast: Cast
) -> None:
    stream = Stream(rpc, first.token(cast.staff))
    start = stream.heartbeats[0].cursor
    for number in range(6):
        first.punch(cast.staff, "in" if number % 2 == 0 else "out")
    stream.until(lambda: len(stream.events) >= 6)
    seen = stream.end()
    assert [event.action for event in seen] == ["in", "out"] * 3
    assert {event.kind for event in seen} == {"made"}
    assert len({event.event_id for event in seen}) == 6
    for cut in (0, 3, 6):
        after = seen[cut - 1].cursor if cut else start
        if cut == 6:
            first.punch(cast.staff, "in")
        rest_of_it = Stream(rpc, first.token(cast.staff), after=after)
        wanted = 6 - cut or 1
        rest_of_it.until(partial(rest_of_it.has, wanted))
        again = rest_of_it.end()
        expected = [event.event_id for event in seen[cut:]]
        assert [event.event_id for event in again][: len(expected)] == expected
        assert len(again) == wanted


def test_a_stream_shows_only_who_may_be_seen(first: Rest, rpc: Any, cast: Cast, town: Town) -> None:
    elsewhere = Cast(town)
    streams = {
        name: Stream(rpc, first.token(getattr(cast, name)))
        for name in ("staff", "manager", "admin")
    }
    colleague = cast.someone()
    for who in (elsewhere.staff, colleague, cast.staff):
        first.punch(who)
    for stream in streams.values():
        stream.until(partial(stream.saw, cast.staff))
    seen = {name: [e.employee_id for e in stream.end()] for name, stream in streams.items()}
    assert seen["staff"] == [cast.staff]
    assert seen["manager"] == [colleague, cast.staff]
    assert seen["admin"] == [elsewhere.staff, colleague, cast.staff]


def test_seed_defect_D2_a_quiet_stream_invents_no_record(first: Rest, rpc: Any, cast: Cast) -> None:
    stream = Stream(rpc, first.token(cast.staff))
    stream.until(lambda: len(stream.heartbeats) >= 2)
    assert stream.end() == []


def test_seed_defect_D7_an_event_waits_for_whoever_was_away(
    first: Rest, rpc: Any, cast: Cast
) -> None:
    stream = Stream(rpc, first.token(cast.staff))
    stream.end()
    record = first.punch(cast.staff).json()
    back = Stream(rpc, first.token(cast.staff), after=stream.heartbeats[-1].cursor)
    back.until(partial(back.has, 1))
    assert [event.id for event in back.end()] == [record["id"]]


def test_heartbeats_come_about_each_second_and_can_be_resumed_from(
    first: Rest, rpc: Any, cast: Cast
) -> None:
    stream = Stream(rpc, first.token(cast.staff))
    stream.until(lambda: len(stream.heartbeats) >= 3, within=6)
    last = stream.heartbeats[-1]
    stream.end()
    assert (last.id, last.employee_id) == (0, 0)
    first.punch(cast.staff)
    resumed = Stream(rpc, first.token(cast.staff), after=last.cursor)
    resumed.until(lambda: resumed.events)
    resumed.end()


def test_a_stream_ends_with_its_token(first: Rest, rpc: Any, cast: Cast, town: Town) -> None:
    began = time.monotonic()
    stream = Stream(rpc, town.token(cast.staff, life=2))
    assert stream.ended.wait(6)
    assert time.monotonic() - began < 6
    assert stream.fault.code() is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize("change", ["session", "role", "lock"])
def test_a_stream_ends_within_two_seconds_of_a_revocation(
    first: Rest, rpc: Any, cast: Cast, town: Town, change: str
) -> None:
    who = cast.someone()
    stream = Stream(rpc, town.token(who, sid=f"stream-{who}"))
    if change == "session":
        town.announce("session", who, f"stream-{who}")
    elif change == "role":
        town.sql("UPDATE auth.person_role SET role = 'teacher' WHERE employee_id = %s", who)
        town.announce("person", who)
    else:
        town.sql("UPDATE auth.person SET locked_at = now() WHERE employee_id = %s", who)
        town.announce("person", who)
    assert stream.ended.wait(3)
    assert stream.fault.code() is grpc.StatusCode.UNAUTHENTICATED


def test_a_cursor_of_another_feed_asks_to_resynchronise(
    first: Rest, rpc: Any, cast: Cast, town: Town
) -> None:
    token = first.token(cast.staff)
    key = Secret(keys.read(town.database.secrets_dir, "cursor_key")).key()
    foreign = CursorSealer(key, str(uuid4())).seal(1)
    assert refused(lambda: rpc.StreamNew(pb.StreamRequest(jwt=token, after=foreign))) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "resync",
    )
    for broken in ("x", "A" * 32, "é"):
        _, code = refused(partial(rpc.StreamNew, pb.StreamRequest(jwt=token, after=broken)))
        assert code in ("invalid_cursor", "resync")


def test_follow_is_for_services_alone_and_keeps_its_contract(
    first: Rest, channel: grpc.Channel, cast: Cast, town: Town
) -> None:
    feed = pb_grpc.FeedServiceStub(channel)  # type: ignore[no-untyped-call]
    for who in (cast.staff, cast.admin):
        request = pb.FollowRequest(jwt=first.token(who))
        assert refused(partial(feed.Follow, request)) == (
            grpc.StatusCode.PERMISSION_DENIED,
            "forbidden",
        )
    service = town.person(Role.SERVICE, username="service:reporter")
    began = time.monotonic()
    call = feed.Follow(pb.FollowRequest(jwt=first.token(service)))
    hello = next(call)
    assert time.monotonic() - began < 1.5
    assert (len(hello.events), bool(hello.epoch)) == (0, True)
    first.punch(cast.staff)
    while not (batch := next(call)).events:
        assert batch.head == hello.head
    assert batch.events[0].sequence == hello.head + 1
    assert batch.head == batch.events[-1].sequence
    began = time.monotonic()
    assert not next(call).events
    assert time.monotonic() - began < 3
    call.cancel()


def test_seed_defect_D1_the_grpc_server_runs_with_reflection_and_health(
    channel: grpc.Channel,
) -> None:
    health = health_pb2_grpc.HealthStub(channel)
    for name in ("", "proto.AttendanceService", "proto.FeedService"):
        answer = health.Check(health_pb2.HealthCheckRequest(service=name))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    reflection = reflection_pb2_grpc.ServerReflectionStub(channel)
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    (answer,) = reflection.ServerReflectionInfo(iter([request]))
    names = {service.name for service in answer.list_services_response.service}
    assert {"proto.AttendanceService", "proto.FeedService"} <= names


def test_seed_defect_D40_a_fault_of_ours_tells_nothing_of_itself(
    rpc: Any, first: Rest, cast: Cast, town: Town, running: Processes
) -> None:
    town.sql("ALTER TABLE attendance.punch_state RENAME TO away")
    try:
        with pytest.raises(grpc.RpcError) as caught:
            rpc.CheckIn(pb.CheckInRequest(action="in", jwt=first.token(cast.staff)))
        answer = first.punch(cast.staff)
    finally:
        town.sql("ALTER TABLE attendance.away RENAME TO punch_state")
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert answer.status_code == 500
    for text in (str(caught.value.details()), answer.text):
        assert "punch_state" not in text
        assert "Error" not in text.replace("Internal Server Error", "")
    assert first.punch(cast.staff).status_code == 201


def test_seed_defect_D27_no_token_header_or_photo_reaches_a_log(
    running: Processes, first: Rest, cast: Cast, rpc: Any
) -> None:
    token = first.token(cast.staff)
    first.get(f"/attendance/{cast.staff}?token={token}", cast.staff)
    first.call("POST", "/attendance", headers={"Authorization": f"Basic {token}"})
    first.punch(cast.staff, key="a-key-to-find", timestamp="2026-01-01T00:00:00Z")
    refused(lambda: rpc.CheckIn(pb.CheckInRequest(action="in", jwt=token + "x")))
    logs = running.logs()
    assert "/attendance" in logs
    for secret in ("eyJ", token[-40:], "a-key-to-find", "Bearer"):
        assert secret not in logs


def test_metrics_are_summed_and_health_names_what_is_needed(first: Rest) -> None:
    assert "hazir_http_requests_total" in first.get("/metrics").text
    assert first.get("/health/live").json() == {"status": "ok"}
    assert first.get("/health/ready").json()["postgresql"] == "up"


def test_a_stopped_rpc_process_ends_its_streams_at_once(
    running: Processes, first: Rest, cast: Cast
) -> None:
    channel = running.rpc()
    stream = Stream(stub(channel), first.token(cast.staff))
    process = next(reversed(running.started.values()))
    process.signal(SIGTERM)
    assert stream.ended.wait(3)  # the drain itself would allow five
    assert stream.fault.code() is grpc.StatusCode.UNAVAILABLE
    assert process.wait() == 0
