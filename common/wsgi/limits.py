"""How much one process accepts, and for how long it waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes are in bytes, times in seconds, counts are for each process.

    ``limit_for`` gives the largest body for a decoded path and replaces ``body``. A body must bring
    ``body_first`` bytes (or its end) in the first ``body_seconds`` and ``body_rate`` bytes a second
    in every later window of that length. ``bodies`` bounds what all unfinished and unanswered
    bodies that did not come in one piece hold together. ``peer_connections`` bounds one address;
    ``None`` is right behind a proxy, where everybody has the proxy's address.
    """

    request_line: int = 8 * KIB
    head: int = 32 * KIB
    fields: int = 64
    head_seconds: float = 10.0
    body: int = MIB
    limit_for: Callable[[str], int] | None = None
    body_seconds: float = 10.0
    body_first: int = 64 * KIB
    body_rate: int = 16 * KIB
    bodies: int = 256 * MIB
    send_seconds: float = 30.0
    idle_seconds: float = 75.0
    linger_seconds: float = 2.0
    drain_seconds: float = 10.0
    connections: int = 2000
    peer_connections: int | None = None

    def body_at(self, path: str) -> int:
        """The largest body that ``path`` takes."""
        return self.limit_for(path) if self.limit_for else self.body
