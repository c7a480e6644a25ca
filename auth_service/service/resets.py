"""Links with which somebody who has forgotten their password sets a new one, once."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from auth_service.domain import sessions
from auth_service.domain.roles import own_password
from auth_service.service.accounts import Accounts
from auth_service.service.ending import revoke_all
from auth_service.service.own import not_local
from auth_service.service.ports import Store
from auth_service.service.rights import still_may
from auth_service.service.throttle import Charge, Throttle
from auth_service.service.values import Decider
from common.clock import Clock
from common.errors import DomainError, Kind, not_found
from common.identity import SYSTEM, Action, Role, Subject, require

LINK_LIFE = timedelta(hours=24)


def link_over() -> DomainError:
    """The one answer for a link that is unknown, used, replaced or expired."""
    return DomainError(
        Kind.GONE, "link_used_or_expired", "This link has been used or is too old; ask for another."
    )


class Resets:
    """Reset links. ``changed`` hastens the news of a change."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        accounts: Accounts,
        throttle: Throttle,
        changed: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._accounts = accounts
        self._throttle = throttle
        self._changed = changed

    def issue(self, subject: Subject, employee_id: int, request_id: str) -> tuple[str, datetime]:
        """A link's token for somebody, and until when it is good; voids their last one."""
        require(subject, Action.MANAGE_PEOPLE, SYSTEM)
        if employee_id == subject.employee_id:
            raise own_password()
        token = secrets.token_urlsafe(32)
        until = self._clock.now() + LINK_LIFE
        with self._store.begin() as work:
            still_may(work, subject, Action.MANAGE_PEOPLE)
            account = work.people.hold(employee_id)
            proof = work.own.proof(employee_id)
            if account is None or proof is None or Role.SERVICE in account.roles:
                raise not_found()
            if not proof.local:
                raise not_local()
            mark = sessions.fingerprint(token)
            work.own.set_link(employee_id, mark, subject.employee_id, until)
            decider = Decider(subject.employee_id, request_id)
            after = {"expires_at": until.isoformat()}
            work.journal.write(
                decider.entry("password.link_made", f"person:{employee_id}", after=after)
            )
        return token, until

    def check(self, token: str, address: str) -> tuple[str, datetime]:
        """Whose link it is, and until when it is good; raises ``link_used_or_expired``."""
        username, until, charge = self._found(token, address)
        with self._store.begin() as work:
            work.sessions.refund(charge.counters)
        return username, until

    def reset(self, token: str, password: str, address: str, request_id: str) -> None:
        """Use the link up for a new password; ends every session, opens no locked account."""
        username, _, charge = self._found(token, address)
        made = self._accounts.hashed(username, password)
        with self._store.begin() as work:
            employee_id = work.own.use_link(sessions.fingerprint(token), self._clock.now())
            if employee_id is None:
                raise link_over()
            work.people.change(employee_id, {"password_hash": made})
            work.sessions.refund(charge.counters)
            revoke_all(work, employee_id)
            decider = Decider(employee_id, request_id)
            work.journal.write(decider.entry("password.reset", f"person:{employee_id}"))
        self._changed()

    def _found(self, token: str, address: str) -> tuple[str, datetime, Charge]:
        mark = sessions.fingerprint(token)
        with self._store.begin() as work:
            charge = self._throttle.public(work, address)
            found = work.own.link(mark, self._clock.now())
            account = work.people.by_id(found[0]) if found else None
        charge.check()
        if found is None or account is None:
            raise link_over()
        return account.username, found[1], charge
