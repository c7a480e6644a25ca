"""attendance_service for tests: its HTTP side in this process, and what it wrote."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from attendance_service import app
from attendance_service.settings import Settings
from common.clock import Clock
from common.config import load
from common.identity import Role
from common.wsgi import Limits, running
from tests.support.cluster import TestDatabase
from tests.support.people import Town

NO_LIMITS = {"LIMIT_PER_PERSON": "100000", "LIMIT_PER_ADDRESS": "1000000"}
RECORDS = "/api/v1/attendance/records"


@dataclass
class Cast:
    """One site with a team and everybody who stands in some relation to ``staff``."""

    town: Town
    zone: str = "Europe/Istanbul"
    site: int = field(init=False)
    team: int = field(init=False)
    staff: int = field(init=False)
    manager: int = field(init=False)
    admin: int = field(init=False)

    def __post_init__(self) -> None:
        number = self.town.sql("SELECT count(*) FROM auth.site")[0][0]
        self.site = self.town.site(f"Site {number}", zone=self.zone, biometrics=True)
        self.team = self.town.team(self.site, f"Team {number}")
        self.staff = self.someone()
        self.manager = self.town.person(Role.MANAGER, site_id=self.site, manages=[self.team])
        self.admin = self.town.person(Role.ADMIN, site_id=self.site)

    def someone(self) -> int:
        """Another member of the team."""
        return self.town.person(Role.STAFF, site_id=self.site, teams=[self.team])


@dataclass
class Rest:
    """A running HTTP side: calls it as somebody."""

    town: Town
    client: httpx.Client
    parts: app.Services | None = None
    _tokens: dict[int, str] = field(default_factory=dict)

    def token(self, who: int) -> str:
        """The token of ``who``, made once."""
        if who not in self._tokens:
            self._tokens[who] = self.town.token(who)
        return self._tokens[who]

    def call(self, method: str, path: str, who: int | None = None, **options: Any) -> Any:
        """The answer to one request as ``who``."""
        headers = dict(options.pop("headers", {}))
        if who is not None:
            headers.setdefault("Authorization", f"Bearer {self.token(who)}")
        return self.client.request(method, path, headers=headers, **options)

    def get(self, path: str, who: int | None = None, **options: Any) -> Any:
        """GET as ``who``."""
        return self.call("GET", path, who, **options)

    def punch(self, who: int, action: str = "in", *, key: str | None = None, **body: Any) -> Any:
        """POST /attendance as ``who``."""
        headers = {"Idempotency-Key": key} if key else {}
        return self.call(
            "POST", "/attendance", who, json={"action": action, **body}, headers=headers
        )

    def batch(self, who: int, *punches: dict[str, Any], **body: Any) -> Any:
        """POST /attendance/batch as ``who``."""
        sent = {"punches": list(punches), **body}
        return self.call("POST", "/attendance/batch", who, json=sent)

    def place(self, admin: int, site_id: int, **body: Any) -> int:
        """A new place made by ``admin``; its number."""
        sent = {"site_id": site_id, "name": f"Place {os.urandom(4).hex()}", **body}
        answer = self.call("POST", "/api/v1/attendance/places", admin, json=sent)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])


def base64_of(picture: bytes) -> str:
    """``picture`` as JSON carries it."""
    return base64.b64encode(picture).decode()


def settings_for(database: TestDatabase, **variables: str) -> Settings:
    """What the service would read from its configuration."""
    return load(Settings, environment_for(database, **variables))


def environment_for(database: TestDatabase, **variables: str) -> dict[str, str]:
    """The variables of a service on ``database``, with limits that no test meets by chance."""
    return {
        **database.environment(),
        **NO_LIMITS,
        "BIND_HOSTS": "127.0.0.1",
        "FACE_URL": "http://127.0.0.1:9",
        "AUTH_URL": "http://127.0.0.1:9",
        **variables,
    }


def at(parts: app.Services, clock: Clock) -> app.Services:
    """The same services, living by ``clock``."""
    ledger = replace(parts.check_in.ledger, clock=clock)
    return replace(
        parts,
        check_in=replace(parts.check_in, clock=clock, ledger=ledger),
        kiosk=replace(parts.kiosk, clock=clock, ledger=ledger),
        batch=replace(parts.batch, clock=clock),
        records=replace(parts.records, clock=clock),
        reviews=replace(parts.reviews, clock=clock),
        privacy=replace(parts.privacy, clock=clock),
    )


@contextmanager
def serving(
    town: Town,
    *,
    clock: Clock | None = None,
    change: Callable[[app.Services], app.Services] = lambda parts: parts,
    threads: int = 3,
    **variables: str,
) -> Iterator[Rest]:
    """The HTTP side in this process on a loopback port, until the block ends."""
    parts = app.services(settings_for(town.database, **variables), threads=threads, name="test")
    try:
        changed = change(at(parts, clock) if clock else parts)
        limits = Limits(limit_for=app.limit_for)
        with (
            running(app.http(changed), threads=threads, limits=limits) as (host, port),
            httpx.Client(base_url=f"http://{host}:{port}", timeout=20, trust_env=False) as client,
        ):
            yield Rest(town, client, changed)
    finally:
        parts.close()


@dataclass(frozen=True)
class Ledger:
    """What the tables say about one person, the oldest first."""

    town: Town
    who: int

    @property
    def records(self) -> list[tuple[Any, ...]]:
        """(n, action, outcome, status) of each record."""
        return self.town.sql(
            "SELECT n, action, outcome, status FROM attendance.record WHERE employee_id = %s"
            " ORDER BY id",
            self.who,
        )

    @property
    def events(self) -> list[tuple[Any, ...]]:
        """(kind, action, status) of each event."""
        return self.town.sql(
            "SELECT kind, action, status FROM attendance.event WHERE employee_id = %s ORDER BY id",
            self.who,
        )

    @property
    def keys(self) -> list[int]:
        """The status kept under each idempotency key."""
        rows = self.town.sql(
            "SELECT status FROM attendance.idempotency WHERE subject_id = %s ORDER BY created_at",
            self.who,
        )
        return [row[0] for row in rows]

    @property
    def state(self) -> tuple[Any, ...]:
        """(n, action) of the person, (0, "out") when there is none."""
        rows = self.town.sql(
            "SELECT n, action FROM attendance.punch_state WHERE employee_id = %s", self.who
        )
        return rows[0] if rows else (0, "out")
