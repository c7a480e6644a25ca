"""Punches that come later than they happened: offline ones and those of devices.

They are never refused for their order. A claimed time becomes the record's own when the sender's
clock is known to be right within the policy's skew; otherwise a person has to look.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from attendance_service.domain.evidence import Outcome
from attendance_service.domain.punches import OPEN_FOR, Move, State

#: A claim older than this is not believed without somebody looking.
OLDEST_CLAIM = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class LatePunch:
    """One punch of a batch. ``offset`` is how far the sender's clock is ahead, when known."""

    index: int
    employee_id: int
    action: Move | None
    claimed_at: datetime
    received_at: datetime
    offset: timedelta | None
    skew: timedelta
    needs_review: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A late punch with its place in the ledger."""

    index: int
    employee_id: int
    n: int
    action: Move
    at: datetime
    outcome: Outcome


def trusted(punch: LatePunch) -> bool:
    """Whether the claim may stand as the time of the punch."""
    if punch.offset is None or abs(punch.offset) > punch.skew:
        return False
    age = punch.received_at - punch.claimed_at
    return -punch.skew <= age <= OLDEST_CLAIM


def place(state: State, punches: Iterable[LatePunch]) -> tuple[list[Placed], State]:
    """The ledger entries of one person's late punches, and the state after them.

    The state moves only for a punch that is newer than everything known and needs no look.
    """
    placed: list[Placed] = []
    n = state.n
    for punch in sorted(punches, key=lambda p: (p.claimed_at, p.index)):
        outcome = Outcome.ACCEPTED if trusted(punch) and not punch.needs_review else Outcome.REVIEW
        at = min(punch.claimed_at, punch.received_at)
        before = placed[-1] if placed else None
        action = punch.action or (Move.OUT if _inside(state, before, at) else Move.IN)
        n += 1
        if at > state.last_at and outcome is Outcome.ACCEPTED:
            state = State(state.employee_id, n, action, at, at + OPEN_FOR)
        placed.append(Placed(punch.index, punch.employee_id, n, action, at, outcome))
    return placed, replace(state, n=n)


def _inside(state: State, before: Placed | None, at: datetime) -> bool:
    """Whether the person counted as in at ``at``, by the last thing known to come before it."""
    if before is not None and not before.at < state.last_at <= at:
        return before.action is Move.IN and before.at + OPEN_FOR >= at
    return state.last_at <= at and state.inside(at)


def by_person(punches: Sequence[LatePunch]) -> dict[int, list[LatePunch]]:
    """The punches of each person."""
    found: dict[int, list[LatePunch]] = {}
    for punch in punches:
        found.setdefault(punch.employee_id, []).append(punch)
    return found
