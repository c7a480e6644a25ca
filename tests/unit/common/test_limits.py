"""Token buckets, with a clock that is moved by hand."""

from __future__ import annotations

import pytest

from common.errors import DomainError, Kind
from common.httpkit import limits
from common.httpkit.limits import RateLimit


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def refused(limit: RateLimit, key: object = "a") -> float | None:
    """The wait that is asked for, or ``None`` when the request passes."""
    try:
        limit.spend(key)
    except DomainError as refusal:
        kind, wait = refusal.kind, refusal.retry_after
    else:
        return None
    assert kind is Kind.LIMITED
    return wait


def test_a_burst_passes_then_the_rate() -> None:
    now = Hand()
    limit = RateLimit(2, burst=3, now=now)
    assert [refused(limit) for _ in range(6)] == [None] * 6
    assert refused(limit) == 1
    now.at += 0.5
    assert refused(limit) is None
    assert refused(limit) == 1
    now.at += 1000
    assert [refused(limit) for _ in range(7)] == [*[None] * 6, 1]


def test_keys_do_not_share() -> None:
    limit = RateLimit(1, burst=1, now=Hand())
    assert [refused(limit, key) for key in ("a", "b", "a", "b")] == [None, None, 1, 1]


def test_a_slow_rate_says_how_long() -> None:
    limit = RateLimit(0.1, burst=10, now=Hand())
    assert [refused(limit), refused(limit)] == [None, pytest.approx(10)]


def test_old_keys_are_forgotten_and_busy_ones_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST_KEYS", 10)
    now = Hand()
    limit = RateLimit(1, burst=1, now=now)
    for key in range(10):
        limit.spend(key)
    now.at += 2
    limit.spend("busy")
    assert refused(limit, "busy") == 1


def test_a_flood_of_keys_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST_KEYS", 10)
    limit = RateLimit(1, burst=1, now=Hand())
    for key in range(100):
        limit.spend(key)
    assert len(limit._buckets) <= 10
