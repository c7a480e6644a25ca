"""The figures of identification, as the configuration has them.

Their error rates are in docs/accuracy.md, each beside the figure that it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

from common.config import ConfigError
from face_service.domain.identification import Rules, Step

THRESHOLDS = "100:0.45,1000:0.50,4000:0.55"
_LEAST, _MOST = 0.40, 0.95


def read_rules(env: Mapping[str, str]) -> Rules:
    """The rules that ``env`` describes; raises `ConfigError` with everything that is wrong."""
    faults: list[str] = []

    def read(name: str, default: str, parse: Callable[[str], object]) -> object:
        try:
            return parse(env.get(name) or default)
        except ValueError as fault:
            faults.append(f"{name}: {fault}")
            return parse(default)

    steps = read("FACE_IDENTIFY_THRESHOLDS", THRESHOLDS, _steps)
    band = read("FACE_IDENTIFY_BAND", "0.04", _number(0.0, 0.2))
    margin = read("FACE_IDENTIFY_MARGIN", "0.05", _number(0.0, 0.5))
    agreement = read("FACE_IDENTIFY_AGREEMENT", "0.6", _number(0.51, 1.0))
    if faults:
        raise ConfigError(faults)
    return Rules(steps, band, margin, agreement)  # type: ignore[arg-type]  # as each was parsed


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
