"""What the use cases exchange with the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auth_service.domain.directories import LOCAL
from common.identity import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person as sign-in and administration see them.

    ``directory`` is who proves their identity, ``subject`` that directory's own name for them.
    """

    employee_id: int
    username: str
    full_name: str
    school_number: str | None
    external_code: str | None
    site_id: int | None
    roles: frozenset[Role]
    team_ids: frozenset[int]
    locked: bool
    manages: frozenset[int] = frozenset()
    password_hash: str | None = None
    directory: str = LOCAL
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to be made; ``username_key`` is what makes its name unique."""

    username: str
    username_key: str
    roles: frozenset[Role]
    password_hash: str | None = None
    full_name: str = ""
    school_number: str | None = None
    external_code: str | None = None
    site_id: int | None = None
    directory: str = LOCAL
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A sign-in: whose, on which device, from where, until when at the latest."""

    sid: str
    employee_id: int
    device: str
    address: str
    network: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A workplace or a school."""

    id: int
    name: str
    kind: str
    zone: str
    biometrics: bool
    newcomer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """People of one site who are led together."""

    id: int
    site_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    """Which people a list asks for: of ``teams`` (``None``: all), from beyond ``after``.

    ``role``, ``site_id`` and ``locked`` narrow it where they are given.
    """

    after: int = 0
    limit: int = 1000
    teams: Sequence[int] | None = None
    like: str = ""
    role: Role | None = None
    site_id: int | None = None
    locked: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the audit."""

    action: str
    object: str
    actor: int | None
    request_id: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides something, and in which request; ``None`` is the command line."""

    employee_id: int | None
    request_id: str = ""

    def entry(
        self,
        action: str,
        name: str,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        reason: str | None = None,
    ) -> Entry:
        """The audit line of one decision about the object ``name``."""
        return Entry(
            action=action,
            object=name,
            actor=self.employee_id,
            request_id=self.request_id,
            before=before,
            after=after,
            reason=reason,
        )
