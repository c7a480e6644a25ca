"""What the use cases need from the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from auth_service.domain.attempts import Counter
from auth_service.domain.sessions import Presented
from auth_service.service.account_ports import AccountWork
from auth_service.service.directory_ports import DirectoryRows
from auth_service.service.key_ports import KeyRows
from auth_service.service.values import (
    Account,
    Entry,
    NewAccount,
    NewSession,
    PeoplePage,
    Site,
    Team,
)
from common.identity import Role


class PeopleRows(Protocol):
    """Accounts."""

    def by_name(self, username_key: str) -> Account | None:
        """The account with its password hash."""
        ...

    def by_id(self, employee_id: int) -> Account | None:
        """The account with this number, without its password hash."""
        ...

    def made_at(self, employee_id: int) -> datetime:
        """When this account, which is there, was made."""
        ...

    def hold(self, employee_id: int) -> Account | None:
        """The account, kept as it is until the transaction ends."""
        ...

    def add(self, new: NewAccount, granted_by: int | None) -> int:
        """Make the account; its number."""
        ...

    def change(self, employee_id: int, values: Mapping[str, Any]) -> None:
        """Set the columns in ``values``."""
        ...

    def lock(self, employee_id: int, *, locked: bool) -> None:
        """Close or open the account."""
        ...

    def set_roles(self, employee_id: int, roles: frozenset[Role], granted_by: int | None) -> None:
        """Replace the roles."""
        ...

    def page(self, wanted: PeoplePage) -> list[Account]:
        """People in the order of their numbers, services left out."""
        ...


class SessionRows(Protocol):
    """Sign-ins, refresh tokens, and failed attempts."""

    def open(self, new: NewSession) -> None:
        """Begin a session."""
        ...

    def add_token(self, sid: str, generation: int, fingerprint: bytes) -> None:
        """Remember a refresh token."""
        ...

    def presented(self, fingerprint: bytes) -> Presented | None:
        """The token and its session, the session kept as it is until the transaction ends."""
        ...

    def rotated(self, sid: str, generation: int, now: datetime) -> None:
        """Note the newest generation."""
        ...

    def ended(self, sid: str) -> bool:
        """Whether this session was ended before its time."""
        ...

    def revoke(self, sid: str) -> int | None:
        """End a session; whose it was, or ``None`` when it had ended before."""
        ...

    def revoke_all(self, employee_id: int, keep: str = "") -> list[str]:
        """End every session of a person but ``keep``; those that ended now."""
        ...

    def address_known(self, employee_id: int, network: str) -> bool:
        """Whether the person has signed in from this address before."""
        ...

    def charge(self, counters: Sequence[Counter], now: datetime) -> dict[str, float]:
        """Count one attempt on each counter; the level of each kind that was counted.

        When the first is over its limit, the others are left as they are.
        """
        ...

    def refund(self, counters: Sequence[Counter]) -> None:
        """The attempt was good: take it back, and clear the account's count."""
        ...

    def purge(self, now: datetime) -> None:
        """Forget sessions, counters, challenges and links that are over."""
        ...


class SiteRows(Protocol):
    """Sites and teams."""

    def sites(self) -> list[Site]:
        """Every site."""
        ...

    def site(self, site_id: int) -> Site | None:
        """One site, kept as it is until the transaction ends."""
        ...

    def add_site(self, values: Mapping[str, Any]) -> Site:
        """Make a site."""
        ...

    def change_site(self, before: Site, values: Mapping[str, Any]) -> Site:
        """``before`` with ``values`` in place of its own."""
        ...

    def newcomers(self) -> Site | None:
        """The site that people who register join."""
        ...

    def teams(self, ids: Sequence[int] | None) -> list[Team]:
        """The teams with these numbers (``None``: all)."""
        ...

    def team(self, team_id: int) -> Team | None:
        """One team, kept as it is until the transaction ends."""
        ...

    def add_team(self, site_id: int, name: str) -> Team:
        """Make a team."""
        ...

    def rename_team(self, team_id: int, name: str) -> None:
        """Give a team another name."""
        ...

    def delete_team(self, team_id: int) -> None:
        """Dissolve a team."""
        ...

    def people_of(self, team_id: int, place: str) -> list[Account]:
        """The ``member`` s or ``manager`` s of a team."""
        ...

    def join(self, team_id: int, employee_id: int, place: str) -> None:
        """Add a ``member`` or ``manager``."""
        ...

    def leave(self, team_id: int, employee_id: int, place: str) -> None:
        """Take a ``member`` or ``manager`` out."""
        ...


class Journal(Protocol):
    """What other services and later readers are told."""

    def announce_person(self, employee_id: int) -> None:
        """Somebody's account or rights changed."""
        ...

    def announce_session(self, employee_id: int, sid: str) -> None:
        """A session was revoked."""
        ...

    def announce_site(self) -> None:
        """A site changed: everybody's zone or biometrics may have."""
        ...

    def announce_key(self) -> None:
        """A signing key came or went."""
        ...

    def write(self, entry: Entry) -> None:
        """Add a line to the audit."""
        ...


class Work(AccountWork, Protocol):
    """One open transaction."""

    @property
    def people(self) -> PeopleRows:
        """Accounts."""
        ...

    @property
    def directories(self) -> DirectoryRows:
        """What directories have told of people."""
        ...

    @property
    def sessions(self) -> SessionRows:
        """Sign-ins."""
        ...

    @property
    def sites(self) -> SiteRows:
        """Sites and teams."""
        ...

    @property
    def journal(self) -> Journal:
        """Announcements and audit."""
        ...

    @property
    def keys(self) -> KeyRows:
        """Keys and services' secrets."""
        ...


class Store(Protocol):
    """Where everything is kept."""

    def begin(self) -> AbstractContextManager[Work]:
        """A transaction: committed when the block ends, rolled back when it raises."""
        ...


class Checked(Protocol):
    """The outcome of a password check."""

    @property
    def right(self) -> bool:
        """Whether it was the password."""
        ...

    @property
    def renewed(self) -> str | None:
        """Its hash under newer parameters, when the stored one is outdated."""
        ...


class HashTurn(Protocol):
    """A place in the queue of the password thread."""

    @property
    def hash(self) -> Callable[[str], str]:
        """``hash(password)``: a new hash."""
        ...

    @property
    def verify(self) -> Callable[[str | None, str], Checked]:
        """``verify(stored or None, password)``: a `Checked`, as slow for ``None`` as for a hash."""
        ...


class PasswordThread(Protocol):
    """Hashes passwords, one at a time."""

    def turn(self) -> AbstractContextManager[HashTurn]:
        """A place in its queue; raises ``rate_limited`` when there is none."""
        ...


class TokenSigner(Protocol):
    """Makes access tokens."""

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A signed token with ``claims``."""
        ...
