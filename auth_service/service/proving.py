"""How an identity is proved: by the local password, or by a directory of the institution."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, Protocol

from auth_service.domain import directories
from auth_service.domain.directories import LOCAL, Identity, Refusal
from auth_service.domain.journeys import Journey
from auth_service.service.ports import HashTurn, PasswordThread
from auth_service.service.values import Account
from common.errors import DomainError, Kind, unavailable

DirectoryKind = Literal["local", "ldap", "oidc", "portal"]
Photo = Callable[[], bytes | None]


def invalid_credentials() -> DomainError:
    """The one answer to a wrong name, a wrong password and a locked account."""
    return DomainError(
        Kind.UNAUTHENTICATED, "invalid_credentials", "The username or the password is wrong."
    )


def directory_unavailable() -> DomainError:
    """The directory is down, or what it says proves nothing either way."""
    return unavailable(
        "The institution's sign-in does not answer as expected; try again later.",
        code="directory_unavailable",
        retry_after=5,
    )


def identity_unproved() -> DomainError:
    """What came back from a provider is not the proof that was asked for."""
    return DomainError(
        Kind.UNAUTHENTICATED, "identity_unproved", "The institution's answer proves nothing."
    )


def sign_in_cancelled() -> DomainError:
    """The person, or the provider on their behalf, said no (RFC 6749 4.1.2.1)."""
    return DomainError(
        Kind.UNAUTHENTICATED, "sign_in_cancelled", "The sign-in was cancelled at the institution."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What somebody offers as proof.

    ``account`` is who has this name here, ``known`` that account's subject in the directory that
    is asked, where it is its own. ``turn`` is the place in the hash queue, for the local one.
    """

    username: str
    password: str = field(repr=False)
    account: Account | None = None
    known: str | None = None
    turn: HashTurn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """Somebody's identity is proved.

    By the local password: then ``account`` is theirs and ``renewed`` its new hash, if any. Or by
    ``directory``: then ``identity`` says who they are, and ``photo`` fetches their picture.
    """

    directory: str
    account: Account | None = None
    renewed: str | None = None
    identity: Identity | None = None
    photo: Photo | None = None


class Directory(Protocol):
    """Something that knows who people are."""

    @property
    def name(self) -> str:
        """What clients call it."""
        ...

    @property
    def kind(self) -> DirectoryKind:
        """How it works; an ``oidc`` one takes no password: the browser is sent there."""
        ...

    @property
    def label(self) -> str:
        """What people call it."""
        ...


class PasswordDirectory(Directory, Protocol):
    """A directory that is shown a name and a password."""

    def verify(self, attempt: Attempt) -> Proved | Refusal:
        """Who the attempt proves somebody to be.

        Raises ``directory_unavailable`` whenever it is neither proved nor refused.
        """
        ...


class RedirectDirectory(Directory, Protocol):
    """A directory that the browser is sent to."""

    def way(self, journey: Journey) -> str:
        """The address there; raises ``directory_unavailable``."""
        ...

    def prove(self, journey: Journey, code: str, issuer: str | None) -> Proved:
        """Who has come back; raises ``identity_unproved`` or ``directory_unavailable``."""
        ...


@dataclass(frozen=True, slots=True)
class Lost:
    """The directory no longer knows the owner of ``account``."""

    account: Account


class Proving:
    """Asks the configured directories. ``others`` are those that take a password, in order."""

    def __init__(
        self,
        password_thread: PasswordThread,
        local: PasswordDirectory,
        others: Mapping[str, PasswordDirectory],
        order: Sequence[str],
    ) -> None:
        self._passwords = password_thread
        self._local = local
        self._others = others
        self._order = order

    def turn(self) -> AbstractContextManager[HashTurn]:
        """A place in the hash queue; raises ``rate_limited`` before anything is counted."""
        return self._passwords.turn()

    def locally(self, attempt: Attempt) -> Proved | Refusal:
        """Check the local password, also where it decides nothing: all take the same time."""
        return self._local.verify(attempt)

    def check_choice(self, directory: str | None) -> None:
        """Raise ``invalid_request`` when there is no such directory to give a password to."""
        if directory is not None and directory != LOCAL and directory not in self._others:
            raise DomainError(
                Kind.UNPROCESSABLE,
                "invalid_request",
                "There is no such directory to give a password to.",
                field="directory",
            )

    def ask(self, attempt: Attempt, chosen: str | None, local: Proved | Refusal) -> Proved | Lost:
        """What the directories say, the local one having said ``local``.

        Raises ``invalid_credentials``, or ``directory_unavailable`` when one that might have
        proved it does not answer.
        """
        account = attempt.account
        known = account.directory if account else None
        fault: DomainError | None = None
        for name in directories.asked(self._order, chosen, known):
            try:
                outcome = local if name == LOCAL else self._outside(name, attempt)
            except DomainError as raised:
                fault = raised
                continue
            if isinstance(outcome, Proved):
                return outcome
            if outcome is Refusal.GONE and account and account.directory == name:
                return Lost(account)
        raise fault or invalid_credentials()

    def _outside(self, name: str, attempt: Attempt) -> Proved | Refusal:
        directory = self._others.get(name)
        if directory is None or not directories.usable(attempt.username, attempt.password):
            return Refusal.WRONG
        account = attempt.account
        known = account.subject if account and account.directory == name else None
        return directory.verify(
            Attempt(
                username=attempt.username,
                password=attempt.password,
                account=account,
                known=known,
            )
        )
