"""What is said on a socket: messages in, frames out, and the codes it closes with.

A client that opens ``/ws?token=…`` is *bare*: it gets record frames and nothing else. Every other
client sends ``{"auth": token, "after": cursor?, "scope": "own"|"all"?}`` first, gets ``hello``,
``record``, ``heartbeat`` and ``state`` frames, and may send ``{"auth": token}`` again to stay
beyond its token's expiry.

Codes below 4500 mean "come back", from 4500 on "something must change first".

====  ==========================================================================================
1001  the process ends
1003  a binary message came (only text is spoken here)
1007  a text message was not UTF-8
1009  a message was longer than 16 KiB
1012  the process restarts; the reason says after how many milliseconds to come back
1013  who is calling cannot be checked at the moment
4001  the token expired, or its roles are no longer the person's: come back with a new one
4008  the client reads too slowly; it may resume from its cursor
4010  the cursor is of no more use: read the state anew, then follow from there
4011  no pong came
4501  the token does not hold, the session was ended, or the person was locked
4502  nobody said who they are within five seconds
4503  not allowed, or not understood
4504  too many sockets, or too many messages
====  ==========================================================================================
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any
from urllib.parse import parse_qs

from common.errors import forbidden, invalid, unauthenticated

LONGEST_MESSAGE = 16 * 1024
HEARTBEAT_SECONDS = 5
PING = b"\x89\x00"
_LONGEST_CURSOR = 64
# `json.dumps` with separators would make an encoder for each event.
_encode = json.JSONEncoder(separators=(",", ":")).encode


class Close(IntEnum):
    """The close codes that this service chooses; see the table above."""

    GOING_AWAY = 1001
    NOT_TEXT = 1003
    RESTART = 1012
    EXPIRED = 4001
    SLOW = 4008
    RESYNC = 4010
    NO_PONG = 4011
    BAD_TOKEN = 4501
    NO_AUTH = 4502


class Scope(StrEnum):
    """How much a client asks for: its own events, or all it may see."""

    OWN = "own"
    ALL = "all"


class State(StrEnum):
    """How a client's view stands to the feed."""

    LIVE = "live"
    CATCHING_UP = "catching_up"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Opening:
    """What a client says first: who it is, from where on, how much, and in which manner."""

    token: str
    after: str | None = None
    scope: Scope = Scope.OWN
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """The public side of one event; ``timestamp`` is RFC 3339."""

    kind: str
    event_id: str
    id: int
    employee_id: int
    action: str
    timestamp: str
    status: str
    place_id: int | None


def opening(text: str) -> Opening:
    """A first message.

    Raises ``invalid_request``, ``unauthenticated`` without a token, ``forbidden`` for a scope
    that does not exist.
    """
    said = _object(text)
    return Opening(_token(said), _cursor(said.get("after")), _scope(said.get("scope")))


def opening_in_query(query: str) -> Opening | None:
    """What a bare client says in the query of its address; ``None`` when no token is in it."""
    said = {name: values[-1] for name, values in parse_qs(query).items()}
    if "token" not in said:
        return None
    after = _cursor(said.get("after"))
    return Opening(said["token"], after, _scope(said.get("scope")), bare=True)


def renewal(text: str) -> str:
    """The token of a later message, the only thing a client may say then."""
    return _token(_object(text))


def text_frame(text: str) -> bytes:
    """``text`` as one unmasked text frame (RFC 6455, section 5.2)."""
    data = text.encode()
    if len(data) < 126:
        return bytes((0x81, len(data))) + data
    if len(data) < 1 << 16:
        return b"\x81\x7e" + len(data).to_bytes(2, "big") + data
    return b"\x81\x7f" + len(data).to_bytes(8, "big") + data


def record_frame(record: Record, cursor: str) -> bytes:
    """The frame of one event; built once, it is the same for everybody who may see it."""
    return _frame(
        {
            "type": "record",
            "kind": record.kind,
            "event_id": record.event_id,
            "cursor": cursor,
            "id": record.id,
            "employee_id": record.employee_id,
            "action": record.action,
            "timestamp": record.timestamp,
            "status": record.status,
            "place_id": record.place_id,
        }
    )


def hello_frame(cursor: str, state: State) -> bytes:
    """The greeting; from ``cursor`` on the client will miss nothing."""
    return _frame(
        {
            "type": "hello",
            "cursor": cursor,
            "heartbeat_seconds": HEARTBEAT_SECONDS,
            "state": state,
        }
    )


def heartbeat_frame(cursor: str, server_time: str) -> bytes:
    """A sign of life; ``cursor`` says how far the feed has been looked through for this client."""
    return _frame({"type": "heartbeat", "cursor": cursor, "server_time": server_time})


def state_frame(state: State) -> bytes:
    """Tells a client how fresh its view is."""
    return _frame({"type": "state", "state": state})


def _frame(body: Mapping[str, Any]) -> bytes:
    return text_frame(_encode(body))


def _object(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise invalid("The message is not JSON.") from fault
    if not isinstance(said, dict):
        raise invalid("The message is not an object.")
    return said


def _token(said: Mapping[str, Any]) -> str:
    token = said.get("auth")
    if not isinstance(token, str) or not token:
        raise unauthenticated()
    return token


def _cursor(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > _LONGEST_CURSOR:
        raise invalid("This cursor is not one of ours.", field="after")
    return value


def _scope(value: Any) -> Scope:
    if value is None:
        return Scope.OWN
    if value not in list(Scope):
        raise forbidden("There is no such scope.")
    return Scope(value)
