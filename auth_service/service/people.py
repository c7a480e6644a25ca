"""Reading people, and changing what they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from auth_service.domain import roles as role_rules
from auth_service.domain import usernames
from auth_service.service.accounts import Accounts
from auth_service.service.ending import revoke_all
from auth_service.service.ports import Store, Work
from auth_service.service.rights import still_may
from auth_service.service.values import Account, Decider, Entry, PeoplePage, Site, Team
from common.errors import forbidden, not_found
from common.identity import (
    SYSTEM,
    Action,
    Object,
    Relation,
    Role,
    Subject,
    authorize,
    reach,
    require,
)

_COLUMNS = frozenset(
    {
        "username",
        "username_key",
        "full_name",
        "school_number",
        "external_code",
        "site_id",
        "password_hash",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One's own account with the names of what it refers to."""

    account: Account
    site: Site | None
    teams: list[Team]
    manages: list[Team]


class People:
    """The directory of people. ``changed`` hastens the news of a change."""

    def __init__(self, store: Store, accounts: Accounts, changed: Callable[[], None]) -> None:
        self._store = store
        self._accounts = accounts
        self._changed = changed

    def me(self, subject: Subject) -> Profile:
        """The caller's own account."""
        with self._store.begin() as work:
            account = work.people.by_id(subject.employee_id)
            if account is None:
                raise not_found()
            site = work.sites.site(account.site_id) if account.site_id else None
            return Profile(
                account=account,
                site=site,
                teams=work.sites.teams(sorted(account.team_ids)),
                manages=work.sites.teams(sorted(subject.person.manages)),
            )

    def page(self, subject: Subject, wanted: PeoplePage) -> list[Account]:
        """The people the caller is responsible for; raises ``forbidden`` for anybody else."""
        standing = reach(subject, Action.READ_PEOPLE)
        if Relation.ANY in standing:
            teams = None
        elif Relation.TEAM in standing:
            teams = sorted(subject.person.manages)
        else:
            raise forbidden()
        with self._store.begin() as work:
            return work.people.page(replace(wanted, teams=teams))

    def one(self, subject: Subject, employee_id: int) -> Account:
        """One person; raises ``not_found`` also for somebody the caller may not know of."""
        with self._store.begin() as work:
            account = work.people.by_id(employee_id)
        if account is None or not authorize(subject, Action.READ_PEOPLE, _object_of(account)):
            raise not_found()
        return account

    def change(
        self,
        subject: Subject,
        employee_id: int,
        wanted: Mapping[str, Any],
        *,
        reason: str | None,
        request_id: str,
    ) -> Account:
        """Change what ``wanted`` names of a person: columns, ``roles``, ``locked``, ``password``.

        A lock, a new password or another username ends every session; new roles end the tokens
        that say the old ones. Nobody changes their own roles.
        """
        require(subject, Action.MANAGE_PEOPLE, SYSTEM)
        values = dict(wanted)
        if "username" in values:
            values["username"] = usernames.checked(values["username"])
            values["username_key"] = usernames.key_of(values["username"])
        if "password" in values:
            known = self.one(subject, employee_id)
            name = values.get("username", known.username)
            values["password_hash"] = self._accounts.hashed(name, values.pop("password"))
        decider = Decider(subject.employee_id, request_id)
        with self._store.begin() as work:
            still_may(work, subject, Action.MANAGE_PEOPLE)
            after = change_within(work, decider, employee_id, values, reason)
        self._changed()
        return after

    def grant(
        self, subject: Subject, employee_id: int, role: Role, reason: str | None, request_id: str
    ) -> Account:
        """Give a person one more role; having it already is no fault."""
        require(subject, Action.MANAGE_PEOPLE, SYSTEM)
        decider = Decider(subject.employee_id, request_id)
        with self._store.begin() as work:
            still_may(work, subject, Action.MANAGE_PEOPLE)
            known = work.people.by_id(employee_id)
            if known is None:
                raise not_found()
            grown = {"roles": known.roles | {role}}
            after = change_within(work, decider, employee_id, grown, reason)
        self._changed()
        return after

    def holders(self, subject: Subject) -> dict[Role, int]:
        """How many people hold each role that people can have."""
        require(subject, Action.MANAGE_PEOPLE, SYSTEM)
        with self._store.begin() as work:
            found = work.rights.holders()
        return {role: found.get(role, 0) for role in Role if role in role_rules.GRANTABLE}


def change_within(
    work: Work,
    decider: Decider,
    employee_id: int,
    values: Mapping[str, Any],
    reason: str | None,
) -> Account:
    """Change a person within ``work``, with the audit line and the announcement.

    ``values`` are columns, ``roles``, ``locked``; ``username`` comes with its ``username_key``.
    Raises ``not_found``, ``own_roles``, ``own_lock``, ``own_password``, ``last_admin``,
    ``username_taken``, ``role_of_directory``.
    """
    if not values.keys().isdisjoint({"roles", "locked"}):
        # Two admins who take each other's role at once would leave none.
        work.rights.guard()
    before = work.people.hold(employee_id)
    if before is None or Role.SERVICE in before.roles:
        raise not_found()
    _apply(work, decider, before, values)
    after = work.people.by_id(employee_id)
    assert after is not None
    if after != before or "password_hash" in values:
        work.journal.write(_entry(before, after, values, decider, reason))
        work.journal.announce_person(employee_id)
    return after


def _apply(work: Work, decider: Decider, before: Account, values: Mapping[str, Any]) -> None:
    roles = values.get("roles", before.roles)
    locked = values.get("locked", before.locked)
    change = role_rules.Change(
        own=decider.employee_id == before.employee_id,
        username=before.username,
        roles=before.roles,
        wanted=roles,
        was_locked=before.locked,
        locked=locked,
        sets_password="password_hash" in values,
        given=work.directories.given(before.employee_id),
        others=partial(work.rights.another_admin, before.employee_id),
    )
    for _, refused in role_rules.refusals(change):
        raise refused
    columns = {name: value for name, value in values.items() if name in _COLUMNS}
    if columns:
        work.people.change(before.employee_id, columns)
    if roles != before.roles:
        work.people.set_roles(before.employee_id, roles, decider.employee_id)
    if locked != before.locked:
        work.people.lock(before.employee_id, locked=locked)
    if "password_hash" in columns:
        work.own.drop_link(before.employee_id)
    # Tokens carry the name: none may go on under one that is perhaps another person's soon.
    renamed = values.get("username", before.username) != before.username
    if (locked and not before.locked) or "password_hash" in columns or renamed:
        revoke_all(work, before.employee_id)


def _object_of(account: Account) -> Object:
    return Object(account.employee_id, account.team_ids, account.site_id)


def _entry(
    before: Account,
    after: Account,
    values: Mapping[str, Any],
    decider: Decider,
    reason: str | None,
) -> Entry:
    old, new = _shown(before), _shown(after)
    changed = {name for name in new if old[name] != new[name]}
    secret = {"password": "changed"} if "password_hash" in values else {}
    return decider.entry(
        "account.changed",
        f"person:{after.employee_id}",
        before={name: old[name] for name in sorted(changed)},
        after={name: new[name] for name in sorted(changed)} | secret,
        reason=reason,
    )


def _shown(account: Account) -> dict[str, Any]:
    return {
        "username": account.username,
        "full_name": account.full_name,
        "school_number": account.school_number,
        "external_code": account.external_code,
        "site_id": account.site_id,
        "roles": sorted(account.roles),
        "locked": account.locked,
    }
