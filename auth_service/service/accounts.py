"""Making accounts: by registration, by an admin, from the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from auth_service.domain import passwords, roles, usernames
from auth_service.domain.invitations import no_invitation
from auth_service.domain.passwords import PasswordPolicy
from auth_service.domain.registration import Registration
from auth_service.service.account_values import Invitation
from auth_service.service.invitations import Invitations
from auth_service.service.ports import PasswordThread, Store, Work
from auth_service.service.rights import still_may
from auth_service.service.sessions import Device, Grant, Sessions
from auth_service.service.throttle import Charge
from auth_service.service.values import Account, Decider, NewAccount
from common.errors import DomainError, Kind, conflict
from common.identity import SYSTEM, Action, Role, Subject, authorize, require


def username_taken() -> Exception:
    """Somebody has this name, in whatever capitals."""
    return conflict("username_taken", "This username is taken.")


@dataclass(frozen=True, slots=True)
class _Invited:
    """An invitation that was good a moment ago, and what looking for it was charged to."""

    found: Invitation
    charge: Charge


class Accounts:
    """Makes accounts. ``changed`` hastens the news of a change."""

    def __init__(
        self,
        store: Store,
        sessions: Sessions,
        invitations: Invitations,
        *,
        password_thread: PasswordThread,
        policy: PasswordPolicy,
        registration: Registration,
        changed: Callable[[], None],
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._invitations = invitations
        self._passwords = password_thread
        self._policy = policy
        self._registration = registration
        self._changed = changed

    def register(
        self,
        username: str,
        password: str,
        device: Device,
        life: timedelta,
        request_id: str,
        invitation: str | None = None,
    ) -> Grant:
        """An account of a newcomer, signed in at once, as far as an ``invitation`` promises.

        Raises ``username_taken``, ``invitation_invalid``, ``registration_closed``.
        """
        self._registration.check(invited=invitation is not None, by_admin=False)
        invited = self._invited(invitation, device.address)
        new = self._prepared(username, password)
        with self._store.begin() as work:
            newcomer = _newcomer(work)
            role = invited.found.role if invited else newcomer[0]
            account = self._join(work, new, role, newcomer[1], invited, Decider(None, request_id))
            grant = self._sessions.open(work, account, device, life)
        self._changed()
        return grant

    def register_as(
        self,
        username: str,
        password: str,
        word: str | None,
        caller: Subject | None,
        address: str,
        request_id: str,
        invitation: str | None = None,
    ) -> tuple[Account, Role]:
        """An account with the role that ``word`` asks for, as far as one may have it.

        That is what an invitation promises, or what ``caller`` may give.
        """
        admin = caller if caller and authorize(caller, Action.MANAGE_PEOPLE, SYSTEM) else None
        by_admin = admin is not None
        self._registration.check(invited=invitation is not None, by_admin=by_admin)
        with self._store.begin() as work:
            newcomer, site_id = _newcomer(work)
        try:
            invited = self._invited(invitation, address)
        except DomainError as fault:
            if fault.kind is Kind.GONE:
                # A role that only an invitation gives is refused as it is without one.
                roles.registered(word, newcomer, by_admin=by_admin)
            raise
        if invited:
            role = roles.invited(word, invited.found.role)
        else:
            role = roles.registered(word, newcomer, by_admin=by_admin)
        new = self._prepared(username, password)
        decider = Decider(caller.employee_id if caller else None, request_id)
        with self._store.begin() as work:
            if admin:
                still_may(work, admin, Action.MANAGE_PEOPLE)
            account = self._join(work, new, role, site_id, invited, decider)
        self._changed()
        return account, role

    def create(
        self, subject: Subject, new: NewAccount, password: str | None, request_id: str
    ) -> Account:
        """An account as ``new`` describes it; without a password nobody signs in with it yet."""
        require(subject, Action.MANAGE_PEOPLE, SYSTEM)
        prepared = self._prepared(new.username, password)
        whole = replace(
            new,
            username=prepared.username,
            username_key=prepared.username_key,
            password_hash=prepared.password_hash,
        )
        with self._store.begin() as work:
            still_may(work, subject, Action.MANAGE_PEOPLE)
            decider = Decider(subject.employee_id, request_id)
            account = add(work, whole, decider, "account.created")
        self._changed()
        return account

    def checked(self, username: str, password: str) -> str:
        """A new password as it is hashed; raises ``invalid_request`` when it may not be one."""
        return passwords.checked(password, username, self._policy)

    def hashed(self, username: str, password: str) -> str:
        """The hash of a new password; raises ``invalid_request`` when it may not be one."""
        return self._hash(self.checked(username, password))

    def make_admin(
        self,
        username: str,
        password: Callable[[], str],
        confirm: Callable[[Account, datetime], None],
    ) -> bool:
        """Give ``username`` the role of admin; whether the account had to be made.

        ``password`` is asked for only when it is needed. ``confirm`` is shown an account that is
        there already, perhaps a stranger's who took the name first, and when it was made; it
        raises unless that is who is meant.
        """
        name = usernames.checked(username)
        command_line = Decider(None)
        with self._store.begin() as work:
            known = work.people.by_name(usernames.key_of(name))
            made_at = work.people.made_at(known.employee_id) if known else None
        if known and made_at:
            confirm(known, made_at)
            with self._store.begin() as work:
                _promote(work, known, command_line)
        else:
            new = self._prepared(name, password())
            new = replace(new, roles=frozenset({Role.ADMIN, Role.STAFF}))
            with self._store.begin() as work:
                add(work, new, command_line, "account.created")
        self._changed()
        return known is None

    def _invited(self, code: str | None, address: str) -> _Invited | None:
        """The invitation behind ``code``, before the hash is paid for."""
        if code is None:
            return None
        found, charge = self._invitations.find(code, address)
        if found is None:
            raise no_invitation()
        return _Invited(found, charge)

    def _join(
        self,
        work: Work,
        new: NewAccount,
        role: Role,
        site_id: int | None,
        invited: _Invited | None,
        decider: Decider,
    ) -> Account:
        """Make the account, and use the invitation up in the same transaction."""
        if invited and invited.found.site_id is not None:
            site_id = invited.found.site_id
        whole = replace(new, roles=frozenset({role}), site_id=site_id)
        account = add(work, whole, decider, "account.registered")
        if invited:
            request_id = decider.request_id
            self._invitations.use(work, invited.found, invited.charge, account, request_id)
        return account

    def _prepared(self, username: str, password: str | None) -> NewAccount:
        """A checked name that is free and a hashed password."""
        name = usernames.checked(username)
        key = usernames.key_of(name)
        text = None
        if password is not None:
            text = self.checked(name, password)
        # Before the hash, which costs a hundred times as much as this look.
        with self._store.begin() as work:
            if work.people.by_name(key):
                raise username_taken()
        return NewAccount(
            username=name,
            username_key=key,
            roles=frozenset(),
            password_hash=None if text is None else self._hash(text),
        )

    def _hash(self, text: str) -> str:
        with self._passwords.turn() as turn:
            return turn.hash(text)


def _promote(work: Work, confirmed: Account, decider: Decider) -> None:
    """Make an admin of the account that was confirmed, as long as its name is still its own."""
    work.rights.guard()
    known = work.people.hold(confirmed.employee_id)
    if known is None or known.username != confirmed.username:
        raise conflict("account_changed", "The account has changed meanwhile; try again.")
    if Role.ADMIN in known.roles:
        return
    grown = known.roles | {Role.ADMIN}
    work.people.set_roles(known.employee_id, grown, decider.employee_id)
    entry = decider.entry(
        "account.changed",
        f"person:{known.employee_id}",
        before={"roles": sorted(known.roles)},
        after={"roles": sorted(grown)},
    )
    work.journal.write(entry)
    work.journal.announce_person(known.employee_id)


def _newcomer(work: Work) -> tuple[Role, int | None]:
    """What registration makes of somebody, and at which site."""
    site = work.sites.newcomers()
    return roles.of_newcomer(site.newcomer if site else None), site.id if site else None


def add(work: Work, new: NewAccount, decider: Decider, action: str) -> Account:
    """Make the account within ``work``, with its audit line and its announcement."""
    employee_id = work.people.add(new, decider.employee_id)
    account = Account(
        employee_id=employee_id,
        username=new.username,
        full_name=new.full_name,
        school_number=new.school_number,
        external_code=new.external_code,
        site_id=new.site_id,
        roles=new.roles,
        team_ids=frozenset(),
        locked=False,
    )
    after = {"username": new.username, "roles": sorted(new.roles), "site_id": new.site_id}
    work.journal.write(decider.entry(action, f"person:{employee_id}", after=after))
    work.journal.announce_person(employee_id)
    return account
