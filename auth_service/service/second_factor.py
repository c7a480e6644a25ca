"""Setting up one's second factor, renewing its recovery codes, and giving it up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from auth_service.domain import codes, second_factor
from auth_service.service.account_values import Factor, Proof
from auth_service.service.gate import Gate, Sealer, invalid_code
from auth_service.service.own import Own
from auth_service.service.ports import Store, Work
from auth_service.service.rights import still_may
from auth_service.service.values import Decider
from common.clock import Clock
from common.errors import DomainError, conflict, forbidden, invalid, not_found
from common.identity import SYSTEM, Action, Role, Subject, require


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Whether somebody has a second factor, since when, and how many recovery codes are left."""

    enabled_at: datetime | None
    recovery_codes_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A second factor that is to be confirmed with its first code."""

    secret: str
    uri: str
    expires_at: datetime


def not_enabled() -> DomainError:
    """There is no second factor to work with."""
    return conflict("second_factor_not_enabled", "There is no second factor.")


class SecondFactors:
    """The second factors of people."""

    def __init__(self, store: Store, clock: Clock, vault: Sealer, gate: Gate, own: Own) -> None:
        self._store = store
        self._clock = clock
        self._vault = vault
        self._gate = gate
        self._own = own

    def state(self, subject: Subject) -> State:
        """The caller's own."""
        with self._store.begin() as work:
            factor = work.factors.get(subject.employee_id)
            left = work.factors.recovery_left(subject.employee_id)
        return State(enabled_at=factor.enabled_at if factor else None, recovery_codes_left=left)

    def begin(self, subject: Subject, password: str | None, address: str) -> Pending:
        """A new secret, to be confirmed; asks for the password, or for a recent sign-in."""
        employee_id, now = subject.employee_id, self._clock.now()
        with self._store.begin() as work:
            proof = work.own.proof(employee_id)
            if work.factors.enabled(employee_id):
                raise _enabled_already()
        if proof is None:
            raise not_found()
        self._prove(subject, proof, password, address)
        secret = second_factor.new_secret()
        key = self._vault.new_key(employee_id)
        sealed = self._vault.seal(key, employee_id, secret.encode())
        until = now + second_factor.PENDING_LIFE
        with self._store.begin() as work:
            if not work.factors.start(employee_id, key, sealed, until):
                raise _enabled_already()
        uri = second_factor.uri(secret, proof.username)
        return Pending(secret=secret, uri=uri, expires_at=until)

    def confirm(self, subject: Subject, code: str, address: str, request_id: str) -> list[str]:
        """From now on sign-ins ask for it; the recovery codes, which are told once."""
        employee_id = subject.employee_id
        charge = self._gate.charge(employee_id, address)
        with self._store.begin() as work:
            factor = _pending(work, employee_id, self._clock.now())
            text = codes.normal(code)
            if not second_factor.is_totp(text):
                raise invalid_code()
            self._gate.take(work, employee_id, factor, text)
            work.factors.enable(employee_id, self._clock.now())
            made = _renew(work, employee_id)
            _note(work, employee_id, Decider(employee_id, request_id), "second_factor.enabled")
            work.sessions.refund(charge.counters)
        return made

    def renew(self, subject: Subject, code: str, address: str, request_id: str) -> list[str]:
        """New recovery codes in the place of all others."""
        employee_id = subject.employee_id
        charge = self._gate.charge(employee_id, address)
        with self._store.begin() as work:
            self._consume(work, employee_id, code)
            made = _renew(work, employee_id)
            decider = Decider(employee_id, request_id)
            _note(work, employee_id, decider, "second_factor.recovery_renewed")
            work.sessions.refund(charge.counters)
        return made

    def disable(self, subject: Subject, code: str, address: str, request_id: str) -> None:
        """Sign in without it again."""
        employee_id = subject.employee_id
        charge = self._gate.charge(employee_id, address)
        with self._store.begin() as work:
            self._consume(work, employee_id, code)
            work.factors.remove(employee_id)
            work.factors.end_challenges(employee_id)
            _note(work, employee_id, Decider(employee_id, request_id), "second_factor.disabled")
            work.sessions.refund(charge.counters)

    def remove(self, subject: Subject, employee_id: int, reason: str, request_id: str) -> None:
        """Take away the second factor of somebody who has lost it; never one's own."""
        require(subject, Action.MANAGE_PEOPLE, SYSTEM)
        if employee_id == subject.employee_id:
            raise forbidden("Give up your own with a code.", code="own_second_factor")
        with self._store.begin() as work:
            still_may(work, subject, Action.MANAGE_PEOPLE)
            account = work.people.hold(employee_id)
            if account is None or Role.SERVICE in account.roles:
                raise not_found()
            if not work.factors.remove(employee_id):
                raise not_found("This person has no second factor.")
            work.factors.end_challenges(employee_id)
            decider = Decider(subject.employee_id, request_id)
            _note(work, employee_id, decider, "second_factor.removed", reason)

    def _prove(self, subject: Subject, proof: Proof, password: str | None, address: str) -> None:
        if not proof.local:
            self._own.check_recent(subject, second_factor.RECENT_SIGN_IN)
        elif password is None:
            raise invalid("password: Field required", field="password")
        else:
            self._own.prove(proof, password, address)

    def _consume(self, work: Work, employee_id: int, code: str) -> None:
        if not work.factors.enabled(employee_id):
            raise not_enabled()
        self._gate.consume(work, employee_id, code)


def _enabled_already() -> DomainError:
    return conflict("second_factor_enabled", "There is a second factor; give it up first.")


def _pending(work: Work, employee_id: int, now: datetime) -> Factor:
    factor = work.factors.get(employee_id)
    if factor is None or (factor.enabled_at is None and factor.expires_at <= now):
        raise conflict("second_factor_not_pending", "Begin to set it up first.")
    if factor.enabled_at is not None:
        raise _enabled_already()
    return factor


def _renew(work: Work, employee_id: int) -> list[str]:
    made = second_factor.new_recovery_codes()
    marks = [codes.fingerprint(code, employee_id) for code in made]
    work.factors.set_recovery(employee_id, marks)
    return made


def _note(
    work: Work, employee_id: int, decider: Decider, action: str, reason: str | None = None
) -> None:
    work.journal.write(decider.entry(action, f"person:{employee_id}", reason=reason))
