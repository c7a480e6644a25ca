"""Faces as evidence, through a real HTTP peer that accepts, doubts, refuses, hangs and is gone."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.integration.attendance.test_punches import problem
from tests.support.attendance import RECORDS, Cast, Ledger, Rest
from tests.support.attendance_faces import DEADLINE, IMAGE, gate
from tests.support.face_peer import ACCEPT, REJECT, REVIEW, FacePeer


def test_the_enrolled_face_is_accepted(faced: Rest, cast: Cast, peer: FacePeer) -> None:
    answer = faced.punch(cast.staff, key="face", place_id=gate(faced, cast), image=IMAGE)
    assert (answer.status_code, answer.json()["status"]) == (201, "accepted")
    evidence = {"photo": True, "face": "accept", "similarity": 0.7123, "threshold": 0.4}
    assert answer.json()["evidence"] == evidence
    sent = peer.calls[0]
    assert b'name="employee_id"\r\n\r\n' + str(cast.staff).encode() in sent
    assert b'name="image"' in sent


def test_a_repeat_has_the_same_bytes_and_asks_nobody(
    faced: Rest, cast: Cast, peer: FacePeer
) -> None:
    place = gate(faced, cast)
    first = faced.punch(cast.staff, key="face", place_id=place, image=IMAGE)
    again = faced.punch(cast.staff, key="face", place_id=place, image=IMAGE)
    assert (again.status_code, again.content) == (201, first.content)
    assert len(peer.calls) == 1


def test_a_doubtful_face_waits_for_review_and_moves_the_state(
    faced: Rest, cast: Cast, peer: FacePeer
) -> None:
    peer.answer = REVIEW
    answer = faced.punch(cast.staff, place_id=gate(faced, cast), image=IMAGE)
    assert (answer.status_code, answer.json()["status"]) == (201, "review")
    ledger = Ledger(cast.town, cast.staff)
    assert (ledger.state, ledger.events) == ((1, "in"), [("made", "in", "review")])


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (REJECT, "face_mismatch"),
        ((422, {"code": "no_face", "field": "image"}), "no_face"),
        ((422, {"code": "several_faces", "field": "image"}), "several_faces"),
        ((404, {"code": "not_enrolled"}), "not_enrolled"),
        ((403, {"code": "consent_required"}), "not_enrolled"),
        ((409, {"code": "consent_outdated"}), "consent_outdated"),
        ((403, {"code": "biometrics_off"}), "biometrics_off"),
    ],
)
def test_a_refusing_face_is_kept_told_and_moves_nothing(
    faced: Rest, cast: Cast, peer: FacePeer, said: Any, code: str
) -> None:
    peer.answer = said
    answer = faced.punch(cast.staff, place_id=gate(faced, cast), image=IMAGE)
    body = problem(answer, 403, code)
    ledger = Ledger(cast.town, cast.staff)
    assert ledger.records == [(None, "in", "refused", "refused")]
    assert ledger.events == [("made", "in", "refused")]
    assert ledger.state == (0, "out")
    kept = faced.get(f"{RECORDS}/{body['record']['id']}", cast.staff).json()
    assert (kept["photo"], kept["evidence"]["photo"]) == (True, True)


@pytest.mark.parametrize(
    "code", ["not_enrolled", "consent_required", "consent_outdated", "biometrics_off"]
)
def test_whose_face_cannot_be_asked_for_has_another_way_at_the_same_place(
    faced: Rest, cast: Cast, peer: FacePeer, code: str
) -> None:
    peer.answer = (409, {"code": code})
    place = gate(faced, cast, without_face="review")
    answer = faced.punch(cast.staff, place_id=place, image=IMAGE)
    assert (answer.status_code, answer.json()["status"]) == (201, "review")
    ledger = Ledger(cast.town, cast.staff)
    assert (ledger.state, ledger.events) == ((1, "in"), [("made", "in", "review")])


def break_status(peer: FacePeer) -> None:
    peer.answer = (500, {"code": "internal"})


def break_body(peer: FacePeer) -> None:
    peer.raw = b"<html>maintenance</html>"


def break_shape(peer: FacePeer) -> None:
    peer.raw = b"[]"


def break_decision(peer: FacePeer) -> None:
    peer.answer = (200, {"decision": "perhaps"})


def break_member(peer: FacePeer) -> None:
    peer.answer = (200, {"similarity": 0.9})


def break_number(peer: FacePeer) -> None:
    peer.answer = (200, {"decision": "accept", "similarity": "high", "threshold": []})


def break_token(peer: FacePeer) -> None:
    peer.answer = (401, {"code": "unauthenticated"})


BREAKS = [
    break_status,
    break_body,
    break_shape,
    break_decision,
    break_member,
    break_number,
    break_token,
    FacePeer.hang,
]


@pytest.mark.parametrize("breaks", BREAKS)
@pytest.mark.parametrize("on_face_down", ["refuse", "pending"])
def test_whatever_goes_wrong_there_is_down(
    faced: Rest, cast: Cast, peer: FacePeer, breaks: Any, on_face_down: str
) -> None:
    place = gate(faced, cast, on_face_down)
    breaks(peer)
    began = time.monotonic()
    answer = faced.punch(cast.staff, key="down", place_id=place, image=IMAGE)
    assert time.monotonic() - began < DEADLINE + 3
    ledger = Ledger(cast.town, cast.staff)
    if on_face_down == "refuse":
        problem(answer, 503, "unavailable")
        assert answer.headers["Retry-After"] == "1"
        assert (ledger.records, ledger.keys, ledger.state) == ([], [], (0, "out"))
    else:
        assert (answer.status_code, answer.json()["status"]) == (201, "pending")
        assert (ledger.state, ledger.events) == ((1, "in"), [("made", "in", "pending")])


def test_a_drop_at_a_time_does_not_stretch_the_deadline(
    faced: Rest, cast: Cast, peer: FacePeer
) -> None:
    peer.drip = True
    began = time.monotonic()
    answer = faced.punch(cast.staff, place_id=gate(faced, cast), image=IMAGE)
    problem(answer, 503, "unavailable")
    assert time.monotonic() - began < DEADLINE + 3


def test_after_a_503_the_same_key_may_succeed(faced: Rest, cast: Cast, peer: FacePeer) -> None:
    place = gate(faced, cast)
    break_status(peer)
    assert faced.punch(cast.staff, key="k", place_id=place, image=IMAGE).status_code == 503
    peer.answer = ACCEPT
    assert faced.punch(cast.staff, key="k", place_id=place, image=IMAGE).status_code == 201


def test_a_refused_service_token_is_renewed(faced: Rest, cast: Cast, peer: FacePeer) -> None:
    place = gate(faced, cast)
    break_token(peer)
    faced.punch(cast.staff, place_id=place, image=IMAGE)
    peer.answer = ACCEPT
    assert faced.punch(cast.staff, place_id=place, image=IMAGE).status_code == 201
    assert peer.tokens == 2


def test_a_face_service_that_is_not_there_is_down(rest: Rest, cast: Cast) -> None:
    answer = rest.punch(cast.staff, place_id=gate(rest, cast), image=IMAGE)
    problem(answer, 503, "unavailable")
    desk = rest.place(cast.admin, cast.site, policy={"evidence": ["photo"]})
    assert rest.punch(cast.staff, place_id=desk, image=IMAGE).status_code == 201


def test_plain_check_ins_are_answered_while_four_faces_hang(
    faced: Rest, cast: Cast, peer: FacePeer
) -> None:
    place = gate(faced, cast)
    people = [cast.someone() for _ in range(4)]
    others = [cast.someone() for _ in range(5)]
    for who in (*people, *others):
        faced.punch(who, "out")
    peer.hang()
    with ThreadPoolExecutor(4) as pool:
        hanging = [pool.submit(faced.punch, who, place_id=place, image=IMAGE) for who in people]
        while len(peer.calls) < 2:
            time.sleep(0.01)
        waits = []
        for who in others:
            began = time.monotonic()
            assert faced.punch(who).status_code == 201
            waits.append(time.monotonic() - began)
        peer.go()
        answers = [future.result() for future in hanging]
    assert sorted(waits)[2] < 0.2
    assert max(waits) < DEADLINE
    assert {answer.status_code for answer in answers} <= {201, 503}


def test_the_same_call_twice_at_once_is_in_flight(faced: Rest, cast: Cast, peer: FacePeer) -> None:
    place = gate(faced, cast)
    faced.token(cast.staff)
    peer.hang()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(faced.punch, cast.staff, key="slow", place_id=place, image=IMAGE)
        while not peer.calls:
            time.sleep(0.01)
        second = faced.punch(cast.staff, key="slow", place_id=place, image=IMAGE)
        peer.go()
        problem(second, 409, "in_flight")
        assert first.result().status_code == 201
    assert len(Ledger(cast.town, cast.staff).records) == 1
