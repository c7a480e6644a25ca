"""The judge of the fault runs finds what it is there to find."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.support import faults_oracle as oracle
from tests.support.faults_load import Acknowledged
from tests.support.faults_oracle import StoredEvent, StoredRecord, Verdict
from tests.support.faults_schedule import schedule
from tests.support.faults_watchers import Seen

START = datetime(2026, 11, 21, 8, tzinfo=UTC)
RECORDS = [
    StoredRecord(n, 7, n, ("out", "in")[n % 2], START + timedelta(seconds=n), f"key-{n}")
    for n in range(1, 6)
]
EVENTS = [StoredEvent(n, f"event-{n}", n, 7) for n in range(1, 6)]
ANSWERS = [
    Acknowledged(r.key, r.who, r.action, r.id, r.at.isoformat().replace("+00:00", "Z"), 1)
    for r in RECORDS
]
SEEN = [Seen(e.event_id, e.record_id, 7, "in", str(e.seq), 1) for e in EVENTS]


def answers(given: list[Acknowledged], records: list[StoredRecord] = RECORDS) -> Verdict:
    verdict = Verdict()
    oracle.check_answers(verdict, given, records)
    oracle.check_order_of_answers(verdict, given, records)
    return verdict


def people(records: list[StoredRecord]) -> Verdict:
    verdict = Verdict()
    oracle.check_people(verdict, records)
    return verdict


def feed(events: list[StoredEvent], head: int = 5) -> Verdict:
    verdict = Verdict()
    oracle.check_feed(verdict, events, RECORDS, head)
    return verdict


def watcher(seen: list[Seen], expected: list[StoredEvent] = EVENTS) -> Verdict:
    verdict = Verdict()
    oracle.check_watcher(verdict, "somebody", seen, expected, int)
    return verdict


def counts(verdict: Verdict) -> tuple[int, int, int]:
    return verdict.lost, verdict.doubled, verdict.reordered


def test_a_faultless_run_has_no_faults() -> None:
    for verdict in (answers(ANSWERS), people(RECORDS), feed(EVENTS), watcher(SEEN)):
        assert counts(verdict) == (0, 0, 0)
        assert verdict.faults == []


def test_an_acknowledged_record_that_is_not_stored_is_lost() -> None:
    assert counts(answers(ANSWERS, RECORDS[:-1])) == (1, 0, 0)


def test_a_record_that_nobody_was_told_of_is_one_too_many() -> None:
    assert counts(answers(ANSWERS[1:])) == (0, 1, 0)


def test_two_records_for_one_key_are_found() -> None:
    twin = replace(ANSWERS[0], record_id=3)
    assert counts(answers([ANSWERS[0], twin, *ANSWERS[1:]]))[1] == 1
    same_key = [*RECORDS[:-1], RECORDS[-1]._replace(key="key-1")]
    assert counts(answers(ANSWERS, same_key))[1] == 1


def test_an_answer_that_differs_from_what_is_stored_is_found() -> None:
    other = replace(ANSWERS[0], timestamp="2026-11-21T09:00:00Z")
    assert answers([other, *ANSWERS[1:]]).faults


def test_answers_out_of_order_are_found() -> None:
    assert counts(answers([*ANSWERS[2:], *ANSWERS[:2]])) == (0, 0, 1)


def test_a_gap_a_repeated_move_or_a_time_that_falls_are_found() -> None:
    without = [*RECORDS[:1], *RECORDS[2:]]
    repeated = [RECORDS[0], RECORDS[1]._replace(action="in"), *RECORDS[2:]]
    early = [RECORDS[0], RECORDS[1]._replace(at=START), *RECORDS[2:]]
    for broken in (without, repeated, early):
        assert people(broken).faults


def test_a_feed_with_a_gap_a_loss_a_double_or_another_order_is_found() -> None:
    assert feed([*EVENTS[:-1], EVENTS[-1]._replace(seq=6)]).faults
    assert feed([*EVENTS[:-1], EVENTS[-1]._replace(seq=None)]).faults
    assert feed(EVENTS, head=4).faults
    assert feed(EVENTS[:-1], head=4).lost == 1
    double = [*EVENTS, StoredEvent(6, "event-6", 5, 7)]
    assert feed(double, head=6).doubled == 1
    swapped = [*EVENTS[:3], EVENTS[4]._replace(seq=4), EVENTS[3]._replace(seq=5)]
    assert feed(swapped).reordered == 1


def test_what_a_subscriber_missed_or_had_twice_or_out_of_order_is_found() -> None:
    assert counts(watcher(SEEN[1:])) == (1, 0, 0)
    assert counts(watcher([*SEEN, SEEN[-1]])) == (0, 1, 0)
    assert counts(watcher([SEEN[1], SEEN[0], *SEEN[2:]])) == (0, 0, 1)


def test_what_a_subscriber_should_not_have_had_is_found() -> None:
    assert watcher(SEEN, EVENTS[:-1]).faults
    assert watcher([replace(SEEN[0], cursor="2"), *SEEN[1:]]).faults


def test_a_seed_always_makes_the_same_schedule() -> None:
    assert schedule(3, 40) == schedule(3, 40)
    assert schedule(3, 40) != schedule(4, 40)
    assert {step.fault for step in schedule(3, 40)} >= {"kill", "freeze", "postgres crash", "point"}
