"""Rates and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]

_FOLDS = 10
_Z = 1.96
_RESAMPLES = 500


@dataclass(frozen=True, slots=True)
class Rate:
    """``hits`` of ``count``, and the 95 % confidence interval of the rate behind it."""

    hits: int
    count: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The rate that was observed."""
        return self.hits / self.count

    def one_in(self) -> str:
        """A small rate as people say it: how many comparisons there are to one hit."""
        if not self.hits:
            return f"0 of {self.count:,}: under 1 in {1 / self.high:,.0f}"
        return (
            f"{self.hits:,} of {self.count:,}: 1 in {_two(1 / self.value)}"
            f" [{_two(1 / self.high)} to {_two(1 / self.low) if self.low else 'never'}]"
        )

    def percent(self) -> str:
        """A rate in percent."""
        return (
            f"{self.hits:,} of {self.count:,}: {self.value:.2%} [{self.low:.2%}, {self.high:.2%}]"
        )


def _two(number: float) -> str:
    """``number`` in two digits that count."""
    return f"{float(f'{number:.2g}'):,.0f}"


def rate(hits: int, count: int) -> Rate:
    """A rate of independent trials (Wilson 1927); without any hit, the rule of three."""
    if hits == 0:
        return Rate(0, count, 0.0, min(1.0, 3 / count))
    share, z2 = hits / count, _Z**2
    centre = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z * sqrt(share * (1 - share) / count + z2 / (4 * count**2)) / (1 + z2 / count)
    return Rate(hits, count, max(0.0, centre - half), min(1.0, centre + half))


def rate_of_groups(hits: Numbers, counts: Numbers) -> Rate:
    """A rate of trials that belong together, such as all those of one person.

    The groups are drawn again and again (a bootstrap); the interval is never narrower than that
    of independent trials.
    """
    plain = rate(int(hits.sum()), int(counts.sum()))
    if plain.hits == 0:
        return plain
    drawn = np.random.default_rng(1).integers(0, len(hits), (_RESAMPLES, len(hits)))
    shares = hits[drawn].sum(axis=1) / np.maximum(counts[drawn].sum(axis=1), 1)
    low, high = (float(one) for one in np.quantile(shares, (0.025, 0.975)))
    return Rate(plain.hits, plain.count, min(low, plain.low), max(high, plain.high))


def folds_of(same: Numbers, named: list[str | None]) -> Numbers | None:
    """The fold of each pair: as the list says it, else ten runs of equal length of either kind.

    ``None`` when there are fewer pairs of a kind than folds.
    """
    if all(name is not None for name in named) and len(set(named)) > 1:
        numbers = {name: number for number, name in enumerate(sorted(set(map(str, named))))}
        return np.array([numbers[str(name)] for name in named])
    fold = np.empty(len(same), int)
    for kind in (False, True):
        where = np.flatnonzero(same == kind)
        if len(where) < _FOLDS:
            return None
        fold[where] = np.arange(len(where)) * _FOLDS // len(where)
    return fold


def accuracy(similarities: Numbers, same: Numbers, fold: Numbers) -> tuple[float, float]:
    """Mean accuracy over the folds and its standard error.

    The threshold of each fold is the one that is best on all others.
    """
    candidates = np.linspace(0, 1, 1001)
    right = (similarities[:, None] >= candidates) == same[:, None]
    scores = []
    for number in np.unique(fold):
        best = int(right[fold != number].mean(axis=0).argmax())
        scores.append(right[fold == number, best].mean())
    return float(np.mean(scores)), float(np.std(scores) / sqrt(len(scores)))


def equal_error(genuine: Numbers, impostor: Numbers) -> tuple[float, float]:
    """The rate at which false matches and false non-matches are equally many, and its threshold."""
    thresholds = np.unique(np.concatenate([genuine, impostor]))
    misses = np.searchsorted(np.sort(genuine), thresholds, side="left") / len(genuine)
    matches = 1 - np.searchsorted(np.sort(impostor), thresholds, side="left") / len(impostor)
    at = int(np.abs(misses - matches).argmin())
    return float((misses[at] + matches[at]) / 2), float(thresholds[at])
