"""The threads of one process: each waits for an event, serves it to its end, and waits again.

There is no hand-off between an accepting loop and a pool: all threads wait on one epoll, and a
thread is spent only while there is something to do at once. A sender that stalls, or a reader that
does not read, costs a parked connection and no thread.

Ownership: every connection is armed for one event (EPOLLONESHOT) and stands in ``_parked``; whoever
takes it out of there owns it. Events are mere hints. An event for a connection that is not parked
is dropped, which loses nothing: arming it again reports what is still so.
"""

from __future__ import annotations

import os
import select
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

from common.wsgi.connection import Connection, Phase, Wish
from common.wsgi.door import Door
from common.wsgi.house import House, Log
from common.wsgi.limits import Limits
from common.wsgi.reader import Budget
from common.wsgi.share import Share, Shares

_TO_READ = select.EPOLLIN | select.EPOLLONESHOT
_TO_WRITE = select.EPOLLOUT | select.EPOLLONESHOT
_INSISTENCE = 4
_AT_ONCE = 16


class Worker:
    """Serves ``app`` on ``listeners``, which are listening and do not block."""

    def __init__(
        self,
        app: Callable[..., Any],
        listeners: Sequence[socket.socket],
        *,
        threads: int,
        limits: Limits,
        log: Log,
        share: Share | None = None,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._log = log
        self._house = House(app, limits, log, now, Budget(limits.bodies))
        self._door = Door(limits.connections, limits.peer_connections, share or Share(Shares(1), 0))
        self._epoll = select.epoll()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._epoll.register(self._wake, select.EPOLLIN)
        self._listeners = {listener.fileno(): listener for listener in listeners}
        self._environs = {fd: _environ(one) for fd, one in self._listeners.items()}
        self._paused: set[int] = set()
        self._insisting = 0
        self._stood_back = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._parked: dict[int, Connection] = {}
        self._ended = False
        # Daemons: an application that hangs must not keep the process from ending.
        self._threads = [
            threading.Thread(target=self._work, name=f"wsgi-{number}", daemon=True)
            for number in range(threads)
        ]

    @property
    def connections(self) -> int:
        """How many connections there are."""
        return self._door.inside

    def start(self) -> None:
        """Accept connections and serve them."""
        for fd in self._listeners:
            self._epoll.register(fd, _TO_READ)
        for thread in self._threads:
            thread.start()

    def tend(self) -> None:
        """Cut the connections whose time is over; to be called a few times a second."""
        now = self._house.now()
        for fd, connection in self._parked.copy().items():
            if connection.deadline <= now and self._parked.pop(fd, None) is connection:
                # It may have been parked anew since the copy was taken.
                overdue = connection.deadline <= now
                self._settle(connection, connection.expire() if overdue else Wish.WRITE)
        if self._house.draining:
            self._leave_idle()
        self._resume()

    @property
    def standing_back(self) -> int:
        """A descriptor to read from once a connection was left to the other processes.

        `insist` is then to be called within some milliseconds, lest nobody takes it.
        """
        return self._stood_back

    def insist(self) -> None:
        """Take some connections though others have fewer: they did not take them."""
        os.eventfd_read(self._stood_back)
        self._insisting = _INSISTENCE
        self._resume()

    def drain(self) -> None:
        """Accept what already queues, then nobody; let every connection end with its request."""
        self._house.draining = True
        for fd, listener in tuple(self._listeners.items()):
            self._epoll.unregister(fd)
            while self._admit(fd, listener):
                pass
            listener.close()
        self._listeners.clear()
        self._paused.clear()
        self._leave_idle()

    def stop(self) -> None:
        """End the threads that are not inside the application, and every connection at rest."""
        os.eventfd_write(self._wake, 1)
        for thread in self._threads:
            thread.join(0.5)
        self._ended = True
        while self._parked:
            self._drop(self._parked.popitem()[1])
        if not any(thread.is_alive() for thread in self._threads):
            self._epoll.close()
            os.close(self._wake)
            os.close(self._stood_back)

    def _work(self) -> None:
        poll, take = self._epoll.poll, self._parked.pop
        while True:
            for fd, _ in poll(-1, 1):
                connection = take(fd, None)
                if connection is not None:
                    self._settle(connection, self._advance(connection))
                elif fd == self._wake:
                    return
                else:
                    self._open_door(fd)

    def _advance(self, connection: Connection) -> Wish:
        try:
            return connection.advance()
        except Exception as fault:  # noqa: BLE001 - a defect costs one connection, no thread
            self._log("connection_failed", exc_info=fault)
            return Wish.GONE

    def _open_door(self, fd: int) -> None:
        listener = self._listeners.get(fd)
        if listener is None:
            return
        # Taking one at a turn would keep a crowd waiting behind the requests at hand.
        for _ in range(_AT_ONCE):
            if not self._door.others_first:
                self._insisting = 0
            elif self._insisting:
                self._insisting -= 1
            else:
                self._paused.add(fd)
                os.eventfd_write(self._stood_back, 1)
                return
            if not self._admit(fd, listener):
                break
        if fd not in self._paused:
            self._arm(fd, Wish.READ)

    def _leave_idle(self) -> None:
        for fd, connection in self._parked.copy().items():
            if connection.phase is Phase.IDLE:
                # Always writable: a thread looks at it, and leaves it unless a request is there.
                self._arm(fd, Wish.WRITE)

    def _admit(self, fd: int, listener: socket.socket) -> bool:
        """Take one connection from the queue; false when there is none or no more can be taken."""
        if self._door.full:
            self._paused.add(fd)
            return False
        try:
            sock, address = listener.accept()
        except BlockingIOError:
            return False
        except ConnectionError:
            return True  # it has left again while it stood in the queue
        except OSError as fault:
            # No descriptors or no memory: pause, as asking again at once would not help.
            if not self._house.draining:
                self._log("accept_failed", exc_info=fault)
                self._paused.add(fd)
            return False
        peer = address[0]
        if not self._door.enter(peer):
            sock.close()
            return True
        sock.setblocking(False)
        environ = self._environs[fd] | {"REMOTE_ADDR": peer, "REMOTE_PORT": str(address[1])}
        connection = Connection(sock, self._house, peer=peer, environ=environ)
        number = sock.fileno()
        self._parked[number] = connection
        try:
            self._epoll.register(number, _TO_READ)
        except OSError as fault:
            self._log("accept_failed", exc_info=fault)
            if self._parked.pop(number, None) is connection:
                self._drop(connection)
        return True

    def _settle(self, connection: Connection, wish: Wish) -> None:
        if wish is Wish.GONE:
            self._drop(connection)
            return
        fd = connection.fileno()
        # Parked first: an event that found it missing would be lost.
        self._parked[fd] = connection
        self._arm(fd, wish)
        if self._ended and self._parked.pop(fd, None) is connection:
            self._drop(connection)  # the application came back when nobody waited any more

    def _arm(self, fd: int, wish: Wish) -> None:
        try:
            self._epoll.modify(fd, _TO_READ if wish is Wish.READ else _TO_WRITE)
        except (OSError, ValueError):
            return  # closed by another thread in the meantime

    def _drop(self, connection: Connection) -> None:
        connection.close()
        self._door.leave(connection.peer)
        if self._paused:
            self._resume()

    def _resume(self) -> None:
        while self._paused and not self._door.full:
            self._arm(self._paused.pop(), Wish.READ)


def _environ(listener: socket.socket) -> dict[str, Any]:
    """What every request through ``listener`` starts from (PEP 3333)."""
    host, port = listener.getsockname()[:2]
    return {
        "SCRIPT_NAME": "",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
