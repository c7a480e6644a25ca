"""Pages of the feed for streams that are behind: few at a time, and patiently.

After a restart everybody comes back at once, often while the database is busy with what has just
been written. That must neither take the connections of the calls beside it nor end the streams.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic

from attendance_service.store.feed import Event
from common import logs
from common.errors import DomainError, Kind

# Reading keeps a core of the database and this process busy: more at once would only wait there.
_AT_ONCE = 2
# A stream checks its caller's rights between two attempts, so it may not queue for long.
_QUEUES_FOR = 1.0
# The feed may be unreadable for this long, in seconds, before its streams are told.
_PATIENCE = 10.0


class Pages:
    """Reads ``read(after, limit)`` on a thread."""

    def __init__(self, read: Callable[[int, int], Sequence[Event]]) -> None:
        self._read = read
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._failing_since: float | None = None

    async def after(self, position: int, limit: int) -> Sequence[Event]:
        """The next events, or none when the database has no time for it now: ask again.

        Raises ``unavailable`` when it has had none for ten seconds.
        """
        try:
            async with asyncio.timeout(_QUEUES_FOR):
                await self._turn.acquire()
        except TimeoutError:
            return ()
        try:
            found = await asyncio.to_thread(self._read, position, limit)
        except DomainError as fault:
            self._failed(fault)
            return ()
        finally:
            self._turn.release()
        self._failing_since = None
        return found

    def _failed(self, fault: DomainError) -> None:
        now = monotonic()
        since = self._failing_since = self._failing_since or now
        if fault.kind is not Kind.UNAVAILABLE or now - since > _PATIENCE:
            self._failing_since = None
            raise fault
        logs.log().warning("feed page not read", reason=fault.message)
