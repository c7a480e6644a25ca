"""What all connections of a process share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from common.wsgi.limits import Limits
from common.wsgi.reader import Budget


class Log(Protocol):
    """Takes an event's name and what belongs to it, as structlog's bound methods do."""

    def __call__(self, event: str, /, **fields: Any) -> object: ...


@dataclass(slots=True)
class House:
    """``now`` counts seconds and never goes back; once ``draining``, every answer is a last one."""

    app: Callable[..., Any]
    limits: Limits
    log: Log
    now: Callable[[], float]
    budget: Budget
    draining: bool = False
