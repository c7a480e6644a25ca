"""An auth_service in this process, served over real HTTP, with its database at hand."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from auth_service import app
from auth_service.settings import AuthSettings
from common.clock import Clock
from common.config import load
from common.wsgi import Limits, running
from tests.support.cluster import TestDatabase
from tests.support.people import Town

PASSWORD = "correct battery staple"
PAGE = "http://127.0.0.1:5500"
WRONG = (401, "invalid_credentials")
UNAVAILABLE = (503, "directory_unavailable")
#: The variables with which no test comes to the limits of failed sign-ins.
UNCOUNTED = {
    "LOGIN_FAILURES_PER_ACCOUNT": "10000",
    "LOGIN_FAILURES_PER_ADDRESS": "10000",
    "LOGIN_FAILURES_PER_SITE": "1000000",
}
_numbers = itertools.count(1)


@dataclass
class AuthServer:
    """The running service: its address, its parts, and a door to its tables."""

    url: str
    parts: app.Parts
    town: Town
    client: httpx.Client

    def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """``body`` as JSON to ``path``."""
        return self.client.post(path, json=body, **more)

    def form(self, path: str, **fields: str) -> httpx.Response:
        """``fields`` as a form to ``path``."""
        return self.client.post(path, data=fields)

    def register(self, username: str | None = None, password: str = PASSWORD) -> dict[str, Any]:
        """A new account's answer, with its ``username``."""
        name = username or f"newcomer{next(_numbers)}"
        answer = self.post("/register", {"username": name, "password": password})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found | {"username": name}

    def signed_in(self, username: str, password: str = PASSWORD) -> dict[str, Any]:
        """The answer of ``/login``."""
        answer = self.post("/login", {"username": username, "password": password})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def accounts(self) -> int:
        """How many there are."""
        return int(self.town.sql("SELECT count(*) FROM auth.person")[0][0])

    def audit(self, name: str) -> list[tuple[Any, ...]]:
        """The audit of an object: (actor, action, before, after, reason), oldest first."""
        return self.town.sql(
            "SELECT actor, action, before, after, reason FROM auth.audit"
            " WHERE object = %s ORDER BY id",
            name,
        )


def as_user(token: str) -> dict[str, Any]:
    """The keyword arguments that present ``token``."""
    return {"headers": {"Authorization": f"Bearer {token}"}}


def log_in(
    auth: AuthServer, username: str, password: str = PASSWORD, **more: Any
) -> httpx.Response:
    """What ``/login`` answers."""
    return auth.post("/login", {"username": username, "password": password, **more})


def log_in_by(auth: AuthServer, directory: str, username: str, password: str) -> httpx.Response:
    """What is answered to whoever chooses the directory."""
    return auth.form(
        "/api/v1/auth/token",
        grant_type="password",
        username=username,
        password=password,
        directory=directory,
    )


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """A refusal's status and code."""
    return answer.status_code, answer.json()["code"]


@contextmanager
def running_auth(
    database: TestDatabase, clock: Clock | None = None, **settings: str
) -> Iterator[AuthServer]:
    """Serve ``database``'s people until the block ends; ``settings`` as in ``.env``."""
    env = {
        "DATABASE_HOST": database.host,
        "DATABASE_PORT": str(database.port),
        "DATABASE_NAME": database.name,
        "SECRETS_DIR": str(database.secrets_dir),
        "LOG_LEVEL": "error",
        **settings,
    }
    town = Town(database)
    parts = app.parts(load(AuthSettings, env), clock)
    try:
        app.start(parts)
        wsgi = app.make_wsgi(parts)
        limits = Limits(limit_for=app.limit_for)
        with running(wsgi, threads=20, limits=limits) as (host, port):
            url = f"http://{host}:{port}"
            with httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
                yield AuthServer(url, parts, town, client)
    finally:
        parts.close()
        town.close()
