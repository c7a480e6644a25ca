"""Messages in, frames out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from common.errors import WIRE, DomainError
from reporter_service import wire
from reporter_service.wire import Opening, Record, Scope, State

RECORD = Record("made", "e-1", 5, 7, "in", "2026-11-21T08:00:00.000000Z", "accepted", None)


@given(st.text(max_size=400) | st.integers(65_000, 66_500).map(lambda count: "x" * count))
def test_a_text_frame_is_what_websockets_would_send(text: str) -> None:
    expected = Frame(Opcode.TEXT, text.encode()).serialize(mask=False)
    assert wire.text_frame(text) == expected


def test_the_ping_is_one_that_websockets_would_send() -> None:
    assert Frame(Opcode.PING, b"").serialize(mask=False) == wire.PING


def _body(frame: bytes) -> dict[str, object]:
    body: dict[str, object] = json.loads(frame[frame.index(b"{") :])
    return body


def test_every_frame_has_a_type_and_is_ascii() -> None:
    frames = [
        wire.record_frame(RECORD, "cursor"),
        wire.hello_frame("cursor", State.LIVE),
        wire.heartbeat_frame("cursor", "2026-11-21T08:00:00Z"),
        wire.state_frame(State.STALE),
    ]
    assert [_body(frame)["type"] for frame in frames] == ["record", "hello", "heartbeat", "state"]
    assert all(frame[frame.index(b"{") :].isascii() for frame in frames)


def test_seed_defect_D8_frames_are_json() -> None:
    body = _body(wire.record_frame(RECORD, "cursor"))
    assert body == {
        "type": "record",
        "kind": "made",
        "event_id": "e-1",
        "cursor": "cursor",
        "id": 5,
        "employee_id": 7,
        "action": "in",
        "timestamp": "2026-11-21T08:00:00.000000Z",
        "status": "accepted",
        "place_id": None,
    }


def test_the_first_message() -> None:
    said = wire.opening('{"auth":"t","after":"c","scope":"all","more":1}')
    assert said == Opening("t", "c", Scope.ALL)
    assert wire.opening('{"auth":"t","after":null}') == Opening("t")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", 4503),
        ("nonsense", 4503),
        ("[]", 4503),
        ("null", 4503),
        ("[" * 16_000, 4503),
        ("{}", 4501),
        ('{"auth":""}', 4501),
        ('{"auth":5}', 4501),
        ('{"auth":null}', 4501),
        ('{"auth":"t","after":5}', 4503),
        ('{"auth":"t","after":"' + "c" * 65 + '"}', 4503),
        ('{"auth":"t","scope":"everything"}', 4503),
        ('{"auth":"t","scope":5}', 4503),
        ('{"auth":"t","scope":["own"]}', 4503),
    ],
)
def test_a_first_message_that_is_refused(text: str, code: int) -> None:
    with pytest.raises(DomainError) as refusal:
        wire.opening(text)
    assert WIRE[refusal.value.kind].websocket == code


def test_what_the_address_says() -> None:
    assert wire.opening_in_query("") is None
    assert wire.opening_in_query("scope=all") is None
    said = wire.opening_in_query("token=t&scope=all&after=c")
    assert said == Opening("t", "c", Scope.ALL, bare=True)
    with pytest.raises(DomainError):
        wire.opening_in_query("token=t&scope=x")


def test_a_later_message_holds_a_token() -> None:
    assert wire.renewal('{"auth":"t"}') == "t"
    with pytest.raises(DomainError):
        wire.renewal('{"after":"t"}')
