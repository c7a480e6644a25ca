"""What the supervisor is told about one process."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One process to run.

    It is started once everything named in ``after`` is ready. It is ready when it says so
    (``READY=1``), when ``probe`` holds, or, being a ``task``, when it has ended well. ``prepare``
    runs just before every start, in a thread. ``announce`` is how it is shown when ready; an
    empty one keeps it quiet.
    """

    name: str
    command: Callable[[], Sequence[str]]
    environment: Mapping[str, str] = field(default_factory=dict)
    announce: str = ""
    after: tuple[str, ...] = ()
    task: bool = False
    probe: Callable[[], bool] | None = None
    prepare: Callable[[], None] | None = None
    once_ready: Callable[[], None] | None = None
    stop: signal.Signals = signal.SIGTERM


def layers(services: Sequence[Service]) -> list[list[Service]]:
    """The services by how many must be up before them; raises ``ValueError`` on a circle."""
    depth: dict[str, int] = {}
    left = list(services)
    while left:
        able = [one for one in left if all(name in depth for name in one.after)]
        if not able:
            raise ValueError(f"started after each other: {', '.join(one.name for one in left)}")
        for one in able:
            depth[one.name] = 1 + max((depth[name] for name in one.after), default=-1)
        left = [one for one in left if one not in able]
    deepest = max(depth.values(), default=-1)
    return [[s for s in services if depth[s.name] == level] for level in range(deepest + 1)]
