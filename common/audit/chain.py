"""The hash chain over an audit table, as pure functions that writer and verifier share.

``hash_n = SHA-256(hash_{n-1} || canonical row n)``, in the manner of a linked time-stamp (Haber and
Stornetta, 1991): whoever changes a row, takes one out or moves one has to compute every later hash
anew, and then no head that was noted before is found any more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

#: One chain for each service that decides; the name is that of the schema.
CHAINS = ("auth", "attendance", "face")
#: The columns of a row, in the order in which they enter its canonical form.
COLUMNS = ("id", "at", "actor", "action", "object", "before", "after", "reason", "request_id")

#: A row's `COLUMNS` as PostgreSQL writes them: ``at`` in UTC with microseconds, JSON as ``jsonb``
#: does.
Fields = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain goes: the number and the hash of its last row."""

    number: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the audit with its place in the chain."""

    number: int
    hash: bytes
    fields: Fields


class Fault(StrEnum):
    """What can be wrong with a chain at one place, in a sentence."""

    CHANGED = "this row, or the one before it, is not what was chained: it was changed"
    MISSING = "the row with this number is missing"
    REORDERED = "the rows are not in the order in which they were chained"


@dataclass(frozen=True, slots=True)
class Broken:
    """The first broken link: the number at which the chain does not hold, and why."""

    number: int
    fault: Fault


def origin(chain: str) -> Head:
    """What stands before the first row: another one in each chain, so no row fits in two."""
    return Head(0, hashlib.sha256(f"hazir audit chain {chain}".encode("ascii")).digest())


def canonical(fields: Fields) -> bytes:
    """The one way to write a row: a JSON array of its columns' texts, in ASCII."""
    return json.dumps(list(fields), ensure_ascii=True, separators=(",", ":")).encode("ascii")


def following(previous: bytes, fields: Fields) -> bytes:
    """The hash of a row that stands behind the one with the hash ``previous``."""
    return hashlib.sha256(previous + canonical(fields)).digest()


def chained(head: Head, rows: Iterable[Fields]) -> list[Line]:
    """``rows`` with the numbers and hashes that follow ``head``."""
    lines = []
    number, previous = head.number, head.hash
    for fields in rows:
        number, previous = number + 1, following(previous, fields)
        lines.append(Line(number, previous, fields))
    return lines


def walk(head: Head, lines: Sequence[Line]) -> tuple[Head, Broken | None]:
    """Go on from ``head`` over the next ``lines``, which come by their numbers.

    Returns how far the chain holds, and what is wrong with the next row when it does not.
    """
    for place, line in enumerate(lines):
        if line.number != head.number + 1:
            return head, Broken(head.number + 1, Fault.MISSING)
        if following(head.hash, line.fields) != line.hash:
            moved = _moved(head, line, lines[place + 1 :])
            return head, Broken(line.number, Fault.REORDERED if moved else Fault.CHANGED)
        head = Head(line.number, line.hash)
    return head, None


def _moved(head: Head, found: Line, later: Iterable[Line]) -> bool:
    """Whether one of the later rows is what should stand in the place of ``found``."""
    return any(following(head.hash, one.fields) in (found.hash, one.hash) for one in later)


@dataclass(frozen=True, slots=True)
class Note:
    """A head that somebody has noted; without ``chain`` it may be any chain's."""

    number: int
    hash: bytes
    chain: str = ""


def head_text(chain: str, head: Head) -> str:
    """How a head is written down: ``chain:number:hash``."""
    return f"{chain}:{head.number}:{head.hash.hex()}"


def noted(text: str) -> list[Note]:
    """The heads in ``text``: ``[chain:]number:hash``, several with commas or blanks between.

    Raises ``ValueError`` with a sentence.
    """
    return [_note(word) for word in text.replace(",", " ").split()]


def _note(word: str) -> Note:
    *chain, number, digest = word.split(":") if word.count(":") in (1, 2) else ("", "", "")
    plain = number.isascii() and number.isdigit() and digest.isascii()
    if not plain or (chain and chain[0] not in CHAINS):
        raise ValueError(f"{word}: a noted head is [chain:]number:hash")
    try:
        raw = bytes.fromhex(digest)
    except ValueError:
        raw = b""
    if len(raw) != hashlib.sha256().digest_size:
        raise ValueError(f"{word}: the hash of a noted head has 64 hexadecimal digits")
    return Note(int(number), raw, *chain)
