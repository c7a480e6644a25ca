"""One transaction for each use case, and what a violated constraint means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from auth_service.store.directories import DirectoryRows
from auth_service.store.factors import FactorRows
from auth_service.store.invitations import InvitationRows
from auth_service.store.journal import Journal, KeyRows
from auth_service.store.kiosk import KioskRows
from auth_service.store.own import OwnRows, RightsRows
from auth_service.store.people import PeopleRows
from auth_service.store.sessions import SessionRows
from auth_service.store.sites import SiteRows
from common.db import ConstraintViolated, Database, Transaction
from common.errors import DomainError, conflict, invalid

_MEANING: Mapping[str, Callable[[], DomainError]] = {
    "person_username_key": lambda: conflict("username_taken", "This username is taken."),
    "person_school_number_key": lambda: conflict(
        "school_number_taken", "Somebody else has this school number."
    ),
    "person_external_code_key": lambda: conflict(
        "external_code_taken", "Somebody else has this code."
    ),
    "kiosk_badge_key": lambda: conflict("badge_taken", "Somebody else has this badge."),
    "person_site_id_fkey": lambda: invalid("There is no such site.", field="site_id"),
    "team_site_id_fkey": lambda: invalid("There is no such site.", field="site_id"),
    "invitation_site_id_fkey": lambda: invalid("There is no such site.", field="site_id"),
    "invitation_team_team_id_fkey": lambda: invalid("There is no such team.", field="team_ids"),
    "site_name_key": lambda: conflict("name_taken", "Another site has this name."),
    "team_site_id_name_key": lambda: conflict("name_taken", "Another team has this name."),
}


class Work:
    """An open transaction with the rows of each kind."""

    def __init__(self, transaction: Transaction) -> None:
        self.people = PeopleRows(transaction)
        self.directories = DirectoryRows(transaction)
        self.sessions = SessionRows(transaction)
        self.sites = SiteRows(transaction)
        self.journal = Journal(transaction)
        self.keys = KeyRows(transaction)
        self.own = OwnRows(transaction)
        self.factors = FactorRows(transaction)
        self.kiosk = KioskRows(transaction)
        self.invitations = InvitationRows(transaction)
        self.rights = RightsRows(transaction)


class Store:
    """auth_service's part of the database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @contextmanager
    def begin(self) -> Iterator[Work]:
        """A transaction: committed when the block ends, rolled back when it raises."""
        try:
            with self._db.transaction() as transaction:
                yield Work(transaction)
        except ConstraintViolated as fault:
            if fault.constraint not in _MEANING:
                raise
            raise _MEANING[fault.constraint]() from fault
