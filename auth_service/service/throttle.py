"""Counting guesses before they are looked at, so that a restart or a crash forgives none."""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client import Counter as Metric

from auth_service.domain import attempts
from auth_service.domain.attempts import Allowances, Counter
from auth_service.service.ports import Work
from common.clock import Clock
from common.errors import limited

_REFUSED = Metric(
    "hazir_guesses_refused", "Guesses refused because too many had failed.", ["counter"]
)
# No account has this number: unknown names cost the same look-up as known ones.
_NOBODY = 0


@dataclass(frozen=True, slots=True)
class Charge:
    """One counted attempt: what it was charged to, and how long to wait when that was too much."""

    counters: list[Counter]
    wait: float = 0.0
    kind: str = ""

    def check(self) -> None:
        """Raise ``rate_limited`` when too many have failed; after the count is committed."""
        if self.wait:
            _REFUSED.labels(self.kind).inc()
            raise limited("Too many attempts have failed; try again later.", retry_after=self.wait)


class Throttle:
    """Charges attempts. A good one is refunded by ``work.sessions.refund(charge.counters)``."""

    def __init__(self, clock: Clock, allowances: Allowances) -> None:
        self._clock = clock
        self._allowances = allowances

    def account(self, work: Work, name: str, address: str, employee_id: int | None) -> Charge:
        """An attempt at the account that fails under ``name``; ``employee_id`` if it is there."""
        network = attempts.network_of(address)
        known = work.sessions.address_known(employee_id or _NOBODY, network)
        found = attempts.counters(name, address, self._allowances, known=known)
        return self._charge(work, found)

    def second_factor(self, work: Work, employee_id: int, address: str) -> Charge:
        """An attempt at a person's second factor: counted apart from their password's."""
        name = attempts.second_factor_of(employee_id)
        return self.account(work, name, address, employee_id)

    def public(self, work: Work, address: str) -> Charge:
        """An attempt at a code or a link that names nobody."""
        return self._charge(work, attempts.public_counters(address, self._allowances))

    def _charge(self, work: Work, counters: list[Counter]) -> Charge:
        levels = work.sessions.charge(counters, self._clock.now())
        charged = [one for one in counters if one.kind in levels]
        wait, kind = max((attempts.wait(one, levels[one.kind]), one.kind) for one in charged)
        return Charge(charged, wait, kind)
