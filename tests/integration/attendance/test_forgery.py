"""No forged token opens anything over gRPC, and every refusal is the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest

from common.identity import Role
from common.pb import attendance_pb2 as pb
from common.pb import attendance_pb2_grpc as pb_grpc
from tests.support.attendance_processes import code_of, stub
from tests.support.forgery import Forger, forger
from tests.support.people import Town

Call = Callable[..., Any]
Request = Callable[..., Any]
PUNCH = pb.Punch(id="one", action="in", claimed_at="2026-11-21T08:00:00Z")


@pytest.fixture(scope="module")
def reporter(town: Town) -> Forger:
    return forger(town, Role.SERVICE, username="service:reporter")


@pytest.fixture
def corpus(town: Town, rpc: str, reporter: Forger) -> Forger:
    """The forgeries of somebody whose own token may make the call, and who has not made it."""
    number = town.sql("SELECT count(*) FROM auth.person")[0][0]
    return reporter if rpc == "Follow" else forger(town, username=f"victim{number}")


def check_in(**said: Any) -> pb.CheckInRequest:
    return pb.CheckInRequest(action="in", **said)


def check_in_batch(**said: Any) -> pb.CheckInBatchRequest:
    return pb.CheckInBatchRequest(punches=[PUNCH], **said)


def stream_new(**said: Any) -> pb.StreamRequest:
    return pb.StreamRequest(heartbeats=True, **said)


REQUESTS: dict[str, Request] = {
    "CheckIn": check_in,
    "CheckInBatch": check_in_batch,
    "List": pb.ListRequest,
    "StreamNew": stream_new,
    "Follow": pb.FollowRequest,
}


def method(channel: grpc.Channel, rpc: str) -> Call:
    """The call named ``rpc``, of whichever service has it."""
    feed = pb_grpc.FeedServiceStub(channel)  # type: ignore[no-untyped-call]
    found: Call = getattr(feed if rpc == "Follow" else stub(channel), rpc)
    return found


def in_message(call: Call, request: Request, token: str) -> Any:
    return call(request(jwt=token), timeout=10)


def in_metadata(call: Call, request: Request, token: str) -> Any:
    return call(request(), metadata=[("authorization", f"Bearer {token}")], timeout=10)


def in_both(call: Call, request: Request, token: str, other: str) -> Any:
    metadata = [("authorization", f"Bearer {other}")]
    return call(request(jwt=token), metadata=metadata, timeout=10)


def refusal(ask: Callable[[], Any]) -> tuple[Any, ...]:
    """Everything that a refused caller is told."""
    with pytest.raises(grpc.RpcError) as caught:
        found = ask()
        if hasattr(found, "cancel"):
            list(found)
    fault: Any = caught.value
    return fault.code(), code_of(fault), fault.details(), fault.trailing_metadata()


def accepted(found: Any) -> bool:
    """Whether the call gave an answer; a stream without records ends without a fault."""
    if hasattr(found, "cancel"):
        next(found, None)
        found.cancel()
    return True


def test_every_call_is_tried() -> None:
    services = pb.DESCRIPTOR.services_by_name.values()
    assert set(REQUESTS) == {rpc.name for service in services for rpc in service.methods}


@pytest.mark.parametrize("place", [in_message, in_metadata])
@pytest.mark.parametrize("rpc", REQUESTS)
def test_every_forgery_gets_the_same_refusal(
    channel: grpc.Channel, corpus: Forger, rpc: str, place: Call
) -> None:
    call, request = method(channel, rpc), REQUESTS[rpc]
    variants = corpus.variants()
    assert len(variants) >= 60
    bare = refusal(lambda: call(request(), timeout=10))
    assert bare[:2] == (grpc.StatusCode.UNAUTHENTICATED, "unauthenticated")
    told = {name: refusal(lambda t=token: place(call, request, t)) for name, token in variants}
    assert {name: said for name, said in told.items() if said != bare} == {}
    assert accepted(place(call, request, corpus.genuine()))


@pytest.mark.parametrize("rpc", ["List"])
def test_a_large_token_in_metadata_is_not_refused_by_lot(
    channel: grpc.Channel, corpus: Forger, rpc: str
) -> None:
    """gRPC's soft limit of 8 KiB answered RESOURCE_EXHAUSTED to some of these and not to others."""
    call, request = method(channel, rpc), REQUESTS[rpc]
    bare = refusal(lambda: call(request(), timeout=10))
    token = dict(corpus.variants())["oversize"]
    assert {refusal(lambda: in_metadata(call, request, token)) for _ in range(30)} == {bare}


@pytest.mark.parametrize("rpc", REQUESTS)
def test_a_good_token_beside_a_forged_one_does_not_help(
    channel: grpc.Channel, corpus: Forger, rpc: str
) -> None:
    call, request, good = method(channel, rpc), REQUESTS[rpc], corpus.genuine()
    bare = refusal(lambda: call(request(), timeout=10))
    for name, token in corpus.variants()[:20]:
        assert refusal(lambda t=token: in_both(call, request, t, good)) == bare, name
    assert accepted(in_both(call, request, good, "x"))
