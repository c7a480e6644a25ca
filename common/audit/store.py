"""The statements of an audit, for each schema that has one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from common.audit.chain import Fields, Head, Line
from common.sql import Queries

_SCHEMA = "audit_schema"


def statements(name: str, schema: str) -> Mapping[str, str]:
    """The statements of the file ``name`` beside this module, for the audit of ``schema``."""
    found = Queries(Path(__file__).with_name(name))
    return {word: text.replace(_SCHEMA, schema) for word, text in found.items()}


class ChainRows:
    """The chain of one schema, read and continued through a cursor of the caller's."""

    def __init__(self, schema: str) -> None:
        self.schema = schema
        self._sql = statements("chain.sql", schema)

    def head(self, cursor: Any, *, hold: bool = False) -> Head:
        """How far the chain goes; ``hold`` keeps it so until the transaction ends."""
        cursor.execute(self._sql["hold_head" if hold else "head"])
        number, digest = cursor.fetchone()
        return Head(number, bytes(digest))

    def waiting(self, cursor: Any) -> list[Fields]:
        """The oldest rows that have no number yet."""
        cursor.execute(self._sql["waiting"])
        found: list[Fields] = cursor.fetchall()
        return found

    def add(self, cursor: Any, lines: list[Line]) -> None:
        """Fill in numbers and hashes, and move the head behind them."""
        values = {
            "ids": [int(line.fields[0] or 0) for line in lines],
            "numbers": [line.number for line in lines],
            "hashes": [line.hash for line in lines],
        }
        cursor.execute(self._sql["fill"], values)
        last = lines[-1]
        cursor.execute(self._sql["move_head"], {"number": last.number, "hash": last.hash})

    def lines(self, cursor: Any, after: int) -> list[Line]:
        """The rows that follow the number ``after``; none at the end of the chain."""
        cursor.execute(self._sql["lines"], {"after": after})
        return [Line(row[0], bytes(row[1]), row[2:]) for row in cursor.fetchall()]

    def overdue(self, cursor: Any, seconds: float) -> tuple[int, str]:
        """How many rows have waited longer than ``seconds``, and since when the oldest has."""
        cursor.execute(self._sql["overdue"], {"seconds": seconds})
        count, since = cursor.fetchone()
        return count, since or ""
