"""Liveness as evidence, through a real HTTP peer: accepted, doubted, refused, not said."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from attendance_service.rpc.records import _punch
from attendance_service.service.check_in import Punch
from common.identity import Person, Subject
from common.pb import attendance_pb2 as pb
from tests.integration.attendance.test_punches import problem
from tests.support.attendance import RECORDS, Cast, Ledger, Rest, base64_of
from tests.support.attendance_faces import IMAGE
from tests.support.face_peer import ACCEPT, FacePeer
from tests.support.pictures import photo

FRAMES = [base64_of(photo(64 + number, 48)) for number in range(2)]


def gate(rest: Rest, cast: Cast, on_face_down: str = "refuse") -> int:
    """A place that asks whether somebody is there."""
    policy = {"evidence": ["photo", "face", "liveness"], "on_face_down": on_face_down}
    return rest.place(cast.admin, cast.site, policy=policy)


def saying(decision: str, reason: str, score: float | None = 0.93) -> tuple[int, dict[str, Any]]:
    """An answer of the face service that accepts the face."""
    live = {"decision": decision, "score": score, "reason": reason}
    return 200, ACCEPT[1] | {"liveness": live}


def punch(rest: Rest, cast: Cast, place: int, **more: Any) -> httpx.Response:
    sent = {"place_id": place, "image": IMAGE, "frames": FRAMES, "challenge": "c" * 43} | more
    answer: httpx.Response = rest.punch(cast.staff, **sent)
    return answer


def test_who_met_the_challenge_is_accepted_and_the_record_says_how(
    faced: Rest, cast: Cast, peer: FacePeer
) -> None:
    peer.answer = saying("accept", "live")
    place = gate(faced, cast)
    answer = punch(faced, cast, place, key="k")
    assert (answer.status_code, answer.json()["status"]) == (201, "accepted")
    assert answer.json()["evidence"]["liveness"] == {
        "decision": "accept",
        "score": 0.93,
        "reason": "live",
        "challenge": True,
    }
    (sent,) = peer.calls
    assert sent.count(b'name="frame"') == 2
    assert b'name="liveness"\r\n\r\n1' in sent
    assert b'name="challenge"\r\n\r\n' + b"c" * 43 in sent
    assert punch(faced, cast, place, key="k").content == answer.content
    assert len(peer.calls) == 1
    other = punch(faced, cast, place, key="k", challenge="d" * 43)
    problem(other, 422, "idempotency_mismatch")


@pytest.mark.parametrize(
    ("answer", "more"),
    [
        (saying("review", "too_few_frames"), {"frames": []}),
        (saying("review", "spoof_suspected"), {}),
        (saying("accept", "live"), {"challenge": None}),
    ],
)
def test_doubt_waits_for_review(
    faced: Rest, cast: Cast, peer: FacePeer, answer: Any, more: dict[str, Any]
) -> None:
    peer.answer = answer
    got = punch(faced, cast, gate(faced, cast), **more)
    assert (got.status_code, got.json()["status"]) == (201, "review")
    assert Ledger(cast.town, cast.staff).state == (1, "in")


def test_who_is_not_there_is_refused_told_why_and_kept(
    faced: Rest, cast: Cast, peer: FacePeer
) -> None:
    peer.answer = saying("reject", "too_close_to_judge", None)
    place = gate(faced, cast)
    body = problem(punch(faced, cast, place, key="k"), 403, "not_live")
    assert body["reason"] == "too_close_to_judge"
    assert "Step back" in body["detail"]
    ledger = Ledger(cast.town, cast.staff)
    assert (ledger.records, ledger.state) == ([(None, "in", "refused", "refused")], (0, "out"))
    kept = faced.get(f"{RECORDS}/{body['record']['id']}", cast.staff).json()
    assert kept["evidence"]["liveness"]["reason"] == "too_close_to_judge"
    again = problem(punch(faced, cast, place, key="k"), 403, "not_live")
    assert again["reason"] == body["reason"]


SILENT = [
    ACCEPT,
    (200, ACCEPT[1] | {"liveness": None}),
    (200, ACCEPT[1] | {"liveness": "live"}),
    (200, ACCEPT[1] | {"liveness": {"decision": "surely", "score": 1, "reason": "live"}}),
    (200, ACCEPT[1] | {"liveness": {"decision": "accept", "score": "high", "reason": "live"}}),
    (200, ACCEPT[1] | {"liveness": {"score": 1, "reason": "live"}}),
    (503, {"code": "no_models"}),
]


@pytest.mark.parametrize("answer", SILENT)
@pytest.mark.parametrize("on_face_down", ["refuse", "pending"])
def test_a_face_service_that_does_not_say_is_down(
    faced: Rest, cast: Cast, peer: FacePeer, answer: Any, on_face_down: str
) -> None:
    peer.answer = answer
    got = punch(faced, cast, gate(faced, cast, on_face_down))
    if on_face_down == "refuse":
        problem(got, 503, "unavailable")
        assert Ledger(cast.town, cast.staff).records == []
    else:
        assert (got.status_code, got.json()["status"]) == (201, "pending")


def test_the_same_punch_asked_again_is_the_same_occasion(
    faced: Rest, cast: Cast, peer: FacePeer
) -> None:
    place = gate(faced, cast)
    peer.answer = (503, {})
    punch(faced, cast, place, key="k")
    punch(faced, cast, place, key="k")
    punch(faced, cast, place, key="other")
    names = [call.split(b'name="occasion"\r\n\r\n')[1][:64] for call in peer.calls]
    assert names[0] == names[1]
    assert names[0] != names[2]
    assert b"k" not in names[0]


def test_pictures_come_as_files_too(faced: Rest, cast: Cast, peer: FacePeer) -> None:
    peer.answer = saying("accept", "live")
    place = gate(faced, cast)
    picture = ("a.jpg", photo(), "image/jpeg")
    files = [("image", picture), ("frame", picture), ("frame", picture)]
    form = {"action": "in", "place_id": str(place), "challenge": "c"}
    answer = faced.call("POST", "/attendance", cast.staff, data=form, files=files)
    assert (answer.status_code, answer.json()["status"]) == (201, "accepted")
    assert peer.calls[0].count(b'name="frame"') == 2


def test_what_is_malformed_is_named_and_changes_nothing(
    faced: Rest, cast: Cast, peer: FacePeer
) -> None:
    place = gate(faced, cast)
    text = base64_of(b"no picture")
    assert problem(punch(faced, cast, place, frames=[text]), 415, "not_an_image")["field"] == (
        "frames"
    )
    assert problem(punch(faced, cast, place, frames=["%"]), 400, "invalid_request")["field"] == (
        "frames"
    )
    problem(punch(faced, cast, place, frames=[IMAGE] * 6), 400, "invalid_request")
    problem(punch(faced, cast, place, challenge="x" * 201), 400, "invalid_request")
    assert (peer.calls, Ledger(cast.town, cast.staff).records) == ([], [])


def test_frames_where_nobody_asks_for_them_are_left_alone(
    faced: Rest, cast: Cast, peer: FacePeer
) -> None:
    policy = {"evidence": ["face"]}
    place = faced.place(cast.admin, cast.site, policy=policy)
    answer = punch(faced, cast, place)
    assert answer.json()["evidence"] == {
        "photo": True,
        "face": "accept",
        "similarity": 0.7123,
        "threshold": 0.4,
    }
    assert b'name="frame"' not in peer.calls[0]


def test_liveness_is_asked_for_together_with_a_face(rest: Rest, cast: Cast) -> None:
    sent = {"site_id": cast.site, "name": "bare", "policy": {"evidence": ["liveness"]}}
    answer = rest.call("POST", "/api/v1/attendance/places", cast.admin, json=sent)
    assert problem(answer, 400, "invalid_request")["field"] == "evidence"
    place = gate(rest, cast)
    shown = rest.get(f"/api/v1/attendance/places/{place}", cast.staff).json()
    assert shown["policy"]["evidence"] == ["face", "liveness", "photo"]


def test_frames_come_over_grpc_too(faced: Rest, cast: Cast, peer: FacePeer) -> None:
    place = gate(faced, cast)
    request = pb.CheckInRequest(
        action="in", place_id=place, image=photo(), frames=[photo(), photo(70)], challenge="c"
    )
    assert faced.parts is not None
    subject = faced.parts.org.person(cast.staff)
    assert subject is not None
    peer.answer = saying("accept", "live")
    made = faced.parts.check_in(Subject(subject, "sid", 0), parsed(request, subject))
    assert made.status == "accepted"
    assert peer.calls[0].count(b'name="frame"') == 2
    assert b'name="challenge"\r\n\r\nc\r\n' in peer.calls[0]


def parsed(request: pb.CheckInRequest, person: Person) -> Punch:
    """The punch that the gRPC side makes of a message."""
    return _punch(request, Subject(person, "sid", 0))
