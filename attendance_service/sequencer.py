"""The sequencer: numbers what was committed, one leader at a time, and says that it did.

Numbers handed out after the commit, by one writer, have no gaps and never appear late, which no
polling by id or transaction horizon can promise. The leader holds an advisory lock on the very
connection that does the work, so losing the session loses the uncommitted batch with it; the
session's timeouts take the lock away from a leader that has frozen.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psycopg2

from attendance_service.settings import SequencerSettings
from common import logs
from common.sql import Queries, dsn, fenced_connection

NUMBER = Queries(Path(__file__).with_suffix(".sql")).prepared("number")
LOCK = 0x46454544  # "FEED"
BATCH = 2000  # the limit in the statement
POLL = 0.05
# Behind so many events a second it rests, in seconds, so that a commit numbers more of them.
_MANY = 250
_COALESCE = 0.02
_TRY_EVERY = 0.5
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
        self._tried_at = -_TRY_EVERY

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
        if monotonic() - self._tried_at < _TRY_EVERY:
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
        self._connect = connect
        self._told = told
        self._hint = hint
        self._stop = stop
        self.leading = threading.Event()
        self._numbered_at = 0.0

    def run(self) -> None:
        """Lead whenever possible, until stopped."""
        while not self._stop.is_set():
            try:
                connection = self._connect()
            except psycopg2.Error:
                self._stop.wait(_TRY_EVERY)
                continue
            try:
                self._lead(connection)
            except psycopg2.Error as fault:
                logs.log().warning("sequencer lost its session", reason=type(fault).__name__)
                self._stop.wait(0.1)
            except Exception as fault:  # noqa: BLE001 - without it nobody would number any more
                logs.log().error("sequencer failed", exc_info=fault)
                self._stop.wait(_TRY_EVERY)
            finally:
                self.leading.clear()
                self._hint.close()
                connection.close()

    def _lead(self, connection: Any) -> None:
        with connection.cursor() as cursor:
            while not self._stop.is_set():
                cursor.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,))
                if cursor.fetchone()[0]:
                    break
                self._stop.wait(_TRY_EVERY)
            else:
                return
            self.leading.set()
            logs.log().info("sequencer leads")
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
    """A sequencer on a thread of another process, which hears at once what was numbered."""

    def __init__(
        self, settings: SequencerSettings, told: Callable[[Sequence[Any]], object]
    ) -> None:
        self._stop = threading.Event()
        hint = HintSocket(settings.hint)
        self._sequencer = Sequencer(session(settings), hint, self._stop, told)
        self._thread = threading.Thread(target=self._sequencer.run, name="sequencer", daemon=True)

    @property
    def leads(self) -> bool:
        """Whether this one numbers now."""
        return self._sequencer.leading.is_set()

    def start(self) -> None:
        """Try to lead."""
        self._thread.start()

    def stop(self) -> None:
        """Let another one lead."""
        self._stop.set()
        self._thread.join(timeout=2)
