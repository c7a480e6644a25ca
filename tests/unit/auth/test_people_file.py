"""A file of people: what is read, what is refused, and that what is written can be read."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth_service.domain import people_file
from auth_service.domain.people_file import Fault, read, several, together, written
from common.errors import DomainError, Kind

WORD = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30).map(
    str.strip
)


def cells(text: str) -> list[tuple[int, dict[str, str]]]:
    lines, faults = read(text.encode())
    assert faults == []
    return [(line.row, dict(line.cells)) for line in lines]


def codes(text: str) -> list[tuple[int, str, str]]:
    _, faults = read(text.encode())
    return [(fault.row, fault.field, fault.code) for fault in faults]


def test_rows_and_columns() -> None:
    text = "username,full_name,roles\r\nayşe,Ayşe Yılmaz,staff\r\n\r\nali,,\r\n"
    assert cells(text) == [
        (2, {"username": "ayşe", "full_name": "Ayşe Yılmaz", "roles": "staff"}),
        (4, {"username": "ali"}),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffusername,site\nali,Head Office\n",
        "username;site\nali;Head Office\n",
        "Username , SITE\n ali ,Head Office",
        'username,site\n"ali","Head Office"\n',
        "username,site\rali,Head Office\r",
    ],
)
def test_as_spreadsheets_write_them(text: str) -> None:
    assert cells(text) == [(2, {"username": "ali", "site": "Head Office"})]


def test_a_password_is_taken_to_the_letter() -> None:
    assert cells('username,password\nali,"\' =a "\n') == [
        (2, {"username": "ali", "password": "' =a "})
    ]


def test_short_rows_are_filled_and_long_ones_refused() -> None:
    assert cells("username,site,teams\nali\n") == [(2, {"username": "ali"})]
    assert codes("username\nali,extra\nveli\n") == [(2, "", "too_many_cells")]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", [(1, "username", "missing_column")]),
        ("full_name", [(1, "username", "missing_column")]),
        ("username,shoe_size", [(1, "shoe_size", "unknown_column")]),
        ("username,site,site", [(1, "site", "duplicate_column")]),
        ("username,", [(1, "", "unknown_column")]),
    ],
)
def test_headers_that_cannot_be(header: str, expected: list[tuple[int, str, str]]) -> None:
    assert codes(f"{header}\nali,x,y\n" if header else "") == expected


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"username\nal\0i\n", b'username\n"ali\n'])
def test_what_is_no_csv_file(raw: bytes) -> None:
    with pytest.raises(DomainError) as refusal:
        read(raw)
    assert (refusal.value.kind, refusal.value.field) == (Kind.INVALID, "file")


def test_limits() -> None:
    rows = people_file.MOST_ROWS
    text = "username\n" + "".join(f"u{n}\n" for n in range(rows + 1))
    assert codes(text) == [(rows + 2, "", "too_many_rows")]
    most = people_file.MOST_PASSWORDS
    text = "username,password\n" + "".join(f"u{n},p{n}\n" for n in range(most + 1))
    assert codes(text) == [(most + 2, "password", "too_many_passwords")]
    for name, longest in people_file.LONGEST.items():
        assert codes(f"username,{name}\nu,{'x' * longest}\n") == []
        assert codes(f"username,{name}\nu,{'x' * (longest + 1)}\n") == [(2, name, "too_long")]


@pytest.mark.parametrize(
    "cell", ["=HYPERLINK(1)", "+1", "-1", "@sum", "\tx", "'=x", "''=x", "=\n1"]
)
def test_no_cell_is_a_formula(cell: str) -> None:
    person = dict.fromkeys(people_file.WRITTEN, "x") | {"full_name": cell}
    text = written([person])
    (_, row) = csv.reader(io.StringIO(text, newline=""))
    assert row[1] == f"'{cell}"
    lines, _ = read(text.encode())
    assert lines[0].cells["full_name"] == cell


def test_an_apostrophe_alone_is_a_letter() -> None:
    assert cells("username,full_name\nu,'t Hooft\n")[0][1]["full_name"] == "'t Hooft"


@given(st.lists(st.lists(WORD, min_size=7, max_size=7), max_size=5))
def test_what_is_written_is_read_again(rows: list[list[str]]) -> None:
    people = [dict(zip(people_file.WRITTEN, row, strict=True)) for row in rows]
    lines, _ = read(written(people).encode())
    expected = [{name: text for name, text in person.items() if text} for person in people]
    assert [dict(line.cells) for line in lines] == [one for one in expected if one]


@given(st.lists(WORD.filter(bool), unique=True, max_size=5))
def test_several_names_in_one_cell(names: list[str]) -> None:
    assert several(together(names)) == names


def test_a_cell_by_hand() -> None:
    assert several(" Front | Back |Front| ") == ["Front", "Back"]
    assert several("") == []


def test_a_fault_is_a_value() -> None:
    assert Fault(1, "a", "b", "c") == Fault(1, "a", "b", "c")
