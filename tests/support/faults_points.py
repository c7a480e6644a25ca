"""A service's process that can be told to kill itself at a labelled point.

``python -m tests.support.faults_points NAME MODULE [WORD…]`` runs ``python -m MODULE WORD…`` as it
is, with some of its functions wrapped. A wrapped function looks for a file named after its label in
the folder ``FAULT_POINTS``. The process that succeeds in removing the file notes the label in
``fired`` and ends itself with SIGKILL, there and then: nothing is flushed, closed or told.

The product knows nothing of this.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import Any

FIRED = "fired"

#: Every label, by the kind of process that has it.
POINTS: Mapping[str, tuple[str, ...]] = {
    "rest": (
        "rest.punch.before_statement",
        "rest.punch.after_commit",
        "rest.reply.after",
        "rest.evidence.inside",
        "rest.evidence.before_commit",
        "rest.evidence.after_commit",
    ),
    "rpc": (
        "rpc.punch.before_statement",
        "rpc.punch.after_commit",
        "rpc.tail.after_read",
        "rpc.feed.before_yield",
    ),
    "sequencer": (
        "sequencer.before_statement",
        "sequencer.during_statement",
        "sequencer.after_commit",
    ),
    "reporter": (
        "reporter.after_receiving",
        "reporter.amid_fan_out",
        "reporter.amid_replay",
    ),
}


def all_points() -> list[str]:
    """Every label."""
    return [label for labels in POINTS.values() for label in labels]


class Points:
    """The labels asked for, as files in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)

    def claimed(self, label: str) -> bool:
        """Whether this very call was chosen; it is noted."""
        try:
            os.unlink(f"{self._folder}/{label}")  # noqa: PTH108  on the hot path
        except FileNotFoundError:
            return False
        note = os.open(f"{self._folder}/{FIRED}", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(note, f"{label} {os.getpid()}\n".encode())
        os.close(note)
        return True

    def __call__(self, label: str) -> None:
        """End this process here when the label is asked for."""
        if self.claimed(label):
            die()


def die() -> None:
    """What a power cut does."""
    os.kill(os.getpid(), signal.SIGKILL)
    threading.Event().wait()


def around(
    owner: Any, name: str, point: Points, before: str | None = None, after: str | None = None
) -> None:
    """Wrap the plain function ``owner.name``."""
    real: Callable[..., Any] = getattr(owner, name)

    def wrapped(*values: Any, **named: Any) -> Any:
        if before:
            point(before)
        made = real(*values, **named)
        if after:
            point(after)
        return made

    setattr(owner, name, wrapped)


def wrap_attendance(kind: str, point: Points) -> None:
    """The check-in's statement, the answer, and the transaction with a photo in it."""
    from attendance_service.store.photos import Photos
    from attendance_service.store.punches import Punches
    from common.db import Database
    from common.wsgi.connection import Connection

    around(Punches, "punch", point, f"{kind}.punch.before_statement", f"{kind}.punch.after_commit")
    around(Photos, "keep", point, after=f"{kind}.evidence.inside")
    around(Connection, "_answered", point, after=f"{kind}.reply.after")
    transaction = Database.transaction

    @contextmanager
    def wrapped(self: Database) -> Iterator[Any]:
        with transaction(self) as tx:
            yield tx
            point(f"{kind}.evidence.before_commit")
        point(f"{kind}.evidence.after_commit")

    Database.transaction = wrapped  # type: ignore[method-assign]


def wrap_rpc(point: Points) -> None:
    """The feed on its way from the database to the streams."""
    from attendance_service.rpc.tail import FeedTail
    from attendance_service.store.feed import FeedStore

    follow, after = FeedTail.follow, FeedStore.after

    async def followed(self: FeedTail, position: int) -> AsyncIterator[Any]:
        async with aclosing(follow(self, position)) as batches:  # type: ignore[type-var]
            async for batch in batches:
                if batch:
                    point("rpc.feed.before_yield")
                yield batch

    def read(self: FeedStore, sequence: int, limit: int) -> Any:
        found = after(self, sequence, limit)
        if found:
            point("rpc.tail.after_read")
        return found

    FeedTail.follow = followed  # type: ignore[method-assign]
    FeedStore.after = read  # type: ignore[method-assign]


class _Cursor:
    """The sequencer's cursor; only a statement that numbered something is worth dying for."""

    def __init__(self, cursor: Any, point: Points) -> None:
        self._cursor = cursor
        self._point = point

    def execute(self, text: str, values: Any = ()) -> None:
        numbering = text.startswith("EXECUTE")
        if numbering:
            self._point("sequencer.before_statement")
            if self._point.claimed("sequencer.during_statement"):
                threading.Timer(0.0004, die).start()
        self._cursor.execute(text, values)

    def fetchone(self) -> Any:
        return self._cursor.fetchone()

    def fetchall(self) -> Any:
        events = self._cursor.fetchall()
        if events:
            self._point("sequencer.after_commit")
        return events


class _Connection:
    def __init__(self, connection: Any, point: Points) -> None:
        self._connection = connection
        self._point = point

    @contextmanager
    def cursor(self) -> Iterator[_Cursor]:
        with self._connection.cursor() as cursor:
            yield _Cursor(cursor, self._point)

    def close(self) -> None:
        self._connection.close()


def wrap_sequencer(name: str, point: Points) -> None:
    """The numbering statement; the session is named after the process, to tell who leads."""
    import common.sql

    real = common.sql.fenced_connection

    def connect(address: str, options: str, _: str) -> Any:
        return _Connection(real(address, options, name), point)

    common.sql.fenced_connection = connect


def wrap_reporter(point: Points) -> None:
    """Between the feed and the sockets."""
    from reporter_service import hub, replay

    take, write, hand_out = hub.Hub.take, hub._write, replay._hand_out

    async def taken(self: Any, *values: Any) -> None:
        point("reporter.after_receiving")
        await take(self, *values)

    def written(sockets: Mapping[Any, Callable[[bytes], None]], frame: bytes) -> int:
        if len(sockets) > 1 and point.claimed("reporter.amid_fan_out"):
            next(iter(sockets.values()))(frame)
            die()
        return write(sockets, frame)

    async def replayed(*values: Any) -> None:
        await hand_out(*values)
        point("reporter.amid_replay")

    hub.Hub.take = taken  # type: ignore[method-assign]
    hub._write = written
    replay._hand_out = replayed


def main(arguments: list[str]) -> int:
    """Wrap, then run the service as its own command line would."""
    name, module, *words = arguments
    point = Points(Path(os.environ["FAULT_POINTS"]))
    if module == "attendance_service" and words in (["rest"], ["rpc"]):
        wrap_attendance(words[0], point)
    if words == ["rpc"]:
        wrap_rpc(point)
    if words == ["sequencer"]:
        wrap_sequencer(name, point)
    if module == "reporter_service":
        wrap_reporter(point)
    sys.argv = [module, *words]
    started = importlib.import_module(f"{module}.__main__").main
    with contextlib.suppress(KeyboardInterrupt):
        return int(started() if module == "reporter_service" else started(words))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
