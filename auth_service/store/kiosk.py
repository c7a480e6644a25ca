"""PINs and badges in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from auth_service.service.account_values import KioskCredential, KioskPerson
from common.db import Row, Transaction
from common.httpkit.fields import LARGEST_ID
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("kiosk.sql"))
_NOBODY = 0


class KioskRows:
    """PINs and badges, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def get(self, employee_id: int) -> KioskCredential:
        """What a person has, kept as it is until the transaction ends."""
        row = self._tx.one(_SQL["get"], employee_id=employee_id)
        if row is None:
            return KioskCredential()
        mark = None if row.badge_mark is None else bytes(row.badge_mark)
        return KioskCredential(row.pin_hash, mark, row.badge_hint)

    def put(self, employee_id: int, values: KioskCredential) -> None:
        """Replace what a person has; nothing at all forgets them."""
        if values == KioskCredential():
            self._tx.execute(_SQL["drop"], employee_id=employee_id)
            return
        self._tx.execute(
            _SQL["put"],
            employee_id=employee_id,
            pin_hash=values.pin_hash,
            badge_mark=values.badge_mark,
            badge_hint=values.badge_hint,
        )

    def named(self, site_id: int, username_key: str, number: str) -> KioskPerson | None:
        """The person of this site with this username, school number or employee number."""
        row = self._tx.one(
            _SQL["named"],
            site_id=site_id,
            username_key=username_key,
            number=number,
            employee_id=_employee_id(number),
        )
        return _person(row) if row else None

    def badged(self, site_id: int, marks: Sequence[bytes]) -> dict[bytes, KioskPerson]:
        """The people of this site with these badges."""
        rows = self._tx.all(_SQL["badged"], site_id=site_id, marks=list(marks))
        return {bytes(row.badge_mark): _person(row) for row in rows}


def _employee_id(number: str) -> int:
    if number.isascii() and number.isdigit() and len(number) < 17:
        value = int(number)
        return value if value <= LARGEST_ID else _NOBODY
    return _NOBODY


def _person(row: Row) -> KioskPerson:
    return KioskPerson(row.employee_id, row.full_name or row.username, row.pin_hash)
