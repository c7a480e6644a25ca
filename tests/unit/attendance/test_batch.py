"""Late punches: which time they get, whether they are trusted, and what they move."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance_service.domain.batch import (
    OLDEST_CLAIM,
    LatePunch,
    by_person,
    place,
    trusted,
)
from attendance_service.domain.evidence import Outcome
from attendance_service.domain.punches import OPEN_FOR, Move, State

NOW = datetime(2026, 11, 21, 20, tzinfo=UTC)
SKEW = timedelta(seconds=120)
SECOND = timedelta(seconds=1)
NEVER = datetime.min.replace(tzinfo=UTC)
NEW = State(7, 0, Move.OUT, NEVER, NEVER)


def late(hour: float, action: Move | None = Move.IN, index: int = 0) -> LatePunch:
    """A punch claimed for ``hour`` of the day by a clock that is right."""
    return LatePunch(
        index=index,
        employee_id=7,
        action=action,
        claimed_at=NOW.replace(hour=0) + timedelta(hours=hour),
        received_at=NOW,
        offset=timedelta(),
        skew=SKEW,
    )


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (None, False),
        (timedelta(), True),
        (SKEW, True),
        (-SKEW, True),
        (SKEW + SECOND, False),
        (-SKEW - SECOND, False),
    ],
)
def test_a_clock_is_trusted_within_the_policys_skew(
    offset: timedelta | None, expected: bool
) -> None:
    assert trusted(replace(late(9), offset=offset)) is expected


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (OLDEST_CLAIM, True),
        (OLDEST_CLAIM + SECOND, False),
        (timedelta(), True),
        (-SKEW, True),
        (-SKEW - SECOND, False),
    ],
)
def test_neither_old_nor_future_claims_are_believed(age: timedelta, expected: bool) -> None:
    assert trusted(replace(late(9), claimed_at=NOW - age)) is expected


def test_a_day_that_comes_in_the_wrong_order_is_put_in_order() -> None:
    placed, state = place(NEW, [late(17, Move.OUT, 0), late(9, Move.IN, 1)])
    assert [(p.index, p.n, p.action) for p in placed] == [(1, 1, Move.IN), (0, 2, Move.OUT)]
    assert (state.n, state.action, state.last_at) == (2, Move.OUT, late(17).claimed_at)


def test_the_same_instant_twice_keeps_the_order_of_the_batch() -> None:
    placed, _ = place(NEW, [late(9, Move.OUT, 3), late(9, Move.IN, 1)])
    assert [p.index for p in placed] == [1, 3]


def test_an_older_punch_enters_the_ledger_and_leaves_the_state() -> None:
    live = State(7, 4, Move.IN, NOW - SECOND, NOW + OPEN_FOR)
    placed, state = place(live, [late(9, Move.OUT)])
    assert (placed[0].n, placed[0].outcome) == (5, Outcome.ACCEPTED)
    assert state == replace(live, n=5)


def test_the_newest_one_moves_the_state() -> None:
    live = State(7, 4, Move.IN, late(8).claimed_at, late(8).claimed_at + OPEN_FOR)
    _, state = place(live, [late(17, Move.OUT)])
    at = late(17).claimed_at
    assert state == State(7, 5, Move.OUT, at, at + OPEN_FOR)


@pytest.mark.parametrize(
    "doubtful",
    [
        replace(late(19), needs_review=True),
        replace(late(19), offset=None),
    ],
)
def test_what_somebody_has_to_look_at_moves_nothing(doubtful: LatePunch) -> None:
    placed, state = place(NEW, [doubtful])
    assert placed[0].outcome is Outcome.REVIEW
    assert state == replace(NEW, n=1)


def test_a_claim_in_the_future_is_no_later_than_its_arrival() -> None:
    placed, _ = place(NEW, [replace(late(9), claimed_at=NOW + timedelta(days=3))])
    assert (placed[0].at, placed[0].outcome) == (NOW, Outcome.REVIEW)


def test_a_missing_direction_follows_from_where_the_person_stood() -> None:
    placed, _ = place(NEW, [late(9, None, 0), late(17, None, 1)])
    assert [p.action for p in placed] == [Move.IN, Move.OUT]


def test_missing_directions_of_an_older_day_alternate_among_themselves() -> None:
    live = State(7, 4, Move.OUT, NOW - SECOND, NOW + OPEN_FOR)
    placed, _ = place(live, [late(9, None, 0), late(17, None, 1), late(18, None, 2)])
    assert [p.action for p in placed] == [Move.IN, Move.OUT, Move.IN]


def test_a_batch_is_sorted_by_person() -> None:
    other = replace(late(10, index=1), employee_id=8)
    assert by_person([late(9), other, late(11, index=2)]) == {
        7: [late(9), late(11, index=2)],
        8: [other],
    }


punches = st.builds(
    lambda hour, action, offset: replace(late(hour, action), offset=offset),
    st.floats(min_value=-900, max_value=60, allow_nan=False),
    st.sampled_from([Move.IN, Move.OUT, None]),
    st.sampled_from([None, timedelta(), timedelta(hours=1)]),
)


@given(st.lists(punches, max_size=12))
def test_whatever_comes_nothing_is_lost_and_nothing_lies_in_the_future(
    sent: list[LatePunch],
) -> None:
    numbered = [replace(punch, index=index) for index, punch in enumerate(sent)]
    start = State(7, 3, Move.OUT, NOW - timedelta(days=2), NOW)
    placed, state = place(start, numbered)
    assert sorted(p.index for p in placed) == list(range(len(sent)))
    assert [p.n for p in placed] == list(range(4, 4 + len(sent)))
    assert all(p.at <= NOW for p in placed)
    assert [p.at for p in placed] == sorted(p.at for p in placed)
    assert state.n == 3 + len(sent)
    assert state.last_at >= start.last_at
    believed = [p for p in placed if p.outcome is Outcome.ACCEPTED and p.at > start.last_at]
    assert state.last_at == max([p.at for p in believed], default=start.last_at)
