"""Request rates: a token bucket for each person and each address, in this process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

from common.errors import limited

_MOST_KEYS = 50_000


class RateLimit:
    """Allows ``rate`` requests a second for each key, with bursts of ``burst`` seconds' worth."""

    def __init__(
        self, rate: float, *, burst: float = 4.0, now: Callable[[], float] = monotonic
    ) -> None:
        self._rate = rate
        self._most = rate * burst
        self._now = now
        self._buckets: dict[object, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def spend(self, key: object) -> None:
        """Take one request from ``key``'s allowance; raises ``rate_limited`` when it is empty."""
        now = self._now()
        with self._lock:
            left, at = self._buckets.get(key, (self._most, now))
            left = min(self._most, left + (now - at) * self._rate)
            if left < 1:
                wait = (1 - left) / self._rate
                self._buckets[key] = (left, now)
            else:
                wait = 0.0
                self._buckets[key] = (left - 1, now)
            if len(self._buckets) > _MOST_KEYS:
                self._forget_full(now)
        if wait:
            raise limited("Too many requests; slow down.", retry_after=max(1.0, wait))

    def _forget_full(self, now: float) -> None:
        self._buckets = {
            key: (left, at)
            for key, (left, at) in self._buckets.items()
            if left + (now - at) * self._rate < self._most
        }
        if len(self._buckets) > _MOST_KEYS:
            self._buckets.clear()
