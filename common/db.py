"""PostgreSQL: a pool that hands out living connections, named SQL, and its errors in our words.

A statement run outside `Database.transaction` commits by itself. Connections are made after a
fork, discarded on the first connection error, and bounded in every wait, so that a database that
is down is answered within two seconds and heals without a restart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any

import psycopg2
import psycopg2.errors
import psycopg2.extensions
import psycopg2.extras
from sqlalchemy import exc as pool_errors
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from common.bounded import BoundedConnection, BoundedCursor
from common.errors import ConnectionLost, invalid, unavailable
from common.sql import Prepared

Row = Any  # a named tuple: the columns of the statement, in its order


class ConstraintViolated(Exception):
    """The database refused a row; ``constraint`` is the constraint's name."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint


def _translated(fault: BaseException) -> BaseException:
    """``fault`` in the product's own words; no driver text leaves this module."""
    if isinstance(fault, psycopg2.IntegrityError):
        return ConstraintViolated(fault.diag.constraint_name or "")
    if isinstance(fault, _BUSY):
        return unavailable("The database is too busy.")
    if isinstance(fault, (psycopg2.OperationalError, psycopg2.InterfaceError)):
        return ConnectionLost()
    if isinstance(fault, psycopg2.DataError):
        return invalid("A value is outside what can be stored.")
    return fault


_BUSY = (
    psycopg2.errors.QueryCanceled,
    psycopg2.errors.LockNotAvailable,
    # The server rolled back and lives: nothing took effect, and the connection is a good one.
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.SerializationFailure,
    pool_errors.TimeoutError,
)


# Seconds without a word after which a server is taken for silent, and for how long it then is.
_SAYS_NOTHING = 1.0
_LEFT_ALONE = 0.5


class Transaction:
    """An open transaction; every statement runs on its one connection."""

    def __init__(self, cursor: psycopg2.extensions.cursor, known: set[str]) -> None:
        self._cursor = cursor
        self._known = known

    def execute(self, sql: str, **values: Any) -> int:
        """Run ``sql``; the number of rows it touched."""
        self._cursor.execute(sql, values)
        return self._cursor.rowcount

    def one(self, sql: str, **values: Any) -> Row | None:
        """The first row of ``sql``, or ``None``."""
        self._cursor.execute(sql, values)
        return self._cursor.fetchone()

    def all(self, sql: str, **values: Any) -> list[Row]:
        """Every row of ``sql``."""
        self._cursor.execute(sql, values)
        return self._cursor.fetchall()

    def run(self, statement: Prepared, values: Sequence[Any]) -> Row | None:
        """The first row of a prepared statement, or ``None``."""
        _execute_prepared(self._cursor, self._known, statement, values)
        return self._cursor.fetchone()


class Database:
    """A service's own door to PostgreSQL, with its own role.

    ``statement_ms`` bounds each statement; a pool of ``size`` is shared by the threads of a
    process and must be made after the fork.
    """

    def __init__(
        self, dsn: str, *, size: int = 4, name: str = "hazir", statement_ms: int = 2000
    ) -> None:
        self._dsn = dsn
        self._options = (
            f"-c statement_timeout={statement_ms} -c lock_timeout=1500 -c timezone=UTC"
            " -c idle_in_transaction_session_timeout=30000 -c synchronous_commit=on"
            # What we prepare is planned once: left to itself the server may plan at every call.
            " -c plan_cache_mode=force_generic_plan"
        )
        # Before the server's own limit, because one that is frozen would not keep it.
        self._answer_within = statement_ms / 1000 * 0.75
        self._name = name
        self._silent_until = 0.0
        self._pool: QueuePool = QueuePool(
            self.connect, pool_size=size, max_overflow=0, timeout=1.0, reset_on_return=None
        )

    def connect(self) -> Any:
        """A new connection of this role, outside the pool: for listeners and leaders."""
        connection = psycopg2.connect(
            self._dsn,
            connect_timeout=2,
            options=self._options,
            application_name=self._name,
            connection_factory=BoundedConnection,
            cursor_factory=BoundedCursor,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
        )
        connection.answer_within = self._answer_within
        connection.autocommit = True
        return connection

    def one(self, sql: str, **values: Any) -> Row | None:
        """The first row of one statement that commits by itself, or ``None``."""
        with _Borrowed(self) as connection:
            cursor = connection.cursor()
            cursor.execute(sql, values)
            return cursor.fetchone() if cursor.description else None

    def all(self, sql: str, **values: Any) -> list[Row]:
        """Every row of one statement that commits by itself."""
        with _Borrowed(self) as connection:
            cursor = connection.cursor()
            cursor.execute(sql, values)
            rows: list[Row] = list(cursor.fetchall())
            return rows

    def execute(self, sql: str, **values: Any) -> int:
        """Run one statement that commits by itself; the number of rows it touched."""
        with _Borrowed(self) as connection:
            cursor = connection.cursor()
            cursor.execute(sql, values)
            return int(cursor.rowcount)

    def run(self, statement: Prepared, values: Sequence[Any]) -> Row | None:
        """The first row of a prepared statement that commits by itself, or ``None``."""
        with _Borrowed(self) as connection:
            cursor = connection.cursor()
            _execute_prepared(cursor, _known(connection), statement, values)
            return cursor.fetchone()

    def rows(self, statement: Prepared, values: Sequence[Any]) -> list[Row]:
        """Every row of a prepared statement that commits by itself."""
        with _Borrowed(self) as connection:
            cursor = connection.cursor()
            _execute_prepared(cursor, _known(connection), statement, values)
            found: list[Row] = list(cursor.fetchall())
            return found

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A transaction: committed when the block ends, rolled back when it raises."""
        with _Borrowed(self) as connection:
            raw = connection.driver_connection
            assert raw is not None
            raw.autocommit = False
            try:
                with raw.cursor() as cursor:
                    yield Transaction(cursor, _known(connection))
                raw.commit()
            except BaseException:
                if not raw.closed:
                    raw.rollback()
                raise
            finally:
                if not raw.closed:
                    raw.autocommit = True

    def borrow(self) -> PoolProxiedConnection:
        """A pooled connection, or ``unavailable`` when none is free in time."""
        if monotonic() < self._silent_until:
            raise ConnectionLost
        return self._pool.connect()

    def lost(self, after: float) -> None:
        """A connection was lost ``after`` seconds: drop the idle ones, its siblings died with it.

        A server that has said nothing for long is not asked by everybody who waited behind: each
        would wait as long again.
        """
        if after > _SAYS_NOTHING:
            self._silent_until = monotonic() + _LEFT_ALONE
        self._pool.dispose()
        self._pool = self._pool.recreate()

    def close(self) -> None:
        """Close the pooled connections that are not in use."""
        self._pool.dispose()


class _Borrowed:
    """A pooled connection for one block; what goes wrong in it is said in our words."""

    __slots__ = ("_began", "_connection", "_database")

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> PoolProxiedConnection:
        self._began = monotonic()
        try:
            self._connection = self._database.borrow()
        except ConnectionLost:
            raise
        except Exception as fault:
            own = _translated(fault)
            if isinstance(own, ConnectionLost):
                self._database.lost(monotonic() - self._began)
            raise own from fault
        return self._connection

    def __exit__(self, kind: object, fault: BaseException | None, traceback: object) -> None:
        if fault is None:
            self._connection.close()
            return
        own = _translated(fault)
        if isinstance(own, ConnectionLost):
            self._connection.invalidate()
            self._database.lost(monotonic() - self._began)
        self._connection.close()
        if own is not fault:
            raise own from fault


def _known(connection: PoolProxiedConnection) -> set[str]:
    """The names of the statements that are prepared on this connection."""
    names: set[str] = connection.info.setdefault("prepared", set())
    return names


def _execute_prepared(
    cursor: Any, known: set[str], statement: Prepared, values: Sequence[Any]
) -> None:
    if statement.name not in known:
        cursor.execute(f"PREPARE {statement.name} AS {statement.text}")
        known.add(statement.name)
    cursor.execute(statement.call, values)
