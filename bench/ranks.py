"""Whether two lots of measurements differ: the test of Mann and Whitney (1947)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence


def mann_whitney(one: Sequence[float], other: Sequence[float]) -> float:
    """How likely lots as different as these are, when both come from the same: from 0 to 1.

    Two-sided, by the normal approximation with the correction for ties: good from some twenty
    values a side. It looks at ranks alone, so a few outliers count for little.
    """
    ranks = _ranks([*one, *other])
    sides = len(one) * len(other)
    total = len(one) + len(other)
    u = sum(ranks[: len(one)]) - len(one) * (len(one) + 1) / 2
    ties = sum(count**3 - count for count in Counter([*one, *other]).values())
    variance = sides / 12 * (total + 1 - ties / (total * (total - 1)))
    if variance == 0:
        return 1.0
    z = max(abs(u - sides / 2) - 0.5, 0) / math.sqrt(variance)
    return math.erfc(z / math.sqrt(2))


def _ranks(values: Sequence[float]) -> list[float]:
    """Each value's place from 1, equal ones sharing the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for place in order[start:end]:
            ranks[place] = (start + 1 + end) / 2
        start = end
    return ranks
