"""Records whose face is compared later: handed over, decided once, by a result or by a person."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from attendance_service.service.verification import HandOver
from common import migrate
from common.errors import DomainError
from tests.integration.attendance.test_punches import problem
from tests.support.attendance import RECORDS, Cast, Ledger, Rest, base64_of
from tests.support.attendance_faces import (
    IMAGE,
    Results,
    gate,
    handing_over,
    later,
    pending,
)
from tests.support.face_peer import FacePeer
from tests.support.people import Town
from tests.support.pictures import photo


@pytest.fixture(autouse=True)
def nothing_waits(town: Town) -> None:
    town.sql("DELETE FROM attendance.verification_result")
    town.sql("DELETE FROM attendance.verification")


@pytest.fixture
def hand_over(faced: Rest, peer: FacePeer) -> HandOver:
    return handing_over(faced, peer)


@pytest.fixture
def results(faced: Rest) -> Results:
    return Results(faced)


def handed(hand_over: HandOver, peer: FacePeer) -> str:
    """Hand everything over; the id of the last verification."""
    while hand_over():
        pass
    return peer.jobs[-1]["verification_id"]


def status_of(rest: Rest, cast: Cast, record: int) -> dict[str, Any]:
    found: dict[str, Any] = rest.get(f"{RECORDS}/{record}", cast.staff).json()
    return found


def test_a_place_may_compare_later(faced: Rest, cast: Cast, peer: FacePeer) -> None:
    place = gate(faced, cast, face_check="later")
    answer = faced.punch(cast.staff, key="p", place_id=place, image=IMAGE)
    assert (answer.status_code, answer.json()["status"]) == (201, "pending")
    assert answer.json()["evidence"] == {"photo": True}
    assert peer.calls == []
    again = faced.punch(cast.staff, key="p", place_id=place, image=IMAGE)
    assert again.content == answer.content
    shown = faced.get(f"/api/v1/attendance/places/{place}", cast.staff).json()["policy"]
    assert shown["face_check"] == "later"
    problem(faced.punch(cast.someone(), place_id=place), 403, "photo_missing")


def test_a_job_is_handed_over_after_the_commit_and_once(
    faced: Rest, cast: Cast, peer: FacePeer, hand_over: HandOver
) -> None:
    later(faced, cast)
    assert hand_over()
    assert not hand_over()
    (job,) = peer.jobs
    assert job["employee_id"] == str(cast.staff)
    assert job["webhook_url"].endswith(f"/verification-result/{job['verification_id']}")


def test_a_refused_punch_hands_nothing_over(
    faced: Rest, cast: Cast, peer: FacePeer, hand_over: HandOver
) -> None:
    place = gate(faced, cast, face_check="later")
    problem(faced.punch(cast.staff, "out", place_id=place, image=IMAGE), 409, "not_in")
    assert not hand_over()
    assert peer.jobs == []


def test_after_a_crash_it_is_handed_over_again_under_the_same_name(
    faced: Rest, cast: Cast, peer: FacePeer, hand_over: HandOver, town: Town
) -> None:
    later(faced, cast)
    first = handed(hand_over, peer)
    # The process died before it noted that the job was taken.
    town.sql("UPDATE attendance.verification SET state = 'unsent', due_at = now()")
    assert handed(hand_over, peer) == first
    assert len(peer.jobs) == 2


@pytest.mark.parametrize("takes", [(503, {"code": "unavailable"}), (429, {}), (500, {}), (401, {})])
def test_while_nobody_takes_it_it_waits(
    faced: Rest, cast: Cast, peer: FacePeer, hand_over: HandOver, town: Town, takes: Any
) -> None:
    record = later(faced, cast)
    peer.takes = takes
    with pytest.raises(DomainError):
        hand_over()
    assert not hand_over()  # left alone for a while
    assert status_of(faced, cast, record)["status"] == "pending"
    peer.takes = (202, {})
    town.sql("UPDATE attendance.verification SET due_at = now()")
    assert hand_over()
    assert len(peer.jobs) == 2


def test_what_will_never_be_taken_goes_to_a_person(
    faced: Rest, cast: Cast, peer: FacePeer, hand_over: HandOver
) -> None:
    record = later(faced, cast)
    peer.takes = (422, {"code": "not_an_image"})
    assert hand_over()
    assert status_of(faced, cast, record)["status"] == "review"


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


def test_seed_defect_D36_the_picture_that_is_compared_is_the_one_that_was_taken(
    faced: Rest, cast: Cast, peer: FacePeer, hand_over: HandOver
) -> None:
    """The picture is sent, never an address that somebody has to fetch."""
    place = gate(faced, cast, face_check="later")
    mine = base64_of(photo(96, 64))
    record = faced.punch(cast.staff, place_id=place, image=mine).json()["id"]
    handed(hand_over, peer)
    kept = faced.get(f"{RECORDS}/{record}/photo", cast.staff)
    assert kept.status_code == 200
    assert kept.content in peer.bodies[-1]


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


def test_the_first_answer_stays_the_answer_of_its_key(
    faced: Rest, cast: Cast, peer: FacePeer, hand_over: HandOver, results: Results
) -> None:
    place = gate(faced, cast, face_check="later")
    first = faced.punch(cast.staff, key="p", place_id=place, image=IMAGE)
    verification = handed(hand_over, peer)
    results.tell(verification, results.body(verification))
    assert faced.punch(cast.staff, key="p", place_id=place, image=IMAGE).content == first.content
    assert status_of(faced, cast, first.json()["id"])["status"] == "accepted"


def test_a_void_steps_back_only_from_the_newest_punch(
    faced: Rest, cast: Cast, peer: FacePeer, hand_over: HandOver, results: Results
) -> None:
    later(faced, cast)
    verification = handed(hand_over, peer)
    assert faced.punch(cast.staff, "out").status_code == 201
    results.tell(verification, results.body(verification, "reject"))
    ledger = Ledger(cast.town, cast.staff)
    assert ledger.state == (2, "out")
    assert [row[3] for row in ledger.records] == ["voided", "accepted"]


def test_after_a_voided_in_one_may_check_in_again(
    faced: Rest, cast: Cast, peer: FacePeer, hand_over: HandOver, results: Results
) -> None:
    later(faced, cast)
    verification = handed(hand_over, peer)
    results.tell(verification, results.body(verification, "reject"))
    assert faced.punch(cast.staff, "in").status_code == 201
    assert Ledger(cast.town, cast.staff).state == (2, "in")


def test_a_pending_record_whose_photo_is_gone_goes_to_a_person(
    faced: Rest, cast: Cast, peer: FacePeer, hand_over: HandOver
) -> None:
    record = later(faced, cast)
    cast.town.sql("DELETE FROM attendance.subject_key WHERE employee_id = %s", cast.staff)
    assert hand_over()
    assert status_of(faced, cast, record)["status"] == "review"


def test_a_photo_that_cannot_be_read_stops_nobody_elses_job(
    faced: Rest, cast: Cast, peer: FacePeer, hand_over: HandOver, town: Town
) -> None:
    later(faced, cast)
    town.sql("UPDATE attendance.photo SET ciphertext = '\\x00' WHERE employee_id = %s", cast.staff)
    other = Cast(town)
    later(faced, other)
    handed(hand_over, peer)
    assert Ledger(town, cast.staff).records[0][3] == "review"
    assert [job["employee_id"] for job in peer.jobs] == [str(other.staff)]


def test_what_waited_before_an_update_is_handed_over_after_it(
    faced: Rest, cast: Cast, town: Town, hand_over: HandOver, peer: FacePeer
) -> None:
    """The migration takes the waiting checks along, down and up."""
    record = later(faced, cast)
    url = town.database.url()
    migrate.downgrade(url, "attendance", "0003")
    assert town.sql("SELECT record_id FROM attendance.face_check") == [(record,)]
    migrate.upgrade(url, "attendance")
    handed(hand_over, peer)
    assert peer.jobs[-1]["employee_id"] == str(cast.staff)
