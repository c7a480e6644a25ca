"""Who may do what at attendance_service: every role, operation and relation, REST and gRPC."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest

from common.pb import attendance_pb2 as pb
from common.pb import attendance_pb2_grpc as pb_grpc
from tests.support.attendance import Rest, base64_of
from tests.support.matrix import NOBODY, Case, Scene, described_by, unlisted, walk
from tests.support.matrix_asks import PICTURE
from tests.support.matrix_lines import ATTENDANCE, GRPC
from tests.support.people import Town


@pytest.fixture(scope="module")
def scene(town: Town, first: Rest) -> Scene:
    """Everybody's site has a place that asks for a photo, and the staff there have punched."""
    made = Scene(town)
    places = []
    for cast in (made.home, made.away):
        policy = {"evidence": ["photo"]}
        places.append(first.place(cast.admin, cast.site, is_default=True, policy=policy))
        punched = first.punch(cast.staff, image=base64_of(PICTURE))
        assert punched.status_code == 201, punched.text

    kiosk = first.place(made.home.admin, made.home.site, policy={"mode": "toggle"})
    made.help["kiosk"] = lambda _: kiosk

    def record_of(case: Case) -> int:
        rows = town.sql(
            "SELECT id FROM attendance.record WHERE employee_id = %s AND photo_id IS NOT NULL",
            case.target,
        )
        return int(rows[0][0]) if rows else NOBODY

    made.find["record_id"] = record_of
    made.find["verification_id"] = lambda _: "0a4d1c9e-0000-4000-8000-000000000001"
    made.find["place_id"] = lambda case: made.place_of(case, *places)
    return made


def test_role_by_operation_by_relation(first: Rest, scene: Scene) -> None:
    assert walk(ATTENDANCE, first.client, scene, described_by(first.client)) == []


def test_role_by_operation_by_relation_over_grpc(channel: grpc.Channel, scene: Scene) -> None:
    services = pb.DESCRIPTOR.services_by_name.values()
    described = [f"{one.full_name}/{m.name}" for one in services for m in one.methods]
    wrong = unlisted(GRPC, described)
    for name, calls in _calls(channel).items():
        for case in scene.cases():
            if case.relation != "own" and name.endswith(("CheckIn", "Follow")):
                continue  # for oneself, or for nobody
            token = scene.token(case).get("Authorization", "").removeprefix("Bearer ")
            if _lets_through(calls, token, case) != GRPC[name](case.role, case.relation):
                wrong.append(f"{name} as {case}")
    assert _calls(channel).keys() == GRPC.keys()
    assert wrong == []


def _calls(channel: grpc.Channel) -> dict[str, Callable[[str, Case], Any]]:
    """How each method is asked; what is returned is read to its first message."""
    attendance = pb_grpc.AttendanceServiceStub(channel)  # type: ignore[no-untyped-call]
    feed = pb_grpc.FeedServiceStub(channel)  # type: ignore[no-untyped-call]

    def batch(token: str, case: Case) -> Any:
        punch = pb.Punch(
            id=case.unique,
            employee_id=case.target,
            claimed_at="2026-11-20T08:00:00Z",
            image=PICTURE,
        )
        reply = attendance.CheckInBatch(pb.CheckInBatchRequest(jwt=token, punches=[punch]))
        return reply.results[0].status == 201

    return {
        "proto.AttendanceService/List": lambda token, case: _first(
            attendance.List(pb.ListRequest(jwt=token, employee_id=case.target))
        ),
        "proto.AttendanceService/StreamNew": lambda token, case: _first(
            attendance.StreamNew(
                pb.StreamRequest(jwt=token, employee_id=case.target, heartbeats=True)
            )
        ),
        "proto.AttendanceService/CheckIn": lambda token, _: attendance.CheckIn(
            pb.CheckInRequest(jwt=token, action="in")
        ),
        "proto.AttendanceService/CheckInBatch": batch,
        "proto.FeedService/Follow": lambda token, _: _first(
            feed.Follow(pb.FollowRequest(jwt=token))
        ),
    }


def _first(call: Any) -> bool:
    """Read one message of a stream, if there is one, and hang up."""
    try:
        next(call, None)
    finally:
        call.cancel()
    return True


def _lets_through(call: Callable[[str, Case], Any], token: str, case: Case) -> bool:
    try:
        return bool(call(token, case))
    except grpc.RpcError as fault:
        refused = {"UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND"}
        code = dict(fault.trailing_metadata() or ()).get("code", "")
        return fault.code().name not in refused or code not in {
            *("unauthenticated", "forbidden", "not_found"),
        }
