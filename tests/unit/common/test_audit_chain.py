"""The chain as a pure function: what it is made of, and what it does not let pass."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.audit.chain import (
    CHAINS,
    COLUMNS,
    Fault,
    Fields,
    Line,
    Note,
    canonical,
    chained,
    following,
    head_text,
    noted,
    origin,
    walk,
)

TEXTS = st.none() | st.text(max_size=12)
ROWS = st.lists(st.tuples(*[TEXTS] * len(COLUMNS)), min_size=1, max_size=8, unique=True)


def row(number: int) -> Fields:
    made = ("2026-11-26T08:00:00.000000Z", "7", "place.add", f"place:{number}")
    return (str(number), *made, None, '{"name": "Kapı"}', None, "f00d")


def chain_of(count: int) -> list[Line]:
    return chained(origin("auth"), [row(number) for number in range(1, count + 1)])


def fault_of(lines: list[Line]) -> tuple[int, Fault] | None:
    _, broken = walk(origin("auth"), lines)
    return (broken.number, broken.fault) if broken else None


def test_the_formula_is_the_documented_one() -> None:
    start = hashlib.sha256(b"hazir audit chain auth").digest()
    assert origin("auth").hash == start
    text = (
        b'["1","2026-11-26T08:00:00.000000Z","7","place.add","place:1",null,'
        b'"{\\"name\\": \\"Kap\\u0131\\"}",null,"f00d"]'
    )
    assert canonical(row(1)) == text
    assert following(start, row(1)) == hashlib.sha256(start + text).digest()
    assert len({origin(chain).hash for chain in CHAINS}) == len(CHAINS)


@given(ROWS, st.integers(0, 8))
def test_a_chain_holds_in_whatever_pieces_it_is_made_and_walked(
    rows: list[Fields], cut: int
) -> None:
    head = origin("face")
    lines = chained(head, rows)
    middle, nothing = walk(head, lines[:cut])
    assert nothing is None
    assert [*lines[:cut], *chained(middle, rows[cut:])] == lines
    last, broken = walk(middle, lines[cut:])
    assert (last.number, last.hash, broken) == (len(rows), lines[-1].hash, None)


@given(ROWS, st.data())
def test_whatever_is_changed_in_a_row_is_found_at_that_row(
    rows: list[Fields], data: st.DataObject
) -> None:
    lines = chained(origin("auth"), rows)
    at = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.integers(0, len(COLUMNS) - 1))
    other = data.draw(TEXTS.filter(lambda text: text != rows[at][column]))
    fields = [*rows[at][:column], other, *rows[at][column + 1 :]]
    lines[at] = replace(lines[at], fields=fields)
    head, broken = walk(origin("auth"), lines)
    assert head.number == at
    assert broken is not None
    assert broken.number == at + 1


def test_two_rows_never_share_a_canonical_form_by_moving_text_between_columns() -> None:
    one = ("1", "a", "b", None, None, None, None, None, None)
    other = ("1", "a", None, "b", None, None, None, None, None)
    assert canonical(one) != canonical(other)
    assert canonical(('1","2', None)) != canonical(("1", "2", None))


def test_a_missing_row_is_named() -> None:
    lines = chain_of(5)
    del lines[2]
    assert fault_of(lines) == (3, Fault.MISSING)
    assert walk(origin("auth"), lines)[0].number == 2


def test_rows_that_changed_places_are_told_from_changed_ones() -> None:
    lines = chain_of(6)
    swapped = [*lines]
    swapped[2] = replace(lines[3], number=3)
    swapped[3] = replace(lines[2], number=4)
    assert fault_of(swapped) == (3, Fault.REORDERED)
    texts = [*lines]
    texts[1] = replace(lines[1], fields=lines[4].fields)
    texts[4] = replace(lines[4], fields=lines[1].fields)
    assert fault_of(texts) == (2, Fault.REORDERED)
    lines[1] = replace(lines[1], fields=row(99))
    assert fault_of(lines) == (2, Fault.CHANGED)


def test_a_row_with_a_hash_made_anew_breaks_the_link_behind_it() -> None:
    lines = chain_of(4)
    forged = row(77)
    lines[1] = Line(2, following(lines[0].hash, forged), forged)
    head, broken = walk(origin("auth"), lines)
    assert (head.number, broken and broken.number) == (2, 3)


def test_a_row_of_one_chain_fits_in_no_other() -> None:
    _, broken = walk(origin("face"), chain_of(1))
    assert broken is not None


def test_a_noted_head_is_read_as_it_is_written() -> None:
    line = chain_of(3)[-1]
    written = head_text("auth", walk(origin("auth"), chain_of(3))[0])
    assert noted(written) == [Note(3, line.hash, "auth")]
    plain = written.partition(":")[2]
    assert noted(f" {plain}, {written} ") == [Note(3, line.hash), Note(3, line.hash, "auth")]
    assert noted("") == []


@pytest.mark.parametrize(
    "text",
    [
        "3",
        "3:xyz",
        f"3:{'a' * 63}",
        f"kitchen:3:{'a' * 64}",
        f"-3:{'a' * 64}",
        f"\u0663:{'a' * 64}",
        f"auth:3:{'a' * 64}:more",
        "3:" + "\u00e9" * 64,
    ],
)
def test_what_is_no_noted_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="noted head"):
        noted(text)
