"""Accounts in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from auth_service.service.values import Account, NewAccount, PeoplePage
from common.db import Row, Transaction
from common.identity import Role
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("people.sql"))
_WILD = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


class PeopleRows:
    """The accounts, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def by_name(self, username_key: str) -> Account | None:
        """The account with its password hash."""
        row = self._tx.one(_SQL["by_name"], key=username_key)
        return account_of(row) if row and row.named else None

    def by_id(self, employee_id: int) -> Account | None:
        """The account with this number, without its password hash."""
        row = self._tx.one(_SQL["by_id"], employee_id=employee_id)
        return account_of(row) if row else None

    def made_at(self, employee_id: int) -> datetime:
        """When this account, which is there, was made."""
        row = self._tx.one(_SQL["made_at"], employee_id=employee_id)
        assert row is not None
        made: datetime = row.created_at
        return made

    def hold(self, employee_id: int) -> Account | None:
        """The account, kept as it is until the transaction ends."""
        # The lock comes first and alone: what is read after it cannot be older than it.
        if self._tx.one(_SQL["hold"], employee_id=employee_id) is None:
            return None
        return self.by_id(employee_id)

    def add(self, new: NewAccount, granted_by: int | None) -> int:
        """Make the account; its number."""
        row = self._tx.one(
            _SQL["add"],
            username=new.username,
            username_key=new.username_key,
            full_name=new.full_name,
            school_number=new.school_number,
            external_code=new.external_code,
            site_id=new.site_id,
            password_hash=new.password_hash,
            directory=new.directory,
            subject=new.subject,
        )
        assert row is not None
        employee_id = int(row.employee_id)
        self.set_roles(employee_id, new.roles, granted_by)
        return employee_id

    def change(self, employee_id: int, values: Mapping[str, Any]) -> None:
        """Set the columns in ``values``."""
        for name, value in values.items():
            self._tx.execute(_SQL[f"set_{name}"], employee_id=employee_id, value=value)

    def lock(self, employee_id: int, *, locked: bool) -> None:
        """Close or open the account."""
        self._tx.execute(_SQL["lock"], employee_id=employee_id, locked=locked)

    def set_roles(self, employee_id: int, roles: frozenset[Role], granted_by: int | None) -> None:
        """Replace the roles."""
        words = sorted(roles)
        self._tx.execute(_SQL["drop_roles"], employee_id=employee_id, roles=words)
        self._tx.execute(
            _SQL["add_roles"], employee_id=employee_id, roles=words, granted_by=granted_by
        )

    def page(self, wanted: PeoplePage) -> list[Account]:
        """People in the order of their numbers, services left out."""
        like = f"%{wanted.like.translate(_WILD)}%" if wanted.like else ""
        rows = self._tx.all(
            _SQL["page"],
            after=wanted.after,
            limit=wanted.limit,
            teams=None if wanted.teams is None else list(wanted.teams),
            like=like,
            role=wanted.role,
            site_id=wanted.site_id,
            only_locked=wanted.locked,
        )
        return [account_of(row) for row in rows]


def account_of(row: Row) -> Account:
    """A row of ``org.people`` with its password hash as an `Account`."""
    return Account(
        employee_id=row.employee_id,
        username=row.username,
        full_name=row.full_name,
        school_number=row.school_number,
        external_code=row.external_code,
        site_id=row.site_id,
        roles=frozenset(Role(role) for role in row.roles),
        team_ids=frozenset(row.team_ids),
        locked=row.locked,
        manages=frozenset(row.manages),
        password_hash=row.password_hash,
        directory=row.directory,
        subject=row.subject,
    )
