"""Two REST processes, a gRPC process and a sequencer on one database, as they are deployed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from signal import SIGTERM
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from common.pb import attendance_pb2 as pb
from tests.support.attendance import Cast, Ledger, Rest
from tests.support.attendance_faces import IMAGE, gate
from tests.support.attendance_processes import Processes, code_of, stub
from tests.support.attendance_streams import Stream, refused
from tests.support.people import Town


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


def test_a_face_that_nobody_can_compare_waits_in_a_process_too(
    running: Processes, cast: Cast
) -> None:
    alone = running.rest(FACE_URL="http://127.0.0.1:9")
    place = gate(alone, cast, "pending")
    answer = alone.punch(cast.staff, place_id=place, image=IMAGE)
    assert (answer.status_code, answer.json()["status"]) == (201, "pending"), running.logs()
    assert Ledger(cast.town, cast.staff).events == [("made", "in", "pending")]


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
        {"action": "in", "frames": [b"x"] * 6},
        {"action": "in", "challenge": "x" * 201},
        {"action": "in", "challenge": "a\0"},
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
