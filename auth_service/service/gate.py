"""The second factor at the door: between a proved identity and a session."""

from __future__ import annotations

import secrets
from typing import Protocol

from auth_service.domain import codes, second_factor, sessions
from auth_service.service.account_values import Factor
from auth_service.service.ports import Store, Work
from auth_service.service.throttle import Charge, Throttle
from auth_service.service.values import Decider
from common import logs
from common.clock import Clock
from common.errors import DomainError, Kind, unavailable
from common.vault import Unreadable


class Sealer(Protocol):
    """Encrypts with a key for each person, see `common.vault.Vault`."""

    def new_key(self, employee_id: int) -> bytes:
        """A fresh key for a person, wrapped."""
        ...

    def seal(self, wrapped: bytes, employee_id: int, plain: bytes) -> bytes:
        """``plain`` encrypted with the person's key."""
        ...

    def open(self, wrapped: bytes, employee_id: int, sealed: bytes) -> bytes:
        """What `seal` encrypted; raises `Unreadable`."""
        ...


def invalid_code() -> DomainError:
    """A code that is wrong, over, or used already."""
    return DomainError(
        Kind.UNAUTHENTICATED, "invalid_code", "The code is wrong, or it was used already."
    )


def challenge_over() -> DomainError:
    """A sign-in that waits no longer: unknown, expired, answered, or tried too often."""
    return DomainError(
        Kind.UNAUTHENTICATED, "challenge_over", "This sign-in has timed out; start it again."
    )


class Gate:
    """Checks second factors."""

    def __init__(self, store: Store, clock: Clock, vault: Sealer, throttle: Throttle) -> None:
        self._store = store
        self._clock = clock
        self._vault = vault
        self._throttle = throttle

    def challenge(self, work: Work, employee_id: int) -> DomainError:
        """The refusal that asks for a code, to be raised once ``work`` is committed.

        What answers it is kept as a fingerprint only.
        """
        token = secrets.token_urlsafe(32)
        until = self._clock.now() + second_factor.CHALLENGE_LIFE
        work.factors.add_challenge(sessions.fingerprint(token), employee_id, until)
        return DomainError(
            Kind.UNAUTHENTICATED,
            "second_factor_required",
            "Enter the code of your authenticator.",
            extra={"challenge": token, "methods": ["totp", "recovery"]},
        )

    def charge(self, employee_id: int, address: str) -> Charge:
        """Count an attempt at a person's second factor; raises ``rate_limited``."""
        with self._store.begin() as work:
            charge = self._throttle.second_factor(work, employee_id, address)
        charge.check()
        return charge

    def answering(self, challenge: str, address: str) -> tuple[int, Charge]:
        """Whose sign-in ``challenge`` stands for, once this try is counted.

        Raises ``challenge_over`` or ``rate_limited``.
        """
        mark = sessions.fingerprint(challenge)
        with self._store.begin() as work:
            whose = work.factors.try_challenge(mark, self._clock.now(), second_factor.MOST_TRIES)
            if whose is None:
                charge = self._throttle.public(work, address)
            else:
                charge = self._throttle.second_factor(work, whose, address)
        charge.check()
        if whose is None:
            raise challenge_over()
        return whose, charge

    def consume(self, work: Work, employee_id: int, code: str) -> None:
        """Take ``code`` of a person's enabled second factor, once; raises ``invalid_code``."""
        factor = work.factors.get(employee_id)
        if factor is None or factor.enabled_at is None:
            raise invalid_code()
        text = codes.normal(code)
        if second_factor.is_totp(text):
            self.take(work, employee_id, factor, text)
        elif work.factors.use_recovery(
            employee_id, codes.fingerprint(text, employee_id), self._clock.now()
        ):
            decider = Decider(employee_id, logs.request_id())
            left = work.factors.recovery_left(employee_id)
            entry = decider.entry(
                "second_factor.recovery_used", f"person:{employee_id}", after={"left": left}
            )
            work.journal.write(entry)
        else:
            raise invalid_code()

    def take(self, work: Work, employee_id: int, factor: Factor, code: str) -> None:
        """Take an authenticator's ``code`` (in its normal form); raises ``invalid_code``."""
        secret = self._opened(employee_id, factor)
        step = second_factor.accepted_step(secret, code, self._clock.now(), factor.last_step)
        if step is None:
            raise invalid_code()
        work.factors.stepped(employee_id, step)

    def _opened(self, employee_id: int, factor: Factor) -> str:
        try:
            return self._vault.open(factor.wrapped_key, employee_id, factor.secret).decode()
        except Unreadable as fault:
            logs.log().error("second factor unreadable: is second_factor_key the right one?")
            raise unavailable("The second factor cannot be checked.") from fault
