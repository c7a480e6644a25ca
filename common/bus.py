"""Redis, which only makes things faster: a message that says "look now".

Nothing is stored there and nothing waits for it; without Redis the polls behind every hint do the
same work a little later.
"""

from __future__ import annotations

import threading
from time import monotonic

import redis

CHANGED = "hazir:org:changed"


class Bus:
    """Publishes and awaits hints; a Redis that is down, slow or absent is not an error."""

    def __init__(self, url: str, *, retry_after: float = 5.0) -> None:
        self._client = (
            redis.Redis.from_url(url, socket_timeout=0.1, socket_connect_timeout=0.1)
            if url
            else None
        )
        self._retry_after = retry_after
        self._broken_until = 0.0

    def publish(self, channel: str) -> None:
        """Tell whoever listens on ``channel`` to look now."""
        if self._client is None or monotonic() < self._broken_until:
            return
        try:
            self._client.publish(channel, b"1")
        except redis.RedisError:
            self._broken_until = monotonic() + self._retry_after

    def up(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(self._client and self._client.ping())
        except redis.RedisError:
            return False

    def listener(self, channel: str, stop: threading.Event) -> Listener:
        """What waits for messages on ``channel`` until ``stop``."""
        return Listener(self._client, channel, stop, self._retry_after)


class Listener:
    """Waits for a hint on one channel, or for the time to pass."""

    def __init__(
        self,
        client: redis.Redis | None,
        channel: str,
        stop: threading.Event,
        retry_after: float,
    ) -> None:
        self._client = client
        self._channel = channel
        self._stop = stop
        self._retry_after = retry_after
        self._broken_until = 0.0
        self._pubsub: redis.client.PubSub | None = None

    def wait(self, seconds: float) -> None:
        """Return after ``seconds``, or sooner when a message has come."""
        if self._client is None or monotonic() < self._broken_until:
            self._stop.wait(seconds)
            return
        try:
            if self._pubsub is None:
                self._pubsub = self._client.pubsub(  # type: ignore[no-untyped-call]
                    ignore_subscribe_messages=True
                )
                self._pubsub.subscribe(self._channel)
            deadline = monotonic() + seconds
            while not self._stop.is_set() and (left := deadline - monotonic()) > 0:
                if self._pubsub.get_message(timeout=left):
                    return
        except redis.RedisError:
            self._broken_until = monotonic() + self._retry_after
            self._pubsub = None
            self._stop.wait(seconds)
