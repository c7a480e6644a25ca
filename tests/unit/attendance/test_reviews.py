"""Why a record waits for a person, and what a decision does to where somebody stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from attendance_service.domain.punches import OPEN_FOR, Move, State
from attendance_service.domain.records import Record
from attendance_service.domain.reviews import Decided, after_settling, waiting_reason

AT = datetime(2026, 11, 26, 8, tzinfo=UTC)
SHUT = datetime(2026, 11, 26, 0, tzinfo=UTC)


def record(status: str = "review", **more: Any) -> Record:
    values: dict[str, Any] = {"n": 3, "action": "in", "at": AT, "committed_at": AT} | more
    return Record(id=1, employee_id=7, status=status, **values)


def state(action: Move, at: datetime = AT, n: int = 3, until: datetime = SHUT) -> State:
    return State(7, n, action, at, until)


@pytest.mark.parametrize(
    ("status", "evidence", "source", "reason"),
    [
        ("pending", {"photo": True, "face": "down"}, "rest", "face_pending"),
        ("review", {"photo": True, "face": "review"}, "rest", "face_doubtful"),
        ("review", {"photo": True, "face": "down"}, "rest", "face_undecided"),
        ("accepted", {"face": "review"}, "rest", "face_doubtful"),
        ("review", {"face": "not_enrolled"}, "rest", "without_face"),
        ("review", {"face": "biometrics_off"}, "rest", "without_face"),
        ("review", {"face": "consent_outdated"}, "rest", "without_face"),
        ("review", {"face": "accept", "liveness": "review"}, "rest", "liveness_doubtful"),
        (
            "review",
            {"face": "accept", "liveness": {"decision": "reject", "score": 0.1}},
            "rest",
            "liveness_doubtful",
        ),
        ("review", {"face": "review", "liveness": {"decision": "accept"}}, "rest", "face_doubtful"),
        (
            "review",
            {"face": "accept", "liveness": {"decision": "accept", "challenge": False}},
            "rest",
            "liveness_doubtful",
        ),
        ("review", {"face": "accept"}, "rest", "face_undecided"),
        # Compared later, and nothing came of it in time.
        ("review", {"photo": True}, "rest", "face_undecided"),
        ("review", {"photo": True}, "batch", "late_punch"),
        ("review", None, "batch", "late_punch"),
        ("review", None, "rest", "other"),
    ],
)
def test_the_reason_is_in_the_evidence(
    status: str, evidence: dict[str, Any] | None, source: str, reason: str
) -> None:
    assert waiting_reason(record(status, evidence=evidence, source=source)) == reason


def test_a_decision_makes_a_status() -> None:
    assert [one.status for one in Decided] == ["accepted", "voided"]


def test_accepting_moves_nothing() -> None:
    was = state(Move.IN)
    assert after_settling(was, record(), "review", "accepted") is was


def test_a_refused_in_is_taken_back_and_can_be_put_back() -> None:
    was = state(Move.IN, until=AT + OPEN_FOR)
    back = after_settling(was, record(), "review", "voided")
    assert back.action is Move.OUT
    assert after_settling(back, record(), "voided", "review") == was


def test_a_refused_out_opens_the_in_again_and_can_be_put_back() -> None:
    out = record(action="out")
    back = after_settling(state(Move.OUT), out, "review", "voided")
    assert (back.action, back.open_until) == (Move.IN, AT + OPEN_FOR)
    assert after_settling(back, out, "voided", "review").action is Move.OUT


@pytest.mark.parametrize(
    ("was", "one", "before", "after"),
    [
        # Somebody has punched since.
        (state(Move.IN, AT + timedelta(hours=1)), record(), "review", "voided"),
        (state(Move.OUT, AT + timedelta(hours=1)), record(), "voided", "review"),
        # It never moved anything: refused at the door, or late.
        (state(Move.IN), record(n=None), "review", "voided"),
        (state(Move.OUT), record(), "review", "voided"),
        (state(Move.IN), record(), "voided", "review"),
    ],
)
def test_what_did_not_move_the_state_last_leaves_it(
    was: State, one: Record, before: str, after: str
) -> None:
    assert after_settling(was, one, before, after) is was


def test_a_late_punch_in_between_keeps_nobody_in() -> None:
    was = state(Move.IN, n=4)
    assert after_settling(was, record(), "review", "voided").action is Move.OUT
