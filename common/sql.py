"""SQL by name, and where the database is: what a process needs that holds one connection only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg2
import psycopg2.extensions

_NAME = re.compile(r"^-- :name (\w+)[^\n]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement kept planned on each connection; its text uses ``$1`` … for its values."""

    name: str
    text: str
    #: The statement that runs it, with one bound parameter for each value.
    call: str


class Queries(Mapping[str, str]):
    """The statements of a ``.sql`` file, each under its ``-- :name``."""

    def __init__(self, path: Path) -> None:
        pieces = _NAME.split(path.read_text(encoding="utf-8"))[1:]
        self._texts = {
            name: text.strip().rstrip(";")
            for name, text in zip(pieces[::2], pieces[1::2], strict=True)
        }

    def __getitem__(self, name: str) -> str:
        return self._texts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def prepared(
        self, name: str, *, alias: str = "", change: tuple[str, str] = ("", "")
    ) -> Prepared:
        """The statement ``name`` to be kept planned; its parameters are ``$1`` … ``$n``.

        ``change`` puts one text for another that stands in it once, and ``alias`` names the result.
        """
        text = self._texts[name]
        if change[0]:
            if text.count(change[0]) != 1:
                raise ValueError(f"{change[0]} does not stand in {name} once")
            text = text.replace(*change)
        name = alias or name
        numbers = [int(number) for number in re.findall(r"\$(\d+)", text)]
        marks = ", ".join(["%s"] * max(numbers, default=0))
        return Prepared(name, text, f"EXECUTE {name} ({marks})" if marks else f"EXECUTE {name}")


class Where(Protocol):
    """The part of the settings that says where the database is."""

    @property
    def database_host(self) -> str:
        """The host's name or address."""
        ...

    @property
    def database_port(self) -> int:
        """The TCP port."""
        ...

    @property
    def database_name(self) -> str:
        """The database's name."""
        ...


def dsn(where: Where, role: str, password: str) -> str:
    """A libpq connection string for ``role``."""
    text: str = psycopg2.extensions.make_dsn(
        host=where.database_host,
        port=where.database_port,
        dbname=where.database_name,
        user=role,
        password=password,
    )
    return text


def fenced_connection(address: str, options: str, name: str) -> Any:
    """A connection with these server settings, outside any pool: for a leader's own work."""
    connection = psycopg2.connect(
        address,
        connect_timeout=2,
        options=options,
        application_name=name,
        # A network that swallows everything must not hold the leader for ever.
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=3,
        tcp_user_timeout=10_000,
    )
    connection.autocommit = True
    return connection
