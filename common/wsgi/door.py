"""Who may come in: connections counted in total and for each address."""

from __future__ import annotations

import threading
from collections import Counter

from common.wsgi.share import Share


class Door:
    """At most ``most`` connections, and ``most_per_peer`` of one address if that is given.

    ``share`` tells the other processes.
    """

    def __init__(self, most: int, most_per_peer: int | None, share: Share) -> None:
        self._most = most
        self._most_per_peer = most_per_peer
        self._share = share
        self._inside = 0
        self._peers: Counter[str] = Counter()
        self._lock = threading.Lock()
        share.write(0)

    @property
    def full(self) -> bool:
        """Whether nobody can come in, whoever it is."""
        return self._inside >= self._most

    @property
    def inside(self) -> int:
        """How many connections there are."""
        return self._inside

    @property
    def others_first(self) -> bool:
        """Whether another process has fewer connections."""
        return self._share.exceeded(self._inside)

    def enter(self, peer: str) -> bool:
        """Count a connection of ``peer`` in; false when there is no room for it."""
        with self._lock:
            if self.full or self._peers[peer] == self._most_per_peer:
                return False
            self._inside += 1
            self._share.write(self._inside)
            self._peers[peer] += 1
            return True

    def leave(self, peer: str) -> None:
        """Count a connection of ``peer`` out."""
        with self._lock:
            self._inside -= 1
            self._share.write(self._inside)
            self._peers[peer] -= 1
            if not self._peers[peer]:
                del self._peers[peer]
