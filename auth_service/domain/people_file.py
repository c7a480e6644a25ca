"""The list of people as a CSV file (RFC 4180): what is in it, and how it is written.

A cell that a spreadsheet would run as a formula is written with an apostrophe before it, which
reading takes off again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from common.errors import DomainError, Kind

COLUMNS = (
    "username",
    "full_name",
    "school_number",
    "external_code",
    "roles",
    "site",
    "teams",
    "password",
)
WRITTEN = COLUMNS[:-1]
MOST_ROWS = 5_000
# Each costs a hash, and there is one at a time.
MOST_PASSWORDS = 500
LONGEST = {"full_name": 200, "school_number": 64, "external_code": 64}
# Within one cell; no team's name can be mistaken for two, because it is quoted as a cell would be.
_WITHIN = "|"
_RUN = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell. ``row`` counts from 1, the header; ``field`` is a column."""

    row: int
    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Line:
    """One person of the file: the cells that are not empty."""

    row: int
    cells: Mapping[str, str]


def read(raw: bytes) -> tuple[list[Line], list[Fault]]:
    """The people in a file, and what is wrong with its form.

    The text is UTF-8; columns are parted by commas, or by semicolons as some spreadsheets do. An
    empty cell says nothing. Raises ``invalid_request`` for what is no CSV file at all.
    """
    rows = _rows(raw)
    header = [name.strip().casefold() for name in rows[0]] if rows else []
    faults = list(_header_faults(header))
    if faults:
        return [], faults
    lines: list[Line] = []
    for row, cells in enumerate(rows[1:], start=2):
        if len(cells) > len(header):
            faults.append(Fault(row, "", "too_many_cells", "There are more cells than columns."))
        elif any(cell.strip() for cell in cells):
            named = {
                name: _read_cell(name, cell) for name, cell in zip(header, cells, strict=False)
            }
            lines.append(Line(row, {name: text for name, text in named.items() if text}))
    faults += _length_faults(lines)
    return lines, faults


def several(cell: str) -> list[str]:
    """The names in a cell that may hold several, parted by ``|``."""
    rows = csv.reader(io.StringIO(cell, newline=""), delimiter=_WITHIN)
    names = (name.strip() for row in rows for name in row)
    return list(dict.fromkeys(name for name in names if name))


def together(names: Sequence[str]) -> str:
    """A cell that holds several names."""
    text = io.StringIO()
    csv.writer(text, delimiter=_WITHIN).writerow(names)
    return text.getvalue().removesuffix("\r\n")


def written(people: Iterable[Mapping[str, str]]) -> str:
    """The file of ``people``, each with the columns of `WRITTEN`."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(WRITTEN)
    for person in people:
        writer.writerow([_safe(person[name]) for name in WRITTEN])
    return text.getvalue()


def _rows(raw: bytes) -> list[list[str]]:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise _no_file("The file is not UTF-8.") from fault
    if "\0" in text:
        raise _no_file("The file holds a NUL character.")
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as fault:
        raise _no_file("The file is not CSV.") from fault


def _no_file(message: str) -> DomainError:
    return DomainError(Kind.INVALID, "invalid_request", message, field="file")


def _header_faults(header: Sequence[str]) -> Iterable[Fault]:
    if "username" not in header:
        yield Fault(1, "username", "missing_column", "There is no column username.")
    for place, name in enumerate(header):
        if name not in COLUMNS:
            yield Fault(1, name[:64], "unknown_column", "There is no such column.")
        elif name in header[:place]:
            yield Fault(1, name, "duplicate_column", "This column is there twice.")


def _length_faults(lines: Sequence[Line]) -> Iterable[Fault]:
    if len(lines) > MOST_ROWS:
        message = f"A file has at most {MOST_ROWS} people."
        yield Fault(lines[MOST_ROWS].row, "", "too_many_rows", message)
    with_password = [line.row for line in lines if "password" in line.cells]
    if len(with_password) > MOST_PASSWORDS:
        message = f"A file sets at most {MOST_PASSWORDS} passwords."
        yield Fault(with_password[MOST_PASSWORDS], "password", "too_many_passwords", message)
    for line in lines:
        for name, longest in LONGEST.items():
            if len(line.cells.get(name, "")) > longest:
                yield Fault(line.row, name, "too_long", f"At most {longest} characters.")


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.lstrip("'").startswith(_RUN) else cell


def _read_cell(column: str, cell: str) -> str:
    if column == "password":
        # Every character counts.
        return cell
    text = cell.strip()
    quoted = text.startswith("'") and text.lstrip("'").startswith(_RUN)
    return text[1:] if quoted else text
