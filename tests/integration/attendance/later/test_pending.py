"""Records whose face is compared later: handed over once, decided by a result or a person."""

from __future__ import annotations

from typing import Any

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
    handed,
    later,
    status_of,
)
from tests.support.face_peer import FacePeer
from tests.support.people import Town
from tests.support.pictures import photo


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


def test_who_has_to_be_seen_live_is_compared_at_once(faced: Rest, cast: Cast) -> None:
    policy = {"evidence": ["face", "liveness"], "face_check": "later"}
    sent = {"name": "Both", "site_id": cast.site, "policy": policy}
    problem(
        faced.call("POST", "/api/v1/attendance/places", cast.admin, json=sent),
        400,
        "invalid_request",
    )


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
