"""Whether a live punch is legal: in, then out, each guarded by the person's state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from common.clock import rfc3339
from common.errors import DomainError, conflict


class Move(StrEnum):
    """What a record says happened."""

    IN = "in"
    OUT = "out"


class Mode(StrEnum):
    """How the direction of a punch is decided: by the person, the server, or afterwards."""

    STRICT = "strict"
    TOGGLE = "toggle"
    FIRST_LAST = "first_last"


#: Without a roster a forgotten check-out ends to matter after this long.
OPEN_FOR = timedelta(hours=16)
_STEP = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class State:
    """Where a person stands: the last move, its count ``n``, and until when an "in" stays open."""

    employee_id: int
    n: int
    action: Move
    last_at: datetime
    open_until: datetime

    @property
    def since(self) -> datetime | None:
        """When it last moved; ``None`` while nothing has (kept as minus infinity, read as year 1).

        A late punch that waits for review counts in ``n`` without moving anything.
        """
        return self.last_at if self.last_at.year > 1 else None

    def inside(self, now: datetime) -> bool:
        """Whether the person counts as in at ``now``."""
        return self.action is Move.IN and self.open_until >= now


@dataclass(frozen=True, slots=True)
class Legal:
    """A move that may be made: its direction, its count and its time."""

    action: Move
    n: int
    at: datetime
    open_until: datetime


def decide(state: State, action: Move | None, now: datetime) -> Legal:
    """The move that ``action`` (``None``: the server picks) makes of ``state`` at ``now``.

    The time is clamped to be later than the person's previous one. Raises ``already_in`` or
    ``not_in``.
    """
    inside = state.inside(now)
    if action is None:
        action = Move.OUT if inside else Move.IN
    if action is Move.IN and inside:
        raise refusal(Move.IN, state)
    if action is Move.OUT and not inside:
        raise refusal(Move.OUT, state)
    return Legal(action, state.n + 1, max(now, state.last_at + _STEP), now + OPEN_FOR)


def after_void(state: State, n: int | None) -> State:
    """The state when the punch counted ``n`` turns out not to hold.

    Only the newest punch can be taken back from the state; an older one was followed by others.
    """
    if n != state.n:
        return state
    if state.action is Move.IN:
        return replace(state, action=Move.OUT)
    return replace(state, action=Move.IN, open_until=state.last_at + OPEN_FOR)


def refusal(action: Move, state: State) -> DomainError:
    """Why ``action`` is not legal in ``state``."""
    if action is Move.IN:
        return conflict("already_in", "You are checked in already.", since=rfc3339(state.last_at))
    return conflict("not_in", "You are not checked in.")
