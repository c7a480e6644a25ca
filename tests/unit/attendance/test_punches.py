"""Whether a live punch is legal, and what it makes of the person's state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance_service.domain.punches import OPEN_FOR, Move, State, after_void, decide
from common.errors import DomainError, Kind

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
NEVER = datetime.min.replace(tzinfo=UTC)
STEP = timedelta(microseconds=1)


def inside(since: datetime = NOON, n: int = 1) -> State:
    return State(7, n, Move.IN, since, since + OPEN_FOR)


def outside(since: datetime = NEVER, n: int = 0) -> State:
    return State(7, n, Move.OUT, since, since)


def refused(state: State, action: Move, now: datetime) -> DomainError:
    with pytest.raises(DomainError) as caught:
        decide(state, action, now)
    return caught.value


def test_the_first_punch_is_an_in() -> None:
    legal = decide(outside(), Move.IN, NOON)
    assert (legal.action, legal.n, legal.at) == (Move.IN, 1, NOON)
    assert legal.open_until == NOON + timedelta(hours=16)


def test_since_when_somebody_stands_as_they_do() -> None:
    assert outside().since is None
    assert outside(n=3).since is None  # a late punch that waits for review moves nothing
    assert inside().since == NOON
    assert outside(NOON, 2).since == NOON


def test_an_out_follows_an_in() -> None:
    legal = decide(inside(), Move.OUT, NOON + timedelta(hours=8))
    assert (legal.action, legal.n) == (Move.OUT, 2)


def test_a_second_in_is_refused_and_says_since_when() -> None:
    fault = refused(inside(), Move.IN, NOON + timedelta(minutes=1))
    assert (fault.kind, fault.code) == (Kind.CONFLICT, "already_in")
    assert fault.extra == {"since": "2026-11-21T12:00:00.000000Z"}


@pytest.mark.parametrize("state", [outside(), outside(NOON, 2)])
def test_an_out_without_an_in_is_refused(state: State) -> None:
    fault = refused(state, Move.OUT, NOON + timedelta(minutes=1))
    assert (fault.kind, fault.code) == (Kind.CONFLICT, "not_in")


def test_an_in_stays_open_to_its_last_microsecond() -> None:
    end = NOON + OPEN_FOR
    assert decide(inside(), Move.OUT, end).action is Move.OUT
    assert refused(inside(), Move.IN, end).code == "already_in"


def test_after_that_an_in_is_legal_again_and_an_out_is_not() -> None:
    late = NOON + OPEN_FOR + STEP
    assert decide(inside(), Move.IN, late).action is Move.IN
    assert refused(inside(), Move.OUT, late).code == "not_in"


@pytest.mark.parametrize("back", [timedelta(), timedelta(hours=1)])
def test_a_time_is_later_than_the_previous_one_whatever_the_clock_does(back: timedelta) -> None:
    assert decide(inside(), Move.OUT, NOON - back).at == NOON + STEP


@pytest.mark.parametrize(
    ("state", "now", "picked"),
    [
        (outside(), NOON, Move.IN),
        (inside(), NOON + timedelta(hours=1), Move.OUT),
        (inside(), NOON + timedelta(hours=17), Move.IN),
    ],
)
def test_a_toggle_picks_the_direction(state: State, now: datetime, picked: Move) -> None:
    assert decide(state, None, now).action is picked


def test_voiding_the_newest_in_steps_back_to_out() -> None:
    back = after_void(inside(n=5), 5)
    assert not back.inside(NOON + timedelta(minutes=1))
    assert (back.n, back.last_at) == (5, NOON)


def test_voiding_the_newest_out_steps_back_to_in() -> None:
    assert after_void(outside(NOON, 6), 6).inside(NOON + timedelta(hours=1))


@pytest.mark.parametrize("n", [None, 1, 7])
def test_voiding_any_other_punch_moves_nothing(n: int | None) -> None:
    assert after_void(inside(n=5), n) == inside(n=5)


moves = st.sampled_from([Move.IN, Move.OUT, None])
steps = st.integers(min_value=-3600, max_value=20 * 3600).map(lambda s: timedelta(seconds=s))


@given(st.lists(st.tuples(moves, steps), max_size=30))
def test_whatever_comes_counts_are_gapless_and_times_rise(
    punches: list[tuple[Move | None, timedelta]],
) -> None:
    state, now = outside(), NOON
    for action, step in punches:
        now += step
        expected = Move.OUT if state.inside(now) else Move.IN
        if action not in (None, expected):
            code = "already_in" if action is Move.IN else "not_in"
            assert refused(state, action, now).code == code
            continue
        legal = decide(state, action, now)
        assert (legal.n, legal.action) == (state.n + 1, expected)
        assert legal.at > state.last_at
        state = State(7, legal.n, legal.action, legal.at, legal.open_until)
