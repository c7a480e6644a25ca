"""gRPC streams of the feed: order, resuming, rights, and when they end."""

from __future__ import annotations

import time
from functools import partial
from typing import Any
from uuid import uuid4

import grpc
import pytest

from common.config import Secret
from common.cursors import CursorSealer
from common.identity import Role
from common.pb import attendance_pb2 as pb
from common.pb import attendance_pb2_grpc as pb_grpc
from local import keys
from tests.support.attendance import (
    Cast,
    Rest,
)
from tests.support.attendance_streams import Stream, refused
from tests.support.people import Town


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
    told = [(event.id, event.timestamp) for event in back.end()]
    assert told == [(record["id"], record["timestamp"])]


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
