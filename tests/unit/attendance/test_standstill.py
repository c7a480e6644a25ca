"""A line stands still when the same one stands first for too long."""

from __future__ import annotations

from attendance_service.domain.standstill import Standstill


def test_the_same_for_too_long_is_a_standstill() -> None:
    line = Standstill(patience=2.0)
    assert not line.seen(7, now=10.0)
    assert not line.seen(7, now=11.9)
    assert line.seen(7, now=12.0)
    assert line.seen(7, now=60.0)


def test_a_line_that_moves_does_not_stand_still() -> None:
    line = Standstill(patience=2.0)
    for now in range(10):
        assert not line.seen(now, now=float(now))


def test_an_empty_line_begins_anew() -> None:
    line = Standstill(patience=2.0)
    assert not line.seen(7, now=10.0)
    assert not line.seen(None, now=20.0)
    assert not line.seen(None, now=30.0)
    assert not line.seen(7, now=40.0)
    assert line.seen(7, now=42.0)
