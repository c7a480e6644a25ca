"""The figures of identification, as the configuration has them.

Their error rates are in docs/accuracy.md, each beside the figure that it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from common.config import load, setting
from face_service.domain.identification import Rules, Step

_LEAST, _MOST = 0.40, 0.95


def _steps(text: str) -> tuple[Step, ...]:
    """``people:threshold`` by commas, both growing."""
    try:
        pairs = [part.split(":") for part in text.split(",")]
        steps = tuple(Step(int(people), float(threshold)) for people, threshold in pairs)
    except ValueError as fault:
        raise ValueError("must be people:threshold,people:threshold …") from fault
    if any(step.people < 1 or not _LEAST <= step.threshold <= _MOST for step in steps):
        raise ValueError(f"people must be 1 or more, thresholds from {_LEAST} to {_MOST}")
    if any(a.people >= b.people or a.threshold > b.threshold for a, b in pairwise(steps)):
        raise ValueError("people and thresholds must grow from one step to the next")
    return steps


def _number(low: float, high: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = float(text)
        if not low <= value <= high:
            raise ValueError(f"must be from {low} to {high}")
        return value

    return parse


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figures:
    steps: tuple[Step, ...] = setting(
        "FACE_IDENTIFY_THRESHOLDS", _steps, (Step(100, 0.45), Step(1000, 0.50), Step(4000, 0.55))
    )
    band: float = setting("FACE_IDENTIFY_BAND", _number(0.0, 0.2), 0.04)
    margin: float = setting("FACE_IDENTIFY_MARGIN", _number(0.0, 0.5), 0.05)
    agreement: float = setting("FACE_IDENTIFY_AGREEMENT", _number(0.51, 1.0), 0.6)


def read_rules(env: Mapping[str, str]) -> Rules:
    """The rules that ``env`` describes; raises `ConfigError` with everything that is wrong."""
    found = load(_Figures, env)
    return Rules(found.steps, found.band, found.margin, found.agreement)
