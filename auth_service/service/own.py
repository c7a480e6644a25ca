"""One's own sessions and password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from auth_service.domain import passwords
from auth_service.service.account_values import OpenSession, Proof
from auth_service.service.accounts import Accounts
from auth_service.service.ending import revoke_all
from auth_service.service.ports import HashTurn, PasswordThread, Store
from auth_service.service.proving import invalid_credentials
from auth_service.service.throttle import Charge, Throttle
from auth_service.service.values import Decider
from common.clock import Clock
from common.errors import DomainError, conflict, not_found, unauthenticated
from common.identity import Subject


def not_local() -> DomainError:
    """The password is another directory's to change."""
    return conflict("not_local", "The password of this account is kept in another directory.")


class Own:
    """What people do with their own account. ``changed`` hastens the news of a change."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        accounts: Accounts,
        *,
        password_thread: PasswordThread,
        throttle: Throttle,
        changed: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._passwords = password_thread
        self._accounts = accounts
        self._throttle = throttle
        self._changed = changed

    def sessions(
        self, subject: Subject, before: tuple[datetime, str] | None, limit: int
    ) -> list[OpenSession]:
        """The caller's sessions, the newest first."""
        with self._store.begin() as work:
            return work.own.sessions(subject.employee_id, self._clock.now(), before, limit)

    def revoke(self, subject: Subject, sid: str, request_id: str) -> None:
        """End one of the caller's sessions; raises ``not_found`` also for somebody else's."""
        employee_id = subject.employee_id
        with self._store.begin() as work:
            if not work.own.revoke(employee_id, sid):
                raise not_found()
            work.journal.announce_session(employee_id, sid)
            decider = Decider(employee_id, request_id)
            work.journal.write(
                decider.entry("session.revoked", f"person:{employee_id}", before={"sid": sid})
            )
        self._changed()

    def change_password(
        self, subject: Subject, current: str, new: str, address: str, request_id: str
    ) -> None:
        """Set another password; ends every other session of the caller.

        Raises ``invalid_credentials``, ``rate_limited``, ``not_local``.
        """
        employee_id = subject.employee_id
        with self._store.begin() as work:
            proof = work.own.proof(employee_id)
        if proof is None or not proof.local:
            raise not_local()
        text = self._accounts.checked(proof.username, new)
        with self._passwords.turn() as turn:
            charge = self._proved(turn, proof, current, address)
            made = turn.hash(text)
        with self._store.begin() as work:
            if not work.own.replace_password(employee_id, proof.password_hash, made):
                # Somebody else has changed it in between: what was proved is over.
                raise invalid_credentials()
            work.sessions.refund(charge.counters)
            work.own.drop_link(employee_id)
            revoke_all(work, employee_id, keep=subject.session_id)
            decider = Decider(employee_id, request_id)
            work.journal.write(decider.entry("password.changed", f"person:{employee_id}"))
        self._changed()

    def prove(self, proof: Proof, password: str, address: str) -> None:
        """Ask for the password once more; raises ``invalid_credentials``, ``rate_limited``."""
        with self._passwords.turn() as turn:
            charge = self._proved(turn, proof, password, address)
        with self._store.begin() as work:
            work.sessions.refund(charge.counters)

    def check_recent(self, subject: Subject, within: timedelta) -> None:
        """Raise ``sign_in_again`` unless the caller's session began that recently."""
        with self._store.begin() as work:
            session = work.own.session(subject.employee_id, subject.session_id)
        if session is None or self._clock.now() - session.created_at > within:
            raise unauthenticated("sign_in_again")

    def _proved(self, turn: HashTurn, proof: Proof, password: str, address: str) -> Charge:
        with self._store.begin() as work:
            charge = self._throttle.account(work, proof.username_key, address, proof.employee_id)
        charge.check()
        if not turn.verify(proof.password_hash, passwords.normal(password)).right:
            raise invalid_credentials()
        return charge
