"""Whether somebody is there: challenges, and frames judged alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from clients.python.hazir_client import Challenge, Faces, Liveness, Unreachable
from clients.python.tests.answering import Server, transport

CHALLENGE = {
    "challenge": "opaque",
    "kind": "turn_left",
    "expires_at": "2026-11-26T08:01:00.000000Z",
    "frames": {"least": 3, "most": 6},
}


def test_a_challenge_is_asked_for_and_answered(server: Server) -> None:
    faces = Faces(transport(server))
    server.says(CHALLENGE, 201)
    asked = faces.challenge(alternative=True)
    assert asked == Challenge("opaque", "turn_left", "2026-11-26T08:01:00.000000Z", 3, 6)
    assert json.loads(server.calls[-1][2]) == {"alternative": True}
    server.says({"decision": "accept", "score": 0.98, "reason": "live"})
    said = faces.liveness([b"one", b"two", b"three"], challenge=asked.challenge)
    assert said == Liveness("accept", 0.98, "live")
    line, _, body = server.calls[-1]
    assert line == "POST /api/v1/faces/liveness"
    assert body.count(b'name="image"') == 3
    assert b'name="challenge"\r\n\r\nopaque' in body


@pytest.mark.parametrize("said", [{}, None, CHALLENGE | {"frames": 3}, CHALLENGE | {"frames": {}}])
def test_nonsense_is_no_challenge(server: Server, said: Any) -> None:
    server.says(said)
    with pytest.raises(Unreachable):
        Faces(transport(server)).challenge()


def test_without_a_decision_nobody_was_there(server: Server) -> None:
    server.says({"decision": "perhaps", "score": 0.98, "reason": "live"})
    with pytest.raises(Unreachable):
        Faces(transport(server)).liveness([b"one"])
