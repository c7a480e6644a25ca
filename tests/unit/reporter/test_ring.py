"""The events kept in memory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter_service.ring import Event, Ring


def event(sequence: int) -> Event:
    return Event(sequence, 1, "accepted", b"frame")


@given(st.integers(0, 1000), st.integers(1, 20), st.integers(0, 60), st.integers(-5, 70), st.data())
def test_it_gives_what_follows_or_says_that_it_forgot(
    start: int, capacity: int, count: int, offset: int, data: st.DataObject
) -> None:
    ring = Ring(start, capacity)
    for sequence in range(start + 1, start + count + 1):
        ring.append(event(sequence))
    assert ring.head == start + count
    after, most = start + offset, data.draw(st.integers(1, 30))
    found = ring.after(after, most)
    kept = range(max(start + 1, ring.head - capacity + 1), ring.head + 1)
    assert ring.oldest == kept.start
    if after + 1 < kept.start:
        assert found is None
    else:
        expected = list(range(after + 1, min(ring.head, after + most) + 1))
        assert [one.sequence for one in found or []] == expected


@pytest.mark.parametrize("sequence", [3, 4, 6])
def test_it_takes_no_gap_and_no_repetition(sequence: int) -> None:
    ring = Ring(4)
    with pytest.raises(ValueError, match="does not follow 4"):
        ring.append(event(sequence))
