"""Catching up: from a session's position to the head, and over to live without a seam."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from common.cursors import resync
from common.errors import DomainError, Kind
from common.identity import Subject
from reporter_service.audience import may_see
from reporter_service.connection import Socket
from reporter_service.hub import Hub
from reporter_service.ring import Event, sealed
from reporter_service.wire import Close, Opening

_CHUNK = 200
_OLDER_AT_ONCE = 2000
_DRAIN_WITHIN = 10.0
_AHEAD_AT_MOST = 5.0
_LOOK_EVERY = 0.02
_RETRY_AFTER = 0.5


class Reader(Protocol):
    """A session as the replay sees it; ``position`` is the last sequence looked at for it."""

    socket: Socket
    subject: Subject
    opening: Opening
    position: int

    def go_live(self) -> None:
        """The head is reached."""
        ...

    def stay_held(self) -> None:
        """Nothing may be delivered at the moment."""
        ...

    def close(self, code: int, reason: str = "") -> None:
        """The replay cannot go on."""
        ...


async def catch_up(reader: Reader, hub: Hub) -> None:
    """Bring ``reader`` to the head and make it live, or hold or close it."""
    try:
        while await _step(reader, hub):
            # Nobody's replay keeps the loop from the others.
            await asyncio.sleep(0)
    except TimeoutError:
        reader.close(Close.SLOW)
    except DomainError:
        reader.close(Close.RESYNC)


async def _step(reader: Reader, hub: Hub) -> bool:
    """Go on by some events; false when there is nothing more to do."""
    if not hub.org.fresh:
        hub.hold()
    if hub.held:
        reader.stay_held()
        return False
    ring = hub.ring
    if reader.position == ring.head:
        reader.go_live()
        return False
    if reader.position > ring.head:
        await _await_head(reader, hub)
        return True
    events = ring.after(reader.position, _CHUNK)
    if events is None:
        events = await _older(reader, hub)
    for first in range(0, len(events), _CHUNK):
        await _hand_out(reader, hub, events[first : first + _CHUNK])
    return True


async def _hand_out(reader: Reader, hub: Hub, events: Sequence[Event]) -> None:
    for event in events:
        await hub.learn(event.employee_id)
    if hub.held or not hub.org.fresh:
        return
    written = 0
    opening = reader.opening
    for event in events:
        if event.sequence != reader.position + 1:
            return  # a pause came between two pieces: begin again from the position
        target, refused = hub.target_of(event.employee_id), event.status == "refused"
        wanted = event.status == "accepted" or not opening.bare
        if wanted and may_see(reader.subject, opening.scope, target, refused=refused):
            reader.socket.write(event.frame)
            written += 1
        reader.position = event.sequence
    hub.counts.replayed.inc(written)
    async with asyncio.timeout(_DRAIN_WITHIN):
        await reader.socket.drained()


async def _older(reader: Reader, hub: Hub) -> list[Event]:
    """The events that the ring has forgotten, or none when they cannot be had just now."""
    assert hub.history is not None
    assert hub.sealer is not None
    until = min(reader.position + _OLDER_AT_ONCE, hub.ring.oldest - 1)
    try:
        found = await hub.history(reader.position, until)
    except DomainError as fault:
        if fault.kind is not Kind.UNAVAILABLE:
            raise
        await asyncio.sleep(_RETRY_AFTER)
        return []
    return [sealed(sequence, record, hub.sealer) for sequence, record in found]


async def _await_head(reader: Reader, hub: Hub) -> None:
    """Another reader of the feed is a little ahead of this process; wait for it to follow."""
    waited = 0.0
    while reader.position > hub.ring.head and not hub.held:
        await asyncio.sleep(_LOOK_EVERY)
        waited += 0.0 if hub.stale else _LOOK_EVERY
        if waited > _AHEAD_AT_MOST:
            raise resync()
