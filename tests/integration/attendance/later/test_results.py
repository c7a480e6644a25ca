"""Results of faces that are compared later: whose word counts, once, and until when."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from attendance_service.service.verification import HandOver
from tests.integration.attendance.test_punches import problem
from tests.support.attendance import Cast, Ledger, Rest
from tests.support.attendance_faces import (
    IMAGE,
    Results,
    gate,
    handed,
    later,
    pending,
    status_of,
)
from tests.support.face_peer import FacePeer
from tests.support.people import Town

REVIEWS = "/api/v1/attendance/reviews"


def test_seed_defect_D31_a_result_holds_for_its_job_its_time_and_its_sender_only(
    faced: Rest, cast: Cast, peer: FacePeer, hand_over: HandOver, results: Results
) -> None:
    record = later(faced, cast)
    verification = handed(hand_over, peer)
    later(faced, cast, cast.someone())
    other = handed(hand_over, peer)
    body = results.body(verification)
    now = time.time()
    older = results.tell(verification, body, headers={"webhook-signature": ""})
    refused = [
        older,
        results.tell(other, body),
        results.tell(verification, body, at=now - 302),
        results.tell(verification, body, at=now + 302),
        results.tell(verification, body, headers={"webhook-id": "msg_other"}),
        results.tell(verification, body, headers={"webhook-timestamp": ""}),
        results.tell(verification, body, headers={"webhook-signature": "v1,AAAA"}),
        results.tell(verification, results.body(other)),
    ]
    for answer in refused:
        problem(answer, 401, "unauthenticated")
    assert status_of(faced, cast, record)["status"] == "pending"
    assert results.tell(verification, body, at=now - 298).status_code == 200
    assert status_of(faced, cast, record)["status"] == "accepted"


def test_seed_defect_D32_a_late_result_is_kept_and_nobody_s_face_times_out_silently(
    faced: Rest, cast: Cast, peer: FacePeer, hand_over: HandOver, results: Results, town: Town
) -> None:
    record = later(faced, cast)
    verification = handed(hand_over, peer)
    town.sql("UPDATE attendance.verification SET deadline = now()")
    assert hand_over()
    ledger = Ledger(cast.town, cast.staff)
    assert ledger.records[0][3] == "review"
    assert ledger.events[-1] == ("decided", "in", "review")
    assert results.tell(verification, results.body(verification)).status_code == 200
    assert ledger.records[0][3] == "review"
    assert len(ledger.events) == 2
    shown = status_of(faced, cast, record)
    assert (shown["status"], shown["evidence"]["similarity"]) == ("review", 0.7123)
    kept = town.sql("SELECT message_id, effect FROM attendance.verification_result")
    assert kept == [("msg_1", "late")]


def test_a_human_s_decision_wins(
    faced: Rest, cast: Cast, peer: FacePeer, hand_over: HandOver, results: Results, town: Town
) -> None:
    record = later(faced, cast)
    verification = handed(hand_over, peer)
    town.sql("UPDATE attendance.record SET status = 'accepted' WHERE id = %s", record)
    answer = results.tell(verification, results.body(verification, "reject"))
    assert answer.status_code == 200
    ledger = Ledger(cast.town, cast.staff)
    assert ledger.records[0][3] == "accepted"
    assert ledger.events == [("made", "in", "pending")]
    assert town.sql("SELECT effect FROM attendance.verification_result") == [("late",)]


def test_who_was_not_seen_live_at_the_door_is_not_accepted_later(
    faced: Rest, cast: Cast, peer: FacePeer, hand_over: HandOver, results: Results
) -> None:
    place = gate(faced, cast, "pending", evidence=["face", "liveness"])
    peer.answer = (503, {})
    answer = faced.punch(cast.staff, place_id=place, image=IMAGE)
    assert answer.json()["status"] == "pending"
    verification = handed(hand_over, peer)
    assert results.tell(verification, results.body(verification)).status_code == 200
    ledger = Ledger(cast.town, cast.staff)
    assert ledger.records[0][3] == "review"
    assert ledger.events[-1] == ("decided", "in", "review")


def test_who_has_no_face_to_compare_is_looked_at_by_a_person(
    faced: Rest, cast: Cast, peer: FacePeer, hand_over: HandOver, results: Results
) -> None:
    record = later(faced, cast)
    verification = handed(hand_over, peer)
    said = {"verification_passed": False, "reason": "consent_outdated"}
    none = {"similarity": None, "threshold": None}
    body = results.body(verification, "reject", overall_result=said, **none)
    assert results.tell(verification, body).status_code == 200
    assert status_of(faced, cast, record)["status"] == "review"
    queue = faced.get(REVIEWS, cast.admin).json()["items"]
    (found,) = [one for one in queue if one["record"]["id"] == record]
    assert found["reason"] == "without_face"


def test_an_unknown_verification_is_not_found(results: Results) -> None:
    unknown = str(uuid4())
    problem(results.tell(unknown, results.body(unknown)), 404, "not_found")


@pytest.mark.parametrize(
    "change",
    [
        {"overall_result": None},
        {"overall_result": {"reason": "x"}},
        {"overall_result": {"verification_passed": "true", "reason": ""}},
        {"verification_id": 7},
        {"decision": "perhaps"},
        {"similarity": 2},
        {"liveness": "yes"},
    ],
)
def test_a_malformed_result_is_said_to_be_one(
    faced: Rest,
    cast: Cast,
    peer: FacePeer,
    hand_over: HandOver,
    results: Results,
    change: dict[str, Any],
) -> None:
    record = later(faced, cast)
    verification = handed(hand_over, peer)
    answer = results.tell(verification, results.body(verification) | change)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert results.tell(verification, b"{").status_code == 422
    assert results.tell("no-uuid", results.body(verification)).status_code == 422
    assert status_of(faced, cast, record)["status"] == "pending"


def test_only_whether_it_passed_is_enough(
    faced: Rest, cast: Cast, peer: FacePeer, hand_over: HandOver, results: Results
) -> None:
    record = later(faced, cast)
    verification = handed(hand_over, peer)
    body = {
        "overall_result": {"verification_passed": True, "reason": ""},
        "verification_id": verification,
    }
    raw = json.dumps(body).encode()
    assert results.tell(verification, raw).status_code == 200
    assert status_of(faced, cast, record)["status"] == "accepted"


def test_fifty_results_at_once_are_one_decision(
    faced: Rest, cast: Cast, peer: FacePeer, hand_over: HandOver, results: Results
) -> None:
    later(faced, cast)
    verification = handed(hand_over, peer)
    said = [results.body(verification, word) for word in ("accept", "reject")]
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda n: results.tell(verification, said[n % 2], message=f"msg_{n // 2}"),
                range(50),
            )
        )
    assert {answer.status_code for answer in answers} <= {200, 503}
    ledger = Ledger(cast.town, cast.staff)
    assert len(ledger.events) == 2
    assert ledger.records[0][3] in {"accepted", "voided"}


@pytest.mark.parametrize(
    ("decision", "status", "kind"),
    [
        ("accept", "accepted", "decided"),
        ("review", "review", "decided"),
        ("reject", "voided", "voided"),
    ],
)
@pytest.mark.parametrize("how", [later, pending])
def test_a_result_decides_a_pending_record_once(
    faced: Rest,
    cast: Cast,
    peer: FacePeer,
    hand_over: HandOver,
    results: Results,
    decision: str,
    status: str,
    kind: str,
    how: Any,
) -> None:
    record = how(faced, cast, peer) if how is pending else how(faced, cast)
    verification = handed(hand_over, peer)
    body = results.body(verification, decision)
    for message in ("msg_1", "msg_1", "msg_2"):
        answer = results.tell(verification, body, message=message)
        assert (answer.status_code, answer.json()) == (200, {"status": "success"})
    ledger = Ledger(cast.town, cast.staff)
    assert ledger.records == [(1, "in", "pending", status)]
    assert ledger.events == [("made", "in", "pending"), (kind, "in", status)]
    assert ledger.state == ((1, "out") if status == "voided" else (1, "in"))
    audited = cast.town.sql(
        "SELECT action, after ->> 'status', reason FROM attendance.audit WHERE object = %s",
        f"record:{record}",
    )
    assert audited == [("record.decide", status, f"said {decision}")]
    shown = status_of(faced, cast, record)
    assert (shown["status"], shown["evidence"]["similarity"]) == (status, 0.7123)
    assert shown["evidence"]["face"] == decision
