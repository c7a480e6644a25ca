"""A telephone with somebody's second factor in it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp

from common.clock import FixedClock
from tests.support.auth import PASSWORD, AuthServer, as_user, code_of, log_in, running_auth
from tests.support.cluster import TestDatabase

FACTOR = "/api/v1/auth/second-factor"
STEP = timedelta(seconds=30)


@dataclass
class Authenticator:
    """Shows codes by the service's ``clock``."""

    secret: str
    clock: FixedClock

    def code(self, steps: int = 0) -> str:
        """The code of this moment, or of ``steps`` from it."""
        at: datetime = self.clock.now() + steps * STEP
        return str(pyotp.TOTP(self.secret).at(at))

    def next(self) -> str:
        """A code that has not been used: the clock moves on for it."""
        self.clock.advance(STEP)
        return self.code()

    def wrong(self) -> str:
        """A code that none of the steps around has."""
        near = {self.code(steps) for steps in range(-2, 3)}
        return next(code for n in range(10) if (code := f"{n:06d}") not in near)


def set_up(
    auth: AuthServer, clock: FixedClock, token: str, password: str = PASSWORD
) -> tuple[Authenticator, list[str]]:
    """Turn somebody's second factor on; the telephone and the recovery codes."""
    begun = auth.post(FACTOR, {"password": password}, **as_user(token))
    assert begun.status_code == 201, begun.text
    uri = urlsplit(begun.json()["uri"])
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    phone = Authenticator(parse_qs(uri.query)["secret"][0], clock)
    assert phone.secret == begun.json()["secret"]
    confirmed = auth.post(f"{FACTOR}/confirm", {"code": phone.code()}, **as_user(token))
    assert confirmed.status_code == 200, confirmed.text
    codes: list[str] = confirmed.json()["recovery_codes"]
    return phone, codes


def challenge(auth: AuthServer, username: str, password: str = PASSWORD) -> str:
    """The challenge of a sign-in whose password was right."""
    answer = log_in(auth, username, password)
    assert code_of(answer) == (401, "second_factor_required")
    return str(answer.json()["challenge"])


class Person:
    """Somebody with a second factor."""

    def __init__(self, auth: AuthServer, clock: FixedClock) -> None:
        self.auth = auth
        account = auth.register()
        self.name: str = account["username"]
        self.employee_id: int = account["employee_id"]
        # Of the real time: the service's clock is moved far on by these tests.
        self.token = auth.town.token(self.employee_id)
        self.phone, self.recovery = set_up(auth, clock, self.token)

    def verify(self, code: str, token: str | None = None, **more: Any) -> Any:
        """What a fresh challenge, or ``token``, is answered for ``code``."""
        body = {"challenge": token or challenge(self.auth, self.name), "code": code} | more
        return self.auth.post(f"{FACTOR}/verify", body)

    def state(self) -> dict[str, Any]:
        """What the person is told about it."""
        found: dict[str, Any] = self.auth.client.get(FACTOR, **as_user(self.token)).json()
        return found

    def ask(self, method: str, path: str, body: Any) -> Any:
        """What the person, signed in, is answered."""
        return self.auth.client.request(method, f"{FACTOR}{path}", json=body, **as_user(self.token))


def late_clock() -> FixedClock:
    """Behind the real time, so that it can be moved on and the tokens made meanwhile hold."""
    return FixedClock(datetime.now(UTC) - timedelta(minutes=50))


def running_strict(database: TestDatabase, clock: FixedClock) -> AbstractContextManager[AuthServer]:
    """A service on which ten failures are all that an account has, from any address."""
    return running_auth(
        database,
        clock,
        LOGIN_FAILURES_PER_ADDRESS="10000",
        LOGIN_FAILURES_PER_ACCOUNT="10",
        TRUSTED_PROXIES="1",
    )
