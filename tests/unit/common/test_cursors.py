"""Sealed cursors: the same event, the same text; another epoch, a resynchronisation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.cursors import CursorSealer
from common.errors import DomainError

KEY = bytes(range(32))
EPOCH = "6f1c2f0e-8d0b-4f7e-9a83-0d1f3b7a9c55"
OTHER = "00000000-0000-4000-8000-000000000000"
SEALER = CursorSealer(KEY, EPOCH)


@given(st.integers(0, 2**63 - 1))
def test_what_is_sealed_is_opened(sequence: int) -> None:
    cursor = SEALER.seal(sequence)
    assert SEALER.open(cursor) == sequence
    assert CursorSealer(KEY, EPOCH).seal(sequence) == cursor
    assert len(cursor) == len(SEALER.seal(0)) == 32


@given(st.integers(0, 2**40), st.integers(0, 2**40))
def test_cursors_tell_no_order(one: int, other: int) -> None:
    assert (SEALER.seal(one) == SEALER.seal(other)) is (one == other)


def refusal(cursor: str, sealer: CursorSealer = SEALER) -> str:
    with pytest.raises(DomainError) as fault:
        sealer.open(cursor)
    return fault.value.code


@pytest.mark.parametrize("cursor", ["", "x", "ab" * 100, "é" * 32, "....", "A" * 31, "A" * 36])
def test_what_is_no_cursor(cursor: str) -> None:
    assert refusal(cursor) == "invalid_cursor"


def test_another_epoch_or_key_means_resync() -> None:
    cursor = SEALER.seal(7)
    assert refusal(cursor, CursorSealer(KEY, OTHER)) == "resync"
    assert refusal(cursor, CursorSealer(KEY[::-1], EPOCH)) == "resync"


@given(st.integers(0, 31), st.sampled_from("ABCxyz019-_"))
def test_an_altered_cursor_means_resync(place: int, character: str) -> None:
    cursor = SEALER.seal(99)
    altered = cursor[:place] + character + cursor[place + 1 :]
    if altered != cursor:
        assert refusal(altered) == "resync"
