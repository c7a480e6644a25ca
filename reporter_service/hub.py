"""Hands each event to the sockets that may see it.

One event loop does everything, and an event is handed out in one uninterrupted step: whoever joins
before it gets it, whoever joins after it starts behind it, and no set changes while it is walked.
Rights are those of this moment. When they are not known (`Org.fresh` is false) everybody is held:
nothing is delivered, and each socket catches up from where it stood.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from common import logs
from common.clock import rfc3339
from common.cursors import CursorSealer
from common.errors import DomainError
from common.identity import Object, Person, object_of
from reporter_service.audience import Audience
from reporter_service.counts import Counts
from reporter_service.registry import Registry
from reporter_service.ring import Event, Ring, sealed
from reporter_service.wire import Close, Record, heartbeat_frame

FEED_STALE_AFTER = 3.0
_WRITES_IN_A_ROW = 2000


class Org(Protocol):
    """What is known of people; `common.org.OrgView` is it."""

    @property
    def fresh(self) -> bool:
        """Whether that knowledge may be acted upon."""
        ...

    def person(self, employee_id: int) -> Person | None:
        """The person, looked up when not known yet: it may block."""
        ...

    def people(self) -> Iterable[Person]:
        """Everybody known."""
        ...

    def key_for(self, kid: str) -> object | None:
        """The public key of this name, unless it is unknown or withdrawn."""
        ...


class History(Protocol):
    """Reads events that are no longer in memory."""

    async def __call__(self, after: int, until: int) -> list[tuple[int, Record]]:
        """The events above ``after`` up to ``until``, in order.

        Raises ``resync`` when they are gone, ``unavailable`` when they cannot be read now.
        """
        ...


@dataclass(slots=True)
class Moment:
    """One look at every socket: what is the same for all of them is found out once.

    ``now`` is the loop's time, ``wall`` the clock's, in Unix seconds.
    """

    now: float
    wall: float
    stale: bool
    heartbeat: bytes


class Subscriber(Protocol):
    """A session as the hub sees it."""

    def begin(self) -> None:
        """The feed has become known."""
        ...

    def hold(self) -> None:
        """Deliver nothing until `resume`."""
        ...

    def resume(self) -> None:
        """Catch up, then go live."""
        ...

    def rights_changed(self, person: Person) -> None:
        """The person is another one now."""
        ...

    def close(self, code: Close, reason: str = "") -> None:
        """Leave the hub and close the socket."""
        ...

    def sweep(self, moment: Moment) -> None:
        """Do what is due at ``moment``."""
        ...


class Hub:
    """The sockets of this process, and the feed as they see it.

    ``clock`` is the loop's monotonic time; ``pool`` runs the one call that may block.
    """

    def __init__(
        self,
        *,
        org: Org,
        pool: Executor,
        clock: Callable[[], float],
        cursor_key: bytes,
        events_kept: int,
        counts: Counts,
    ) -> None:
        self.org = org
        self.counts = counts
        self.ring = Ring(0, events_kept)
        self.sealer: CursorSealer | None = None
        self.history: History | None = None
        self.held = False
        self.generation = 0
        self.full: Audience[Subscriber, Callable[[bytes], None]] = Audience()
        self.bare: Audience[Subscriber, Callable[[bytes], None]] = Audience()
        self.sessions: Registry[Subscriber] = Registry()
        self._people: dict[int, Person] = {}
        self._pool = pool
        self._clock = clock
        self._cursor_key = cursor_key
        self._events_kept = events_kept
        self._heard_at = -FEED_STALE_AFTER * 2
        self._writes = 0

    # What the feed says

    def begin(self, epoch: str, head: int, recent: Iterable[tuple[int, Record]]) -> None:
        """The feed is known: its epoch, its head, and some events just before it."""
        self.sealer = CursorSealer(self._cursor_key, epoch)
        warm = [sealed(sequence, record, self.sealer) for sequence, record in recent]
        self.ring = Ring(head - len(warm), self._events_kept)
        for event in warm:
            self.ring.append(event)
        self.counts.head.set(head)
        self.heard()
        for session in self.sessions:
            session.begin()

    def heard(self) -> None:
        """The feed gave a sign of life."""
        self._heard_at = self._clock()

    async def take(self, sequence: int, record: Record) -> None:
        """Hand out the next event, and let others have a turn after many writes."""
        assert self.sealer is not None
        event = sealed(sequence, record, self.sealer)
        if event.employee_id not in self._people:
            await self.learn(event.employee_id)
        self._writes += 1 + self.publish(event)
        if self._writes > _WRITES_IN_A_ROW:
            self._writes = 0
            await asyncio.sleep(0)

    def lose(self) -> None:
        """The feed is another one now: no cursor of the old one holds."""
        logs.log().warning("feed_replaced", sockets=len(self.sessions))
        self.sealer = None
        for session in self.sessions:
            session.close(Close.RESYNC)

    def publish(self, event: Event) -> int:
        """Write the event's frame to everybody who may see it; how many that were."""
        if not self.org.fresh:
            # First of all: whoever is held now stands before this event, and is given it later.
            self.hold()
        self.ring.append(event)
        self.counts.events.inc()
        self.counts.head.set(event.sequence)
        target = self.target_of(event.employee_id)
        refused = event.status == "refused"
        written = _write(self.full.seeing(target, refused=refused), event.frame)
        if event.status == "accepted":
            written += _write(self.bare.seeing(target, refused=refused), event.frame)
        self.counts.deliveries.inc(written)
        return written

    # What is known of people

    def load(self, people: Iterable[Person]) -> None:
        """Take over the snapshot with which the process starts."""
        self._people = {person.employee_id: person for person in people}

    def apply(self, people: Mapping[int, Person | None], sids: frozenset[str]) -> None:
        """Act upon changed people and ended sessions."""
        self.generation += 1
        self._people.update({key: person for key, person in people.items() if person})
        for sid in sids:
            for session in self.sessions.of_sid(sid):
                session.close(Close.BAD_TOKEN)
        for employee_id, person in people.items():
            for session in self.sessions.of_person(employee_id):
                if person is None or person.locked:
                    session.close(Close.BAD_TOKEN)
                else:
                    session.rights_changed(person)

    def target_of(self, employee_id: int) -> Object:
        """What an event of this person is, to those who ask to see it."""
        person = self._people.get(employee_id)
        return object_of(person) if person else Object(employee_id)

    async def learn(self, employee_id: int) -> None:
        """Look up a person not known yet; when that fails, everybody is held."""
        if employee_id in self._people:
            return
        loop = asyncio.get_running_loop()
        try:
            person = await loop.run_in_executor(self._pool, self.org.person, employee_id)
        except DomainError:
            self.hold()
            return
        if person and employee_id not in self._people:
            self._people[employee_id] = person

    # Sockets

    @property
    def following(self) -> bool:
        """Whether the feed gave a sign of life lately."""
        return self._clock() - self._heard_at <= FEED_STALE_AFTER

    @property
    def stale(self) -> bool:
        """Whether nothing may be delivered, or nothing can be."""
        return self.held or not self.following

    def hold(self) -> None:
        """Stop delivering: the rights of the moment are not known."""
        if self.held:
            return
        self.held = True
        for session in self.sessions:
            session.hold()

    def check(self) -> None:
        """Hold or release everybody, as the knowledge of people allows."""
        if not self.org.fresh:
            self.hold()
        elif self.held:
            self.held = False
            for session in self.sessions:
                session.resume()
        self.counts.stale.set(self.stale)

    def sweep(self, instant: datetime) -> None:
        """Do what is due on every socket; ``instant`` is the clock's time."""
        moment = Moment(
            now=self._clock(),
            wall=instant.timestamp(),
            stale=self.stale,
            heartbeat=self.heartbeat(self.ring.head, instant),
        )
        for session in self.sessions:
            session.sweep(moment)

    def heartbeat(self, position: int, instant: datetime) -> bytes:
        """The heartbeat of a client for whom the feed was scanned up to ``position``."""
        if self.sealer is None:
            return b""
        return heartbeat_frame(self.sealer.seal(position), rfc3339(instant))

    def join(self, session: Subscriber, employee_id: int, sid: str) -> None:
        """Enter ``session``, or note its renewed session id."""
        self.sessions.add(session, employee_id, sid)
        self.counts.sockets.set(len(self.sessions))

    def leave(self, session: Subscriber) -> None:
        """Forget ``session`` at once: nothing is written to it any more."""
        self.full.remove(session)
        self.bare.remove(session)
        self.sessions.remove(session)
        self.counts.sockets.set(len(self.sessions))


def _write(sockets: Mapping[Subscriber, Callable[[bytes], None]], frame: bytes) -> int:
    writes = iter(sockets.values())
    while True:
        try:
            for write in writes:
                write(frame)
            return len(sockets)
        except (OSError, RuntimeError):
            # That one is going away, and its own connection_lost says so; the others go on.
            continue
