"""Records whose face could not be compared at once: decided later, once, or by a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from attendance_service.service.decide_faces import DecideFaces
from attendance_service.store.decisions import Decisions
from attendance_service.store.photos import Photos
from common.vault import Vault
from tests.support.attendance import RECORDS, Cast, Ledger, Rest, serving
from tests.support.attendance_faces import IMAGE, faces_of, gate, pending
from tests.support.face_peer import ACCEPT, REJECT, REVIEW, FacePeer
from tests.support.people import Town


@pytest.fixture
def deciding(town: Town, peer: FacePeer) -> Iterator[DecideFaces]:
    """The worker that decides pending records, asking the same peer."""
    town.sql("DELETE FROM attendance.face_check")
    with serving(town) as rest:
        assert rest.parts
        key = rest.parts.settings.photo_key.key()
        decisions = Decisions(rest.parts.db, Photos(rest.parts.db, Vault(key), 30), lambda: None)
        yield DecideFaces(decisions, faces_of(peer))


@pytest.mark.parametrize(
    ("said", "status", "kind"),
    [
        (ACCEPT, "accepted", "decided"),
        (REVIEW, "review", "decided"),
        (REJECT, "voided", "voided"),
        ((422, {"code": "no_face"}), "voided", "voided"),
    ],
)
def test_a_pending_record_is_decided_later_and_once(
    faced: Rest,
    cast: Cast,
    peer: FacePeer,
    deciding: DecideFaces,
    said: Any,
    status: str,
    kind: str,
) -> None:
    record = pending(faced, cast, peer)
    peer.answer = said
    assert deciding()
    assert not deciding()
    ledger = Ledger(cast.town, cast.staff)
    assert ledger.records == [(1, "in", "pending", status)]
    assert ledger.events == [("made", "in", "pending"), (kind, "in", status)]
    assert ledger.state == ((1, "out") if status == "voided" else (1, "in"))
    audited = cast.town.sql(
        "SELECT action, after ->> 'status' FROM attendance.audit WHERE object = %s",
        f"record:{record}",
    )
    assert audited == [("record.decide", status)]


def test_the_first_answer_stays_the_answer_of_its_key(
    faced: Rest, cast: Cast, peer: FacePeer, deciding: DecideFaces
) -> None:
    peer.answer = (503, {})
    place = gate(faced, cast, "pending")
    first = faced.punch(cast.staff, key="p", place_id=place, image=IMAGE)
    peer.answer = ACCEPT
    assert deciding()
    assert faced.punch(cast.staff, key="p", place_id=place, image=IMAGE).content == first.content
    now = faced.get(f"{RECORDS}/{first.json()['id']}", cast.staff).json()
    assert now["status"] == "accepted"


def test_a_void_steps_back_only_from_the_newest_punch(
    faced: Rest, cast: Cast, peer: FacePeer, deciding: DecideFaces
) -> None:
    pending(faced, cast, peer)
    assert faced.punch(cast.staff, "out").status_code == 201
    peer.answer = REJECT
    assert deciding()
    ledger = Ledger(cast.town, cast.staff)
    assert ledger.state == (2, "out")
    assert [row[3] for row in ledger.records] == ["voided", "accepted"]


def test_after_a_voided_in_one_may_check_in_again(
    faced: Rest, cast: Cast, peer: FacePeer, deciding: DecideFaces
) -> None:
    pending(faced, cast, peer)
    peer.answer = REJECT
    assert deciding()
    assert faced.punch(cast.staff, "in").status_code == 201
    assert Ledger(cast.town, cast.staff).state == (2, "in")


def test_what_still_cannot_be_compared_waits_and_at_its_deadline_goes_to_a_person(
    faced: Rest, cast: Cast, peer: FacePeer, deciding: DecideFaces
) -> None:
    record = pending(faced, cast, peer)
    assert deciding()
    assert not deciding()  # leased: not due again yet
    ledger = Ledger(cast.town, cast.staff)
    assert ledger.records[0][3] == "pending"
    cast.town.sql(
        "UPDATE attendance.face_check SET due_at = now(), deadline = now() WHERE record_id = %s",
        record,
    )
    assert deciding()
    assert ledger.records[0][3] == "review"
    assert ledger.events[-1] == ("decided", "in", "review")
    assert ledger.state == (1, "in")


def test_a_pending_record_whose_photo_is_gone_goes_to_a_person(
    faced: Rest, cast: Cast, peer: FacePeer, deciding: DecideFaces
) -> None:
    pending(faced, cast, peer)
    cast.town.sql("DELETE FROM attendance.subject_key WHERE employee_id = %s", cast.staff)
    peer.answer = ACCEPT
    assert deciding()
    assert Ledger(cast.town, cast.staff).records[0][3] == "review"


def test_a_photo_that_cannot_be_read_stops_nobody_elses_decision(
    faced: Rest, cast: Cast, peer: FacePeer, deciding: DecideFaces, town: Town
) -> None:
    pending(faced, cast, peer)
    town.sql("UPDATE attendance.photo SET ciphertext = '\\x00' WHERE employee_id = %s", cast.staff)
    other = Cast(town)
    pending(faced, other, peer)
    peer.answer = ACCEPT
    while deciding():
        pass
    assert Ledger(town, cast.staff).records[0][3] == "review"
    assert Ledger(town, other.staff).records[0][3] == "accepted"


def test_who_was_not_seen_live_at_the_door_is_not_accepted_later(
    faced: Rest, cast: Cast, peer: FacePeer, deciding: DecideFaces
) -> None:
    policy = {"evidence": ["face", "liveness"], "on_face_down": "pending"}
    place = faced.place(cast.admin, cast.site, policy=policy)
    peer.answer = (503, {})
    answer = faced.punch(cast.staff, place_id=place, image=IMAGE)
    assert answer.json()["status"] == "pending"
    peer.answer = ACCEPT
    assert deciding()
    ledger = Ledger(cast.town, cast.staff)
    assert ledger.records[0][3] == "review"
    assert ledger.events[-1] == ("decided", "in", "review")
