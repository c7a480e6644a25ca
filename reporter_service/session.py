"""One client, from its first message to its close.

A session subscribes first and replays then: from its cursor it walks through the ring (or, for
older events, through attendance_service) and goes live in the very step in which it has reached
the head, so there is neither a hole nor a double between the two. Every event is authorised again
on the way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from enum import Enum

from websockets.exceptions import ConnectionClosed

from common.clock import Clock
from common.errors import WIRE, DomainError, Kind, unauthenticated
from common.identity import Person, Subject
from reporter_service import replay
from reporter_service.connection import LIVE_LIMIT, REPLAY_LIMIT, Socket
from reporter_service.hub import Hub, Moment
from reporter_service.wire import (
    HEARTBEAT_SECONDS,
    PING,
    Close,
    Opening,
    State,
    hello_frame,
    opening,
    renewal,
    state_frame,
)

PING_EVERY = 20.0
PONG_WITHIN = 15.0
AUTH_WITHIN = 5.0


class Phase(Enum):
    """Where a session stands; only a live one is in the hub's audiences."""

    NEW = "new"
    CATCHING_UP = "catching_up"
    LIVE = "live"
    HELD = "held"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Desk:
    """What every session needs: the hub, the way from a token to a caller, the limits."""

    hub: Hub
    clock: Clock
    identify: Callable[[str], Awaitable[Subject]]
    admit: Callable[[int], None]
    spend: Callable[[int], None]


@dataclass(eq=False, slots=True)
class Session:
    """A client's subscription; ``position`` is the last sequence looked at for it."""

    desk: Desk
    socket: Socket
    subject: Subject = field(init=False)
    opening: Opening = field(init=False)
    position: int = 0
    phase: Phase = Phase.NEW
    _told: State | None = None
    _beat_at: float = 0.0
    _pinged_at: float = 0.0
    _task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Serve the client until its connection is gone."""
        self.socket.on_gone = self._gone
        try:
            await self._open(self.socket.said)
            while True:
                await self._renew(await self._message())
        except DomainError as refusal:
            self.close(_code(refusal))
        except TimeoutError:
            self.close(Close.NO_AUTH)
        except ConnectionClosed:
            pass
        finally:
            self._gone()
        await self.socket.wait_closed()

    # Coming in

    async def _open(self, said: Opening | DomainError | None) -> None:
        if isinstance(said, DomainError):
            raise said
        if said:
            self.opening = said
        else:
            async with asyncio.timeout(AUTH_WITHIN):
                self.opening = opening(await self._message())
        self.subject = await self.desk.identify(self.opening.token)
        self.desk.admit(self.subject.employee_id)
        self.socket.admit()
        self._pinged_at = self.socket.heard_at
        self.desk.hub.join(self, self.subject.employee_id, self.subject.session_id)
        if self.desk.hub.sealer:
            self.begin()
        else:
            self._tell(State.STALE)

    async def _message(self) -> str:
        message = await self.socket.recv()
        if isinstance(message, bytes):
            raise DomainError(Kind.UNSUPPORTED, "not_text", "Only text is spoken here.")
        return message

    async def _renew(self, text: str) -> None:
        self.desk.spend(self.subject.employee_id)
        if self.opening.bare and not text.startswith("{"):
            return  # somebody types into a command-line client
        renewed = await self.desk.identify(renewal(text))
        if renewed.employee_id != self.subject.employee_id:
            raise unauthenticated()
        if self.phase is not Phase.CLOSED:
            self.subject = renewed
            self.desk.hub.join(self, renewed.employee_id, renewed.session_id)
            self._place()

    # Between the hub and the client

    @property
    def state(self) -> State:
        """How the client's view stands to the feed."""
        return State.STALE if self.desk.hub.stale else self._standing

    @property
    def _standing(self) -> State:
        return State.LIVE if self.phase is Phase.LIVE else State.CATCHING_UP

    @property
    def _vouched(self) -> bool:
        """Whether the key that signed the client's token still counts."""
        kid = self.subject.key_id
        return not kid or self.desk.hub.org.key_for(kid) is not None

    def begin(self) -> None:
        """Greet the client, now that the feed is known, and bring it to the head."""
        if self.phase is not Phase.NEW:
            return
        hub, after = self.desk.hub, self.opening.after
        assert hub.sealer is not None
        try:
            self.position = hub.sealer.open(after) if after else hub.ring.head
        except DomainError:
            self.close(Close.RESYNC)
            return
        self._beat_at = self.socket.loop.time() + HEARTBEAT_SECONDS
        self.phase = Phase.HELD
        if not self.opening.bare:
            at_head = self.position == hub.ring.head and not hub.stale
            self._told = State.LIVE if at_head else self.state
            self.socket.write(hello_frame(hub.sealer.seal(self.position), self._told))
        self.resume()

    def go_live(self) -> None:
        """Be given every event from the next one on; `position` is the head at this moment."""
        self.phase = Phase.LIVE
        self._task = None
        self.socket.queue_up_to(LIVE_LIMIT)
        self.socket.on_slow = self._slow
        self._place()
        self._tell(self.state)

    def stay_held(self) -> None:
        """Stop catching up until `resume`."""
        self.phase = Phase.HELD
        self._task = None
        self._tell(self.state)

    def hold(self) -> None:
        """Deliver nothing until `resume`; what comes meanwhile is caught up with then."""
        if self.phase is Phase.LIVE:
            self.position = self.desk.hub.ring.head
            self._leave_audience()
            self.phase = Phase.HELD
        self._tell(self.state)

    def resume(self) -> None:
        """Catch up from `position`, then go live."""
        hub = self.desk.hub
        if self.phase is not Phase.HELD or hub.held:
            return
        if self.position == hub.ring.head:
            self.go_live()
            return
        self.phase = Phase.CATCHING_UP
        self.socket.on_slow = None
        self.socket.queue_up_to(REPLAY_LIMIT)
        self._task = asyncio.create_task(replay.catch_up(self, hub))

    def rights_changed(self, person: Person) -> None:
        """Go on with the person's new teams, or close when the token's roles are no longer so."""
        if person.roles != self.subject.person.roles:
            self.close(Close.EXPIRED)
            return
        self.subject = replace(self.subject, person=person)
        self._place()

    def sweep(self, moment: Moment) -> None:
        """Close a client that is over or silent; send what is due: state, heartbeat, ping."""
        if self.subject.expires_at <= moment.wall:
            self.close(Close.EXPIRED)
        elif not self._vouched:
            self.close(Close.BAD_TOKEN)
        elif self.phase is not Phase.NEW:
            self._tell(State.STALE if moment.stale else self._standing)
            if moment.now >= self._beat_at and not self.opening.bare:
                self._beat_at = moment.now + HEARTBEAT_SECONDS
                self.socket.write(self._heartbeat(moment))
            if moment.now - self._pinged_at >= PONG_WITHIN:
                self._keep_alive(moment.now)

    def _heartbeat(self, moment: Moment) -> bytes:
        if self.phase is Phase.LIVE:
            return moment.heartbeat
        return self.desk.hub.heartbeat(self.position, self.desk.clock.now())

    def _keep_alive(self, now: float) -> None:
        """Ping, or close when the last ping was not answered."""
        if self.socket.heard_at < self._pinged_at:
            self.close(Close.NO_PONG)
        elif now - self._pinged_at >= PING_EVERY:
            self._pinged_at = now
            self.socket.write(PING)

    def _tell(self, state: State) -> None:
        if state is not self._told and not self.opening.bare:
            self._told = state
            self.socket.write(state_frame(state))

    def _place(self) -> None:
        if self.phase is Phase.LIVE:
            hub = self.desk.hub
            audience = hub.bare if self.opening.bare else hub.full
            audience.add(self, self.socket.transport.write, self.subject, self.opening.scope)

    def _leave_audience(self) -> None:
        self.desk.hub.full.remove(self)
        self.desk.hub.bare.remove(self)

    # Going out

    def _slow(self) -> None:
        self.close(Close.SLOW)

    def close(self, code: int, reason: str = "") -> None:
        """Leave the hub and close the socket."""
        if self.phase is not Phase.CLOSED:
            self._gone()
            self.desk.hub.counts.closes.labels(str(int(code))).inc()
            self.socket.shut(code, reason)

    def _gone(self) -> None:
        self.phase = Phase.CLOSED
        self.desk.hub.leave(self)
        if self._task:
            self._task.cancel()
            self._task = None


def _code(refusal: DomainError) -> int:
    # A cursor that cannot be read is no worse than one that has run out: begin anew.
    if refusal.code == "invalid_cursor":
        return Close.RESYNC
    return WIRE[refusal.kind].websocket
