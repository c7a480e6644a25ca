"""The database's guard and the rules say the same about every sequence of punches."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance_service.domain.punches import OPEN_FOR, Move, State, decide
from attendance_service.service.ports import Entry
from attendance_service.store.photos import Photos
from attendance_service.store.punches import Punches
from common.db import Database
from common.errors import DomainError
from common.vault import Vault
from tests.support.cluster import TestDatabase

START = datetime(2026, 11, 21, 8, tzinfo=UTC)
_numbers = itertools.count(1_000_000)


@pytest.fixture(scope="module")
def punches(database: TestDatabase) -> Iterator[Punches]:
    db = Database(database.dsn("attendance"), size=1)
    yield Punches(db, Photos(db, Vault(bytes(32)), 30), lambda: None)
    db.close()


def entry(who: int, action: Move | None, now: datetime) -> Entry:
    return Entry(
        employee_id=who,
        action=action.value if action else None,
        arrived=now,
        open_until=now + OPEN_FOR,
        claimed_at=None,
        outcome="accepted",
        place_id=None,
        policy_version=0,
        site_id=None,
        zone="UTC",
        offset_minutes=0,
        source="test",
        evidence=None,
        subject_id=who,
        key=str(next(_numbers)),
        body_hash=b"x",
    )


def by_the_rules(state: State, action: Move | None, now: datetime) -> State:
    """The state after the punch; the same one when it is refused."""
    try:
        legal = decide(state, action, now)
    except DomainError:
        return state
    return replace(
        state, n=legal.n, action=legal.action, last_at=legal.at, open_until=legal.open_until
    )


steps = st.one_of(
    st.integers(-7200, 20 * 3600).map(lambda s: timedelta(seconds=s)),
    st.sampled_from([timedelta(), OPEN_FOR, OPEN_FOR + timedelta(microseconds=1)]),
)
punched = st.tuples(st.sampled_from([Move.IN, Move.OUT, None]), steps)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(punched, max_size=12))
def test_rules_and_guard_agree_on_every_sequence(
    punches: Punches, sequence: list[tuple[Move | None, timedelta]]
) -> None:
    who, now = next(_numbers), START
    punches.ensure_state(who)
    state = punches.state(who)
    for action, step in sequence:
        now += step
        expected = by_the_rules(state, action, now)
        record = punches.punch(entry(who, action, now))
        assert (record is None) == (expected == state)
        if record is not None:
            assert (record.n, record.action, record.at) == (
                expected.n,
                expected.action,
                expected.last_at,
            )
        state = expected
        assert punches.state(who) == state
