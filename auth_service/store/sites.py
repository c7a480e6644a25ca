"""Sites and teams in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from auth_service.service.values import Account, Site, Team
from auth_service.store.people import account_of
from common.db import Row, Transaction
from common.sql import Queries

_SQL = Queries(Path(__file__).with_name("sites.sql"))


class SiteRows:
    """The sites and teams, within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def sites(self) -> list[Site]:
        """Every site."""
        return [_site(row) for row in self._tx.all(_SQL["sites"])]

    def site(self, site_id: int) -> Site | None:
        """One site, kept as it is until the transaction ends."""
        row = self._tx.one(_SQL["site"], id=site_id)
        return _site(row) if row else None

    def newcomers(self) -> Site | None:
        """The site that people who register join."""
        row = self._tx.one(_SQL["newcomers"])
        return _site(row) if row else None

    def add_site(self, values: Mapping[str, Any]) -> Site:
        """Make a site."""
        return _site(self._tx.one(_SQL["add_site"], **values))

    def change_site(self, before: Site, values: Mapping[str, Any]) -> Site:
        """``before`` with ``values`` in place of its own."""
        after = replace(before, **values)
        self._tx.execute(_SQL["change_site"], **asdict(after))
        return after

    def teams(self, ids: Sequence[int] | None) -> list[Team]:
        """The teams with these numbers (``None``: all)."""
        wanted = None if ids is None else list(ids)
        return [_team(row) for row in self._tx.all(_SQL["teams"], ids=wanted)]

    def team(self, team_id: int) -> Team | None:
        """One team, kept as it is until the transaction ends."""
        row = self._tx.one(_SQL["team"], id=team_id)
        return _team(row) if row else None

    def add_team(self, site_id: int, name: str) -> Team:
        """Make a team."""
        return _team(self._tx.one(_SQL["add_team"], site_id=site_id, name=name))

    def rename_team(self, team_id: int, name: str) -> None:
        """Give a team another name."""
        self._tx.execute(_SQL["rename_team"], id=team_id, name=name)

    def delete_team(self, team_id: int) -> None:
        """Dissolve a team."""
        self._tx.execute(_SQL["delete_team"], id=team_id)

    def people_of(self, team_id: int, place: str) -> list[Account]:
        """The ``member`` s or ``manager`` s of a team."""
        return [account_of(row) for row in self._tx.all(_SQL[f"{place}s"], team_id=team_id)]

    def join(self, team_id: int, employee_id: int, place: str) -> None:
        """Add a ``member`` or ``manager``."""
        self._tx.execute(_SQL[f"join_{place}"], team_id=team_id, employee_id=employee_id)

    def leave(self, team_id: int, employee_id: int, place: str) -> None:
        """Take a ``member`` or ``manager`` out."""
        self._tx.execute(_SQL[f"leave_{place}"], team_id=team_id, employee_id=employee_id)


def _site(row: Row) -> Site:
    return Site(**row._asdict())


def _team(row: Row) -> Team:
    return Team(**row._asdict())
