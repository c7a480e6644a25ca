"""The sequencer: numbers what was committed, one leader at a time, and says that it did.

Numbers handed out after the commit, by one writer, have no gaps and never appear late, which no
polling by id or transaction horizon can promise.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from attendance_service.chaining import Chaining
from attendance_service.leading import TRY_EVERY, Leader
from attendance_service.settings import SequencerSettings
from common.sql import Queries, dsn, fenced_connection

NUMBER = Queries(Path(__file__).with_suffix(".sql")).prepared("number")
LOCK = 0x46454544  # "FEED"
BATCH = 2000  # the limit in the statement
POLL = 0.05
# Behind so many events a second it rests, in seconds, so that a commit numbers more of them.
_MANY = 250
_COALESCE = 0.02
FENCE = (
    "-c idle_session_timeout=5000 -c statement_timeout=5000 -c synchronous_commit=on"
    # Planned once, as in `common.db`, and always by the index of what waits: a backlog would make
    # reading the whole table look cheaper, and the plan would outlive the backlog.
    " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off"
    " -c enable_hashjoin=off -c enable_mergejoin=off"
)


class HintSocket:
    """Where the writers' wake-up datagrams arrive; losing one costs a poll, nothing else.

    Only who leads waits, and only then the port is taken: whoever takes over gets it with the lead.
    """

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._socket: socket.socket | None = None
        self._tried_at = -TRY_EVERY

    def wait(self, seconds: float) -> None:
        """Return when a datagram is there (all that are there are taken), or after ``seconds``."""
        if self._socket is None and not self._bound():
            sleep(seconds)
            return
        assert self._socket is not None
        self._socket.settimeout(seconds)
        with contextlib.suppress(OSError):
            self._socket.recv(16)
            self._socket.setblocking(False)
            while self._socket.recv(16):
                pass

    def close(self) -> None:
        """Free the port; another `wait` takes it again."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _bound(self) -> bool:
        """Whether the port is ours now; while another one has it, the poll has to do."""
        if monotonic() - self._tried_at < TRY_EVERY:
            return False
        self._tried_at = monotonic()
        try:
            made, where = _datagrams(self._address)
        except OSError:
            return False
        try:
            made.bind(where)
        except OSError:
            made.close()
            return False
        self._socket = made
        return True


def _datagrams(address: tuple[str, int]) -> tuple[socket.socket, Any]:
    """A socket for datagrams to or at ``address``, and the address as it wants it."""
    family, kind, _, _, where = socket.getaddrinfo(*address, type=socket.SOCK_DGRAM)[0]
    return socket.socket(family, kind), where


class HintSender:
    """Sends the wake-up datagram; never waits and never fails."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._socket: socket.socket | None = None

    def __call__(self) -> None:
        """Send it."""
        with contextlib.suppress(OSError):
            if self._socket is None:
                self._socket, where = _datagrams(self._address)
                self._socket.setblocking(False)
                self._socket.connect(where)
            self._socket.send(b"1")

    def close(self) -> None:
        """Let go of the socket; a later call makes a new one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class Sequencer:
    """Tries to lead, and numbers events while it does.

    ``told`` gets what was numbered, once it is durable: rows with the columns of ``number``.
    """

    def __init__(
        self,
        connect: Callable[[], Any],
        hint: HintSocket,
        stop: threading.Event,
        told: Callable[[Sequence[Any]], object] = lambda _: None,
    ) -> None:
        self._leader = Leader(connect, LOCK, "sequencer", stop)
        self._told = told
        self._hint = hint
        self._stop = stop
        self._numbered_at = 0.0

    @property
    def leading(self) -> threading.Event:
        """Set while this one numbers."""
        return self._leader.leading

    def run(self) -> None:
        """Lead whenever possible, until stopped."""
        self._leader.run(self._number, self._hint.close)

    def _number(self, cursor: Any) -> None:
        cursor.execute(f"PREPARE number AS {NUMBER.text}")
        while not self._stop.is_set():
            self._drain(cursor)

    def _drain(self, cursor: Any) -> None:
        began = monotonic()
        cursor.execute(NUMBER.call)
        events = cursor.fetchall()
        if events:
            self._told(events)
            busy = len(events) > _MANY * (began - self._numbered_at)
            self._numbered_at = began
            if busy and len(events) < BATCH:
                # One commit then numbers many events; those that come one by one go at once.
                self._stop.wait(_COALESCE)
        if len(events) < BATCH:
            # Whoever has committed since has sent a hint, which is there already or will come.
            self._hint.wait(POLL)


def session(settings: SequencerSettings) -> Callable[[], Any]:
    """What opens the session of a sequencer, with its own role."""
    where = dsn(settings, "hazir_sequencer", settings.database_password.reveal())
    return lambda: fenced_connection(where, FENCE, "sequencer")


class SequencerThread:
    """What the sequencer's role does, on threads of another process: it numbers events, which that
    process hears of at once, and chains the audit.
    """

    def __init__(
        self, settings: SequencerSettings, told: Callable[[Sequence[Any]], object]
    ) -> None:
        self._stop = threading.Event()
        connect = session(settings)
        self._sequencer = Sequencer(connect, HintSocket(settings.hint), self._stop, told)
        chaining = Chaining(connect, self._stop)
        self._threads = [
            threading.Thread(target=self._sequencer.run, name="sequencer", daemon=True),
            threading.Thread(target=chaining.run, name="chaining", daemon=True),
        ]

    @property
    def leads(self) -> bool:
        """Whether this one numbers now."""
        return self._sequencer.leading.is_set()

    def start(self) -> None:
        """Try to lead."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let another one lead."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=2)
