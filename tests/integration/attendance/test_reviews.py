"""The review queue: who sees what waits, decides it once, and may take that back."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, get_args

import psycopg2
import pytest

from attendance_service.rest.reviews import ReasonWord
from attendance_service.store.settling import settle
from common.clock import FixedClock, SystemClock
from common.identity import Role
from tests.integration.attendance.test_punches import problem
from tests.support.attendance import RECORDS, Cast, Ledger, Rest, serving
from tests.support.attendance_faces import pending
from tests.support.face_peer import FacePeer
from tests.support.people import Town
from tests.support.reviews import QUEUE, decide, doubtful, queue, undo


def test_a_doubtful_record_waits_with_both_photos(faced: Rest, cast: Cast, peer: FacePeer) -> None:
    record = doubtful(faced, cast, peer)
    (item,) = queue(faced, cast.manager)
    assert item["record"]["id"] == record
    assert item["employee"]["employee_id"] == cast.staff
    assert (item["reason"], item["similarity"], item["threshold"]) == ("face_doubtful", 0.39, 0.4)
    assert item["photo_url"] == f"{RECORDS}/{record}/photo"
    assert item["enrolled_photo_url"] == f"/api/v1/people/{cast.staff}/photo"
    assert (item["waiting_since"], item["decision"]) == (item["record"]["committed_at"], None)
    assert faced.get(item["photo_url"], cast.manager).status_code == 200
    cast.town.sql("DELETE FROM attendance.photo WHERE employee_id = %s", cast.staff)
    assert queue(faced, cast.manager)[0]["photo_url"] is None


def test_accepting_settles_it_with_event_and_audit(faced: Rest, cast: Cast, peer: FacePeer) -> None:
    record = doubtful(faced, cast, peer)
    answer = decide(faced, cast.manager, record, reason="It is her.")
    assert (answer.status_code, answer.json()["status"]) == (200, "accepted")
    ledger = Ledger(cast.town, cast.staff)
    assert ledger.records == [(1, "in", "review", "accepted")]
    assert ledger.events[-1] == ("decided", "in", "accepted")
    assert ledger.state == (1, "in")
    audited = cast.town.sql(
        "SELECT actor, action, before ->> 'status', after ->> 'status', reason"
        " FROM attendance.audit WHERE object = %s",
        f"record:{record}",
    )
    assert audited == [(cast.manager, "record.decide", "review", "accepted", "It is her.")]
    assert queue(faced, cast.manager) == []
    (item,) = queue(faced, cast.manager, state="decided")
    decision = item["decision"]
    assert decision["decided_by"]["employee_id"] == cast.manager
    assert (decision["decision"], decision["reason"]) == ("accept", "It is her.")
    assert decision["undo_until"] > decision["decided_at"]


def test_refusing_voids_it_and_steps_back(faced: Rest, cast: Cast, peer: FacePeer) -> None:
    record = doubtful(faced, cast, peer)
    assert decide(faced, cast.admin, record, "refuse").json()["status"] == "voided"
    ledger = Ledger(cast.town, cast.staff)
    assert ledger.events[-1] == ("voided", "in", "voided")
    assert ledger.state == (1, "out")
    assert faced.punch(cast.staff, "in").status_code == 201


def test_a_record_is_decided_once(faced: Rest, cast: Cast, peer: FacePeer) -> None:
    record = doubtful(faced, cast, peer)
    decide(faced, cast.manager, record)
    body = problem(decide(faced, cast.admin, record, "refuse"), 409, "already_decided")
    assert body["decided_by"]["employee_id"] == cast.manager
    assert body["decision"] == "accept"
    plain = faced.punch(cast.someone()).json()["id"]
    body = problem(decide(faced, cast.admin, plain), 409, "already_decided")
    assert body["decided_by"] is None


def test_of_many_who_decide_at_once_one_does(faced: Rest, cast: Cast, peer: FacePeer) -> None:
    record = doubtful(faced, cast, peer)
    with ThreadPoolExecutor(8) as pool:
        words = ["accept", "refuse"] * 6
        answers = list(pool.map(lambda word: decide(faced, cast.manager, record, word), words))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 11
    assert len(Ledger(cast.town, cast.staff).events) == 2


def test_nobody_decides_on_a_record_of_their_own(
    faced: Rest, cast: Cast, peer: FacePeer, town: Town
) -> None:
    town.sql("INSERT INTO auth.team_member VALUES (%s, %s)", cast.team, cast.manager)
    town.announce("person", cast.manager)
    for who in (cast.manager, cast.admin):
        record = doubtful(faced, cast, peer, who)
        problem(decide(faced, who, record), 403, "own_record")
        assert record not in [item["record"]["id"] for item in queue(faced, who)]
        with pytest.raises(psycopg2.errors.CheckViolation):
            town.sql(
                "INSERT INTO attendance.decision"
                " (record_id, employee_id, decided_by, verdict, status_before)"
                " VALUES (%s, %s, %s, 'accept', 'review')",
                record,
                who,
                who,
            )


def test_who_does_not_answer_for_somebody_neither_sees_nor_decides(
    faced: Rest, cast: Cast, peer: FacePeer, town: Town
) -> None:
    record = doubtful(faced, cast, peer)
    elsewhere = Cast(town)
    teacher = town.person(Role.TEACHER, site_id=cast.site, teams=[cast.team])
    for who in (elsewhere.manager, teacher, cast.someone()):
        problem(decide(faced, who, record), 404, "not_found")
        problem(undo(faced, who, record), 404, "not_found")
    problem(decide(faced, cast.staff, record), 403, "forbidden")
    for who in (cast.staff, teacher):
        problem(faced.get(QUEUE, who), 403, "forbidden")
    assert queue(faced, elsewhere.manager) == []
    assert [one["record"]["id"] for one in queue(faced, elsewhere.admin, site_id=cast.site)] == [
        record
    ]
    assert queue(faced, cast.manager, site_id=elsewhere.site) == []


def test_the_queue_comes_in_pages(faced: Rest, cast: Cast, peer: FacePeer) -> None:
    made = [doubtful(faced, cast, peer, cast.someone()) for _ in range(3)]
    first = faced.get(QUEUE, cast.manager, params={"limit": 2}).json()
    rest = faced.get(QUEUE, cast.manager, params={"limit": 2, "cursor": first["next_cursor"]})
    pages = first["items"] + rest.json()["items"]
    assert [item["record"]["id"] for item in pages] == made
    assert rest.json()["next_cursor"] is None
    for record in made:
        decide(faced, cast.manager, record)
    first = faced.get(QUEUE, cast.manager, params={"limit": 2, "state": "decided"}).json()
    assert [item["record"]["id"] for item in first["items"]] == made[:0:-1]
    rest = faced.get(
        QUEUE, cast.manager, params={"state": "decided", "cursor": first["next_cursor"]}
    )
    assert [item["record"]["id"] for item in rest.json()["items"]] == made[:1]


#: Evidence of every kind: what counts in it is its words, so photos and scores are left out.
KINDS: list[tuple[str, str, Any]] = [
    ("pending", "rest", {"photo": True, "face": "down"}),
    ("review", "rest", {"photo": True, "face": "review"}),
    ("review", "rest", {"photo": True, "face": "down"}),
    ("review", "rest", {"face": "not_enrolled"}),
    ("review", "rest", {"face": "biometrics_off"}),
    ("review", "rest", {"face": "consent_outdated"}),
    ("review", "rest", {"face": "accept", "liveness": "review"}),
    ("review", "rest", {"face": "accept", "liveness": {"decision": "reject", "score": 0.1}}),
    ("review", "rest", {"face": "review", "liveness": {"decision": "accept"}}),
    ("review", "rest", {"face": "accept", "liveness": {"decision": "accept"}}),
    ("review", "rest", {"face": "accept", "liveness": {"score": None}}),
    ("review", "rest", {"face": "accept"}),
    ("review", "rest", {"photo": True}),
    ("review", "rest", {"photo": False}),
    ("review", "batch", {"photo": True}),
    ("review", "batch", None),
    ("review", "rest", None),
]


def test_the_queue_can_be_asked_for_one_reason(faced: Rest, cast: Cast, town: Town) -> None:
    assert faced.punch(cast.staff).json()["status"] == "accepted"  # which is in no queue
    for number, (status, source, evidence) in enumerate(KINDS, 2):
        town.sql(
            "INSERT INTO attendance.record (employee_id, n, action, at, outcome, status, zone,"
            " offset_minutes, source, evidence)"
            " VALUES (%s, %s, 'in', now(), %s, %s, 'UTC', 0, %s, %s::jsonb)",
            cast.staff,
            number,
            status,
            status,
            source,
            None if evidence is None else json.dumps(evidence),
        )

    def by_reason(state: str) -> None:
        whole = queue(faced, cast.manager, state=state, limit=200)
        assert len(whole) == len(KINDS)
        reasons = {item["reason"] for item in whole}
        assert reasons >= set(get_args(ReasonWord)) - {"face_pending"}
        for reason in get_args(ReasonWord):
            found = queue(faced, cast.manager, state=state, reason=reason, limit=200)
            numbers = [item["record"]["id"] for item in found]
            assert numbers == [one["record"]["id"] for one in whole if one["reason"] == reason]
        page = {"state": state, "reason": "without_face", "limit": 2}
        first = faced.get(QUEUE, cast.manager, params=page).json()
        page["cursor"] = first["next_cursor"]
        rest = faced.get(QUEUE, cast.manager, params=page).json()
        assert [len(one["items"]) for one in (first, rest)] == [2, 1]
        assert rest["next_cursor"] is None

    by_reason("open")
    for item in queue(faced, cast.manager, limit=200):
        decide(faced, cast.manager, item["record"]["id"])
    by_reason("decided")
    answer = faced.get(QUEUE, cast.manager, params={"reason": "boredom"})
    assert problem(answer, 400, "invalid_request")["field"] == "reason"


def test_whoever_decided_may_take_it_back(faced: Rest, cast: Cast, peer: FacePeer) -> None:
    record = doubtful(faced, cast, peer)
    problem(undo(faced, cast.manager, record), 409, "not_decided")
    decide(faced, cast.manager, record, "refuse")
    problem(undo(faced, cast.admin, record), 403, "not_your_decision")
    back = undo(faced, cast.manager, record)
    assert (back.status_code, back.json()["status"]) == (200, "review")
    ledger = Ledger(cast.town, cast.staff)
    assert (ledger.state, ledger.events[-1]) == ((1, "in"), ("decided", "in", "review"))
    problem(undo(faced, cast.manager, record), 409, "not_decided")
    assert decide(faced, cast.admin, record).json()["status"] == "accepted"


def test_after_ten_minutes_it_stays(town: Town, cast: Cast, peer: FacePeer) -> None:
    clock = FixedClock(SystemClock().now())
    with serving(town, clock=clock) as rest:
        assert rest.parts
        town.sql(
            "INSERT INTO attendance.record (employee_id, n, action, at, outcome, status, zone,"
            " offset_minutes, source) VALUES (%s, 1, 'in', now(), 'review', 'review',"
            " 'UTC', 0, '')",
            cast.staff,
        )
        record = town.sql("SELECT max(id) FROM attendance.record")[0][0]
        assert decide(rest, cast.manager, record).status_code == 200
        clock.advance(timedelta(minutes=10, seconds=5))
        problem(undo(rest, cast.manager, record), 409, "undo_over")


def test_a_persons_decision_wins_over_a_late_result(
    faced: Rest, cast: Cast, peer: FacePeer, town: Town
) -> None:
    record = pending(faced, cast, peer)
    assert queue(faced, cast.manager)[0]["reason"] == "face_pending"
    assert decide(faced, cast.manager, record, "refuse").json()["status"] == "voided"
    ledger = Ledger(town, cast.staff)

    def late_result(*among: str) -> Any:
        assert faced.parts
        with faced.parts.db.transaction() as tx:
            return settle(tx, record, cast.staff, "accepted", among)

    assert late_result("pending") is None
    # Nor by any other way to the row, while the decision stands.
    assert late_result("pending", "review", "voided") is None
    town.sql("UPDATE attendance.record SET status = 'accepted' WHERE id = %s", record)
    assert ledger.records == [(1, "in", "pending", "voided")]
    assert len(ledger.events) == 2
    undo(faced, cast.manager, record)
    assert late_result("pending") is None
    assert ledger.records[0][3] == "review"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"decision": "maybe"},
        {"decision": "accept", "reason": ""},
        {"decision": "accept", "reason": "  "},
        {"decision": "accept", "reason": "x" * 501},
        {"decision": "accept", "other": 1},
    ],
)
def test_a_malformed_decision_changes_nothing(
    faced: Rest, cast: Cast, peer: FacePeer, sent: dict[str, Any]
) -> None:
    record = doubtful(faced, cast, peer)
    answer = faced.call("POST", f"{RECORDS}/{record}/decision", cast.manager, json=sent)
    problem(answer, 400, "invalid_request")
    assert len(queue(faced, cast.manager)) == 1
