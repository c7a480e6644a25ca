"""The running system with a crowd in it, and pgbench on the same database as the limit."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from common.tokens import Signer
from local import keys
from local.place import read_json
from local.postgres import DATABASE, OWNER, packaged_binaries
from tests.support.system import System, running_system

ROUNDS = 3
#: Seconds until every service knows of people just made.
SETTLED = 1.5
_UNLIMITED = {"LIMIT_PER_PERSON": "100000", "LIMIT_PER_ADDRESS": "1000000"}
_ENLIST = """
INSERT INTO auth.site (name, zone)
SELECT 'Bench', 'Europe/Istanbul' WHERE NOT EXISTS (SELECT 1 FROM auth.site);
INSERT INTO auth.person (username, username_key, full_name, site_id)
SELECT %(prefix)s || g, %(prefix)s || g, initcap(%(prefix)s) || ' ' || g,
       (SELECT min(id) FROM auth.site)
FROM generate_series(1, %(count)s) AS g;
INSERT INTO auth.person_role (employee_id, role)
SELECT employee_id, %(role)s FROM auth.person WHERE username LIKE %(prefix)s || '%%';
INSERT INTO attendance.punch_state (employee_id)
SELECT employee_id FROM auth.person WHERE username LIKE %(prefix)s || '%%';
SELECT auth.announce('site', NULL, NULL);
"""
_ENLISTED = """
SELECT employee_id, username FROM auth.person WHERE username LIKE %(prefix)s || '%%' ORDER BY 1
"""


@dataclass
class Stage:
    """A system whose database can be looked into, with a token for each of a crowd."""

    system: System
    people: list[int]
    tokens: Path
    owner: Any = field(repr=False)
    signer: Signer = field(repr=False)

    def sql(self, text: str, **values: Any) -> list[tuple[Any, ...]]:
        """Run a statement with the owner's rights; its rows."""
        with self.owner.cursor() as cursor:
            cursor.execute(text, values)
            return list(cursor.fetchall()) if cursor.description else []

    def enlist(self, prefix: str, count: int, role: str) -> dict[int, str]:
        """Make ``count`` people of ``role``; their ids with a token each.

        A moment later every service knows them.
        """
        self.sql(_ENLIST, prefix=prefix, count=count, role=role)
        rows = self.sql(_ENLISTED, prefix=prefix)
        now = int(time.time())
        return {number: _token(self.signer, number, name, role, now) for number, name in rows}

    def everybody_out(self) -> None:
        """The crowd may check in again; the clean-up of the last round is done with."""
        self.sql("UPDATE attendance.punch_state SET action = 'out'")
        self.sql("CHECKPOINT")

    def url(self) -> str:
        """The owner's address of the database."""
        place = self.system.place
        port = read_json(place.ports_file)["postgres"]
        password = keys.read(place.secrets, "db_owner")
        return f"postgresql://{OWNER}:{password}@127.0.0.1:{port}/{DATABASE}"

    def pgbench(self, script: str, *, clients: int, seconds: int) -> float:
        """Transactions a second of ``script``, prepared, on one thread of pgbench."""
        file = self.tokens.with_name("pgbench.sql")
        file.write_text(script, encoding="utf-8")
        program = str(packaged_binaries() / "pgbench")
        options = ["-n", "-M", "prepared", "-j", "1", "-c", str(clients), "-T", str(seconds)]
        done = subprocess.run(
            [program, *options, "-f", str(file), self.url()], capture_output=True, text=True
        )
        rate = re.search(r"tps = ([\d.]+)", done.stdout)
        if rate is None or done.returncode:
            raise SystemExit(f"pgbench: {done.stderr or done.stdout}")
        return float(rate.group(1))


@contextmanager
def stage(crowd: int, **variables: str) -> Iterator[Stage]:
    """The whole local system with ``crowd`` more people; the limits on requests out of the way."""
    with running_system(**_UNLIMITED, **variables) as system:
        place = system.place
        signer = Signer(keys.read(place.secrets, "token_signing_key"), system.url("auth"))
        prepared = Stage(system, [], place.data / "tokens.txt", None, signer)
        prepared.owner = psycopg2.connect(prepared.url())
        prepared.owner.autocommit = True
        tokens = prepared.enlist("crowd", crowd, "staff")
        prepared.people = list(tokens)
        with prepared.tokens.open("w", encoding="utf-8") as file:
            file.writelines(f"{token}\n" for token in tokens.values())
        time.sleep(SETTLED)
        try:
            yield prepared
        finally:
            prepared.owner.close()


def _token(signer: Signer, number: int, name: str, role: str, now: int) -> str:
    return signer.sign(
        {
            "sub": name,
            "employee_id": number,
            "user_id": number,
            "user_school_number": None,
            "roles": [role],
            "sid": f"bench-{number}",
            "jti": f"bench-{number}",
            "iat": now,
            "exp": now + 3600,
        }
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was measured, in what, against what, and the bar."""

    path: str
    measured: str
    against: str
    ratio: float
    bar: float
    smaller_is_better: bool = False

    @property
    def holds(self) -> bool:
        """Whether the bar is met."""
        return self.ratio <= self.bar if self.smaller_is_better else self.ratio >= self.bar

    def line(self) -> str:
        """As a line of a Markdown table."""
        sign = "≤" if self.smaller_is_better else "≥"
        word = "yes" if self.holds else "**no**"
        return (
            f"| {self.path} | {self.measured} | {self.against} | {self.ratio:.3g} |"
            f" {sign} {self.bar:g} | {word} |"
        )

    def json(self) -> str:
        """For whoever reads it with a program."""
        return json.dumps({"path": self.path, "ratio": self.ratio, "bar": self.bar})


def median(values: list[float]) -> float:
    """The middle one."""
    return statistics.median(values)
