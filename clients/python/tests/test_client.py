"""The client against a real server that answers well, badly, slowly, or with nonsense."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from clients.python.hazir_client import (
    Attendance,
    ClientCredentials,
    Faces,
    Jobs,
    Live,
    Liveness,
    Password,
    Problem,
    Token,
    Transport,
    Unreachable,
)
from clients.python.tests.answering import Server, transport

JOB = {
    "id": 3,
    "kind": "verify_person",
    "state": "done",
    "attempts": 1,
    "verification_id": "v",
    "employee_id": 7,
    "created_at": "x",
    "updated_at": "x",
    "result": {"decision": "accept"},
    "error": None,
    "deliveries": [
        {"id": "msg_1", "state": "delivered", "attempts": 1, "last_status": 200, "error": None}
    ],
}
RECORD = {
    "id": 9,
    "employee_id": 7,
    "action": "in",
    "timestamp": "2026-11-26T08:00:00Z",
    "status": "accepted",
    "evidence": None,
}
VERDICT = {"decision": "accept", "similarity": 0.7, "threshold": 0.41}


def test_being_there_is_asked_about_with_what_shows_it(server: Server) -> None:
    server.says(VERDICT | {"liveness": {"decision": "reject", "score": None, "reason": "no_face"}})
    live = Live([b"second", b"third"], "a challenge", "one punch")
    said = Faces(transport(server)).verify_person(b"first", employee_id=7, live=live)
    assert said.liveness == Liveness("reject", None, "no_face")
    _, _, body = server.calls[0]
    for name, value in (
        ("liveness", "1"),
        ("challenge", live.challenge),
        ("occasion", "one punch"),
    ):
        assert f'name="{name}"\r\n\r\n{value}'.encode() in body
    assert body.count(b'name="frame"') == 2
    server.says(VERDICT | {"liveness": {"decision": "perhaps", "score": 1, "reason": ""}})
    with pytest.raises(Unreachable):
        Faces(transport(server)).verify_person(b"first", employee_id=7, live=Live())


def test_a_verdict(server: Server) -> None:
    server.says(VERDICT)
    server.says(VERDICT | {"liveness": {"decision": "review", "score": 0.5, "reason": "x"}})
    faces = Faces(transport(server, headers=lambda: {"X-Request-Id": "r-1"}))
    verdict = faces.verify_person(b"picture", employee_id=7)
    assert (verdict.decision, verdict.similarity, verdict.threshold) == ("accept", 0.7, 0.41)
    assert faces.verify(b"one", reference=b"other").liveness is not None
    line, headers, body = server.calls[0]
    assert line == "POST /api/v1/faces/verify"
    assert headers["Authorization"] == "Bearer secret-token"
    assert headers["X-Request-Id"] == "r-1"
    assert b'name="employee_id"\r\n\r\n7' in body
    assert b'name="image"' in body
    assert b'name="reference"' in server.calls[1][2]


def test_a_detection(server: Server) -> None:
    face = {"box": [1, 2, 3, 4], "landmarks": [[1, 2]] * 5, "score": 0.9}
    server.says({"faces": [face], "width": 640, "height": 480})
    found = Faces(transport(server)).detect(b"picture")
    assert (found.faces[0].box, found.width, found.height) == ((1, 2, 3, 4), 640, 480)


def test_jobs(server: Server) -> None:
    jobs = Jobs(transport(server))
    server.says({"id": 3, "verification_id": "v"}, 202)
    made = jobs.verify(
        b"picture", employee_id=7, webhook_url="https://a/b", verification_id="v", frames=[b"f"]
    )
    assert (made.id, made.verification_id) == (3, "v")
    assert b'name="frame"' in server.calls[0][2]
    server.says({"status": "Job accepted", "verification_id": "p"}, 202)
    pair = jobs.verify_pair(
        b"one", b"two", school_number="1", webhook_url="https://a/b", verification_id="p"
    )
    assert pair == "p"
    server.says(JOB)
    assert jobs.get(3).deliveries[0].id == "msg_1"
    server.says({"items": [JOB], "next_cursor": "3"})
    server.says({"items": [JOB], "next_cursor": None})
    assert len(list(jobs.all(state="dead", undelivered=True))) == 2
    assert server.calls[-1][0] == "GET /api/v1/jobs?state=dead&undelivered=true&cursor=3"
    server.says(JOB, 202)
    assert jobs.retry(3).state == "done"


def test_a_punch_has_a_key_of_its_own(server: Server) -> None:
    attendance = Attendance(transport(server))
    for _ in range(3):
        server.says(RECORD, 201)
    record = attendance.punch(
        "in", place_id=3, image=b"picture", claimed_at=datetime(2026, 11, 26, 8, tzinfo=UTC)
    )
    assert (record.id, record.status) == (9, "accepted")
    sent = json.loads(server.calls[0][2])
    assert sent == {
        "action": "in",
        "place_id": 3,
        "image": "cGljdHVyZQ==",
        "timestamp": "2026-11-26T08:00:00+00:00",
    }
    attendance.punch("out", idempotency_key="mine")
    assert server.calls[1][1]["Idempotency-Key"] == "mine"
    assert server.calls[0][1]["Idempotency-Key"]
    assert attendance.record(9).id == 9


def test_a_refusal_has_its_code(server: Server) -> None:
    body = {"code": "no_face", "field": "image", "detail": "No face.", "request_id": "r"}
    server.says(body, 422, Retry_After="3")
    with pytest.raises(Problem) as caught:
        Faces(transport(server)).detect(b"x")
    refusal = caught.value
    assert (refusal.status, refusal.code, refusal.field) == (422, "no_face", "image")
    assert (refusal.detail, refusal.request_id, refusal.retry_after) == ("No face.", "r", 3.0)
    server.says([], 500)
    with pytest.raises(Problem) as caught:
        Faces(transport(server)).detect(b"x")
    assert caught.value.code == "unknown"


@pytest.mark.parametrize(
    "said",
    [
        b"<html>",
        [],
        {},
        {**VERDICT, "decision": "perhaps"},
        {**VERDICT, "similarity": "high"},
        {**VERDICT, "threshold": True},
        None,
    ],
)
def test_nonsense_is_no_answer(server: Server, said: Any) -> None:
    server.says(said)
    with pytest.raises(Unreachable):
        Faces(transport(server)).verify(b"x", reference=b"y")


def test_a_call_has_so_much_time_and_room(server: Server) -> None:
    server.drip = 0.05
    server.says(VERDICT)
    began = time.monotonic()
    with pytest.raises(Unreachable):
        Faces(transport(server, deadline=0.5)).verify(b"x", reference=b"y")
    assert time.monotonic() - began < 2
    server.drip = 0
    server.says(VERDICT | {"more": "x" * 100})
    with pytest.raises(Unreachable):
        Faces(transport(server, longest=100)).verify(b"x", reference=b"y")
    with pytest.raises(Unreachable):
        Faces(Transport("http://127.0.0.1:9", deadline=1)).detect(b"x")


def test_a_redirect_is_not_followed(server: Server) -> None:
    server.says(b"", 307, Location=server.url)
    with pytest.raises(Problem) as caught:
        Faces(transport(server)).detect(b"x")
    assert (caught.value.status, len(server.calls)) == (307, 1)


def test_a_token_is_fetched_kept_and_fetched_again_when_refused(server: Server) -> None:
    clock = [0.0]
    source = Password(server.url, "somebody", "pass word", now=lambda: clock[0])
    faces = Faces(Transport(server.url, source))
    server.says({"access_token": "t-1", "expires_in": 60})
    server.says({"code": "unauthenticated"}, 401)
    with pytest.raises(Problem):
        faces.detect(b"x")
    server.says({"access_token": "t-2", "expires_in": 60})
    server.says({"faces": [], "width": 1, "height": 1})
    faces.detect(b"x")
    server.says({"faces": [], "width": 1, "height": 1})
    faces.detect(b"x")
    clock[0] = 31.0
    server.says({"access_token": "t-3", "expires_in": 60})
    server.says({"faces": [], "width": 1, "height": 1})
    faces.detect(b"x")
    tokens = [headers.get("Authorization") for line, headers, _ in server.calls if "faces" in line]
    assert tokens == ["Bearer t-1", "Bearer t-2", "Bearer t-2", "Bearer t-3"]
    assert b"grant_type=password&username=somebody&password=pass+word" in server.calls[0][2]


def test_a_service_s_token(server: Server) -> None:
    source = ClientCredentials(server.url, "service:x", "s")
    server.says({"access_token": "t", "expires_in": 600})
    assert source.get() == "t"
    assert b"grant_type=client_credentials&client_id=service%3Ax" in server.calls[0][2]
    server.says({"no": "token"})
    source.forget()
    with pytest.raises(Unreachable):
        source.get()


def test_a_token_can_be_renewed_earlier(server: Server) -> None:
    clock = [0.0]
    source = ClientCredentials(server.url, "x", "s", now=lambda: clock[0], renew_before=60)
    server.says({"access_token": "t-1", "expires_in": 600})
    server.says({"access_token": "t-2", "expires_in": 600})
    assert source.get() == "t-1"
    clock[0] = 539.0
    assert source.get() == "t-1"
    clock[0] = 541.0
    assert source.get() == "t-2"


def test_a_token_does_not_show_itself() -> None:
    token = Token("secret-token")
    assert "secret-token" not in repr(token)
    assert "secret-token" not in repr(Transport("http://x", token))
    token.forget()
    assert token.get() == "secret-token"
