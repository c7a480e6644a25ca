"""Lists of labelled pairs, whatever their columns are called."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Names of columns, in small letters without anything between them.
_COLUMNS: Mapping[str, str] = {
    "left": """a left leftimage imagea imga image1 img1 file1 filea path1 patha photo1 photoa
        first first1 name1 x1 one probe""",
    "right": """b right rightimage imageb imgb image2 img2 file2 fileb path2 pathb photo2 photob
        second name2 x2 two other reference gallery""",
    "same": """same issame sameperson label match ismatch matched genuine target y gt truth""",
    "fold": """fold foldid split set part""",
}
_YES = "1 1.0 true t yes y same match genuine mated positive"
_NO = "0 0.0 -1 false f no n different diff nonmatch impostor imposter nonmated negative"
_WORDS = dict.fromkeys(_YES.split(), True) | dict.fromkeys(_NO.split(), False)
_SEPARATORS = ",;\t| "


class NotPairs(Exception):
    """The file is not a list of labelled pairs; the text says what was looked for."""


@dataclass(frozen=True, slots=True)
class Named:
    """Two photos as the list names them, whether they show one person, and their fold if said."""

    left: str
    right: str
    same: bool
    fold: str | None = None


def read_pairs(path: Path) -> list[Named]:
    """The pairs in ``path``; raises `NotPairs`.

    The columns are found by their names. Without a line of names the first two are the photos and
    the third says whether they are of the same person.
    """
    rows = _rows(path)
    if not rows:
        raise NotPairs(f"{path.name} is empty")
    places = _places(rows[0])
    if places is None:
        if len(rows[0]) < 3 or rows[0][2].strip().lower() not in _WORDS:
            raise NotPairs(
                f"{path.name} has no columns for two photos and whether they show the same person"
                f" (as left, right, same); it has {', '.join(rows[0])}"
            )
        return [_pair(row, {"left": 0, "right": 1, "same": 2}, path) for row in rows]
    if len(rows) == 1:
        raise NotPairs(f"{path.name} has the names of columns and no pair")
    return [_pair(row, places, path) for row in rows[1:]]


def _rows(path: Path) -> list[Sequence[str]]:
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise NotPairs(f"{path.name} cannot be read: {fault.strerror}") from fault
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:  # older lists; every byte is a letter of this
        text = raw.decode("latin-1")
    first = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=first.count)
    try:
        return [row for row in csv.reader(text.splitlines(), delimiter=separator) if any(row)]
    except csv.Error as fault:
        raise NotPairs(f"{path.name} is no list: {fault}") from fault


def _places(names: Sequence[str]) -> dict[str, int] | None:
    """Where each column stands, or ``None`` when these are not names of columns."""
    plain = [re.sub(r"[^a-z0-9]", "", name.lower()) for name in names]
    found = {
        column: number
        for column, known in _COLUMNS.items()
        for number, name in reversed(list(enumerate(plain)))
        if name in known.split()
    }
    return found if {"left", "right", "same"} <= found.keys() else None


def _pair(row: Sequence[str], places: Mapping[str, int], path: Path) -> Named:
    try:
        cells = {column: row[number].strip() for column, number in places.items()}
        same = _WORDS[cells["same"].lower()]
    except (IndexError, KeyError) as fault:
        raise NotPairs(f"{path.name} has a line that is no pair: {','.join(row)}") from fault
    return Named(cells["left"], cells["right"], same, cells.get("fold"))
