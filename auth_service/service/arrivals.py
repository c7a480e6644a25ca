"""What a directory's proof does to the account here: it is made, brought up to date, or refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from auth_service.domain import directories, usernames
from auth_service.domain.attempts import Counter
from auth_service.domain.directories import Identity
from auth_service.domain.roles import loses_admin
from auth_service.service.ending import revoke_all
from auth_service.service.ports import Store, Work
from auth_service.service.proving import Proved, invalid_credentials
from auth_service.service.values import Account, Decider, Entry, NewAccount
from common import logs
from common.errors import DomainError, Kind, conflict, forbidden
from common.identity import Role


def account_exists() -> DomainError:
    """Another account has the name: nobody takes it over by having the same name elsewhere."""
    return conflict(
        "account_exists",
        "Another account here has this name. An administrator has to rename it first.",
    )


def not_admitted() -> DomainError:
    """The identity is proved, and gives no role here."""
    return forbidden("Your institution's account has no role here.", code="not_admitted")


class Arrivals:
    """Settles what has been proved. ``site`` is the one that a directory's people join, by name;
    ``changed`` hastens the news of a change.
    """

    def __init__(self, store: Store, changed: Callable[[], None], *, site: str | None) -> None:
        self._store = store
        self._changed = changed
        self._site = site

    def settled(self, proved: Proved, counters: Sequence[Counter]) -> Account:
        """The account of who is proved, as it is now; the attempt is taken back from ``counters``.

        Raises ``invalid_credentials`` when it is locked, ``account_exists``,
        ``school_number_taken`` or ``not_admitted``.
        """
        identity, request_id = proved.identity, logs.request_id()
        with self._noting(proved.directory, identity, request_id), self._store.begin() as work:
            if identity is not None:
                account = self._settle(work, proved.directory, identity, request_id)
            else:
                account = _own(work, proved)
            if account.locked:
                raise invalid_credentials()
            work.sessions.refund(counters)
            # The directory may have withdrawn the last role: that stands, and opens nothing.
            outside = identity is not None and not account.roles
            if outside:
                revoke_all(work, account.employee_id)
        if identity is not None:
            self._changed()
        if outside:
            raise not_admitted()
        return account

    def lost(self, account: Account) -> None:
        """The directory no longer knows this person: what they have open here ends."""
        with self._store.begin() as work:
            if revoke_all(work, account.employee_id):
                name = f"person:{account.employee_id}"
                after = {"directory": account.directory}
                entry = Decider(None, logs.request_id()).entry("signin.gone", name, after=after)
                work.journal.write(entry)
        self._changed()

    def _settle(self, work: Work, directory: str, identity: Identity, request_id: str) -> Account:
        """The account of ``identity`` within ``work``, as the directory describes it now.

        The account is found by the directory's subject, never by its name. Raises
        ``account_exists``, ``school_number_taken`` or ``not_admitted``; somebody known whose last
        role the directory has withdrawn comes back without a role.
        """
        if not directories.is_subject(identity.subject):
            raise not_admitted()
        decider = Decider(None, request_id)
        known = work.directories.hold(directory, identity.subject)
        if known is not None:
            account = _updated(work, decider, known, identity, directory)
        else:
            account = self._added(work, decider, identity, directory)
        if identity.lessons is not None:
            work.directories.set_lessons(account.employee_id, identity.lessons)
        return account

    @contextmanager
    def _noting(self, directory: str, identity: Identity | None, request_id: str) -> Iterator[None]:
        """Note in the audit when somebody whose identity a directory proved is not let in.

        Nothing else of the refused sign-in is kept, so the line has a transaction of its own.
        """
        try:
            yield
        except DomainError as fault:
            if identity is not None and fault.kind in {Kind.CONFLICT, Kind.FORBIDDEN}:
                self._note(directory, identity, fault.code, request_id)
            raise

    def _note(self, directory: str, identity: Identity, code: str, request_id: str) -> None:
        after = {
            "directory": directory,
            "subject": identity.subject,
            "username": identity.username,
            "code": code,
        }
        with self._store.begin() as work:
            holder = work.people.by_name(usernames.key_of(identity.username))
            name = f"person:{holder.employee_id}" if holder else f"directory:{directory}"
            work.journal.write(Decider(None, request_id).entry("signin.refused", name, after=after))

    def _added(self, work: Work, decider: Decider, identity: Identity, directory: str) -> Account:
        if not identity.roles:
            raise not_admitted()
        name = _name_of(identity)
        key = usernames.key_of(name)
        if work.people.by_name(key) is not None:
            raise account_exists()
        new = NewAccount(
            username=name,
            username_key=key,
            roles=frozenset(),
            full_name=identity.full_name,
            school_number=identity.school_number,
            site_id=self._site_id(work),
            directory=directory,
            subject=identity.subject,
        )
        employee_id = work.people.add(new, None)
        work.directories.set_roles(employee_id, identity.roles)
        work.journal.write(_arrived(decider, employee_id, new, identity))
        work.journal.announce_person(employee_id)
        account = work.people.by_id(employee_id)
        assert account is not None
        return account

    def _site_id(self, work: Work) -> int | None:
        if self._site is None:
            site = work.sites.newcomers()
            return site.id if site else None
        found = [site.id for site in work.sites.sites() if site.name == self._site]
        if not found:
            logs.log().error("there is no site of the name in DIRECTORY_SITE")
            raise DomainError(
                Kind.UNAVAILABLE,
                "directory_unavailable",
                "Sign-in with the institution is not set up completely.",
                retry_after=60,
            )
        return found[0]


def _own(work: Work, proved: Proved) -> Account:
    assert proved.account is not None, "a local password proves an account"
    account = proved.account
    if proved.renewed:
        old = account.password_hash
        if not work.own.replace_password(account.employee_id, old=old, new=proved.renewed):
            raise invalid_credentials()
        return replace(account, password_hash=proved.renewed)
    return account


def _name_of(identity: Identity) -> str:
    """The username of a new account; a name that may not be one is refused."""
    try:
        return usernames.checked(identity.username)
    except DomainError as fault:
        raise not_admitted() from fault


def _updated(
    work: Work, decider: Decider, employee_id: int, identity: Identity, directory: str
) -> Account:
    if directories.withdraws_admin(work.directories.roles(employee_id), identity.roles):
        # Before the person, as everybody who changes rights. Only arrivals make a role the
        # directory's, and nobody else arrives as this subject meanwhile.
        work.rights.guard()
    before = work.people.hold(employee_id)
    assert before is not None
    columns: dict[str, Any] = {}
    if identity.full_name and identity.full_name != before.full_name:
        columns["full_name"] = identity.full_name
    if identity.school_number and identity.school_number != before.school_number:
        columns["school_number"] = identity.school_number
    given = _given(work, decider, before, identity, directory)
    roles = directories.roles_after(work.directories.roles(employee_id), given)
    work.people.change(employee_id, columns)
    work.directories.set_roles(employee_id, given)
    after = replace(before, roles=roles, **columns)
    if after == before:
        return after
    old = {name: getattr(before, name) for name in columns}
    new: dict[str, Any] = dict(columns)
    if roles != before.roles:
        old["roles"], new["roles"] = sorted(before.roles), sorted(roles)
    work.journal.write(
        decider.entry(
            "account.changed",
            f"person:{employee_id}",
            before=old,
            after=new,
            reason=f"as the directory {directory} says",
        )
    )
    work.journal.announce_person(employee_id)
    return after


def _given(
    work: Work, decider: Decider, before: Account, identity: Identity, directory: str
) -> frozenset[Role]:
    """The roles that the directory gives, and admin where nobody would be left to make one."""
    after = directories.roles_after(work.directories.roles(before.employee_id), identity.roles)
    loses = loses_admin(before.roles, after, was_locked=before.locked, locked=before.locked)
    if not loses or work.rights.another_admin(before.employee_id):
        return identity.roles
    work.journal.write(
        decider.entry(
            "account.admin_kept",
            f"person:{before.employee_id}",
            after={"directory": directory, "role": Role.ADMIN},
            reason="the last admin: the directory no longer gives the role",
        )
    )
    return identity.roles | {Role.ADMIN}


def _arrived(decider: Decider, employee_id: int, new: NewAccount, identity: Identity) -> Entry:
    after = {
        "username": new.username,
        "directory": new.directory,
        "subject": new.subject,
        "roles": sorted(identity.roles),
        "site_id": new.site_id,
    }
    return decider.entry("account.arrived", f"person:{employee_id}", after=after)
