"""How much was deleted because its time was over, for every service."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import Counter

_PURGED = Counter("hazir_purged", "Rows deleted because their time was over.", ["what"])


def count(gone: Mapping[str, int]) -> int:
    """Add these to the metrics; the sum of them."""
    for what, number in gone.items():
        _PURGED.labels(what).inc(number)
    return sum(gone.values())
