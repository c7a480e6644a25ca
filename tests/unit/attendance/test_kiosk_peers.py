"""What a kiosk's peers say, in the kiosk's own words; whatever else they do is "down"."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from attendance_service.domain.evidence import Verdict
from attendance_service.domain.kiosk import Known, Way
from attendance_service.kiosk_peers import KioskPeers
from attendance_service.service.ports import LiveProof
from clients.python.tests.answering import Server, serving
from common.errors import DomainError, Kind

FOUND = {"decision": "accept", "employee_id": 7, "similarity": 0.7, "margin": 0.3, "threshold": 0.4}
PERSON = {"employee_id": 7, "full_name": "Elif"}

Ask = Callable[[KioskPeers], Any]
ASKED: list[Ask] = [
    lambda peers: peers.identify("t", [b"frame"]),
    lambda peers: peers.by_badge("t", "badge"),
    lambda peers: peers.by_pin("t", "elif", "4711"),
    lambda peers: peers.badges("t", ["badge"]),
]


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


def peers_of(server: Server, **more: Any) -> KioskPeers:
    return KioskPeers(server.url, server.url, **{"deadline": 1.0, **more})


def refused(server: Server, ask: Ask) -> DomainError:
    with pytest.raises(DomainError) as caught:
        ask(peers_of(server))
    return caught.value


def test_whom_they_know(server: Server) -> None:
    peers = peers_of(server)
    server.says(FOUND)
    assert peers.identify("t", [b"frame"]) == Known(7, Way.FACE, 0.7, 0.3, 0.4)
    server.says(PERSON)
    assert peers.by_badge("t", "badge") == Known(7, Way.BADGE)
    server.says(PERSON)
    assert peers.by_pin("t", "elif", "4711") == Known(7, Way.PIN)
    server.says({"items": [None, PERSON]})
    assert peers.badges("t", ["one", "other"]) == [None, 7]
    assert {headers["Authorization"] for _, headers, _ in server.calls} == {"Bearer t"}
    assert all("X-Request-Id" in headers for _, headers, _ in server.calls)


@pytest.mark.parametrize("decision", ["review", "reject"])
def test_who_is_not_surely_somebody_is_nobody(server: Server, decision: str) -> None:
    server.says(FOUND | {"decision": decision, "employee_id": None})
    assert refused(server, ASKED[0]).code == "unknown_face"


@pytest.mark.parametrize(
    ("status", "said", "kind", "code"),
    [
        (401, "invalid_credentials", Kind.UNAUTHENTICATED, "invalid_credentials"),
        (403, "biometrics_off", Kind.FORBIDDEN, "biometrics_off"),
        (422, "no_face", Kind.UNPROCESSABLE, "no_face"),
        (422, "not_an_image", Kind.UNPROCESSABLE, "not_an_image"),
        (401, "unauthenticated", Kind.UNAUTHENTICATED, "unauthenticated"),
        (403, "forbidden", Kind.FORBIDDEN, "forbidden"),
        (413, "too_large", Kind.UNPROCESSABLE, "invalid_request"),
        (422, "invalid_request", Kind.UNPROCESSABLE, "invalid_request"),
        (404, "not_found", Kind.UNAVAILABLE, "unavailable"),
        (500, "internal", Kind.UNAVAILABLE, "unavailable"),
        (503, "no_models", Kind.UNAVAILABLE, "unavailable"),
    ],
)
def test_refusals(server: Server, status: int, said: str, kind: Kind, code: str) -> None:
    server.says({"code": said, "detail": "of another program"}, status)
    fault = refused(server, ASKED[0])
    assert (fault.kind, fault.code) == (kind, code)
    assert "of another program" not in fault.message


@pytest.mark.parametrize(("header", "seconds"), [({"Retry_After": "9"}, 9.0), ({}, 1.0)])
def test_too_many(server: Server, header: dict[str, str], seconds: float) -> None:
    server.says({"code": "rate_limited"}, 429, **header)
    fault = refused(server, ASKED[2])
    assert (fault.kind, fault.retry_after) == (Kind.LIMITED, seconds)


@pytest.mark.parametrize("ask", ASKED)
@pytest.mark.parametrize(
    ("status", "said"),
    [
        (200, b"<html>"),
        (200, b""),
        (200, []),
        (200, {}),
        (200, b"[" + b"0," * 40_000 + b"0]"),
        (401, {}),
        (403, b""),
        (302, b""),
    ],
)
def test_nonsense_is_down(server: Server, ask: Ask, status: int, said: Any) -> None:
    server.says(said, status)
    assert refused(server, ask).code == "unavailable"


def test_who_is_slow_is_down_within_the_deadline(server: Server) -> None:
    server.drip = 0.3
    server.says(PERSON)
    began = time.monotonic()
    assert refused(server, ASKED[1]).code == "unavailable"
    assert time.monotonic() - began < 2


def test_so_many_wait_at_once_and_no_more(server: Server) -> None:
    """A second one waits a second for the seat of the first, and asks nobody."""
    server.drip = 0.2  # some seven seconds for all of it
    server.says(PERSON)
    peers = peers_of(server, seats=1, deadline=3.0)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(peers.by_badge, "t", "badge")
        while not server.calls:
            time.sleep(0.01)
        with pytest.raises(DomainError) as caught:
            peers.identify("t", [b"frame"])
        assert (caught.value.code, len(server.calls)) == ("unavailable", 1)
        with pytest.raises(DomainError):
            slow.result()
    server.drip = 0
    server.says(PERSON)
    assert peers.by_badge("t", "badge").employee_id == 7


def test_whether_they_are_there_is_said_or_not(server: Server) -> None:
    peers = peers_of(server)
    live = {"decision": "accept", "score": 0.9, "reason": "live"}
    server.says({"decision": "accept", "similarity": 0.7, "threshold": 0.4, "liveness": live})
    said = peers.compare("t", 7, b"first", LiveProof([b"second"], "c"))
    assert said.verdict is Verdict.ACCEPT
    assert said.liveness is not None
    assert (said.liveness.reason, said.liveness.challenged) == ("live", True)
    line, _, body = server.calls[0]
    assert line == "POST /api/v1/faces/verify"
    assert b'name="challenge"\r\n\r\nc\r\n' in body
    assert b'name="occasion"' not in body
    server.says({"code": "internal"}, 500)
    assert peers.compare("t", 7, b"first", LiveProof([], None)).verdict is Verdict.DOWN
