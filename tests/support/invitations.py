"""Making invitations and using them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from tests.support.auth import PASSWORD, AuthServer, running_auth
from tests.support.auth_cast import Cast, ask
from tests.support.cluster import TestDatabase

ALL = "/api/v1/invitations"
INVALID = (410, "invitation_invalid")


def invite(auth: AuthServer, cast: Cast, who: str = "admin", **body: Any) -> dict[str, Any]:
    """A new invitation, with its code, by one of the cast."""
    answer = ask(auth, cast, who, "POST", ALL, {"role": "manager"} | body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def register(auth: AuthServer, username: str, code: str, **more: Any) -> Any:
    """What an account with an invitation's code is answered."""
    body = {"username": username, "password": PASSWORD, "invitation": code} | more
    return auth.post("/api/register", body)


def check(auth: AuthServer, code: str) -> Any:
    """What the page is told of a code."""
    return auth.post(f"{ALL}/check", {"code": code})


def person_of(auth: AuthServer, username: str) -> Any:
    """Somebody's number, site and roles."""
    (row,) = auth.town.sql(
        "SELECT p.employee_id, p.site_id, ARRAY(SELECT role FROM auth.person_role r WHERE"
        " r.employee_id = p.employee_id) FROM auth.person p WHERE username = %s",
        username,
    )
    return row


def running_inviting(database: TestDatabase) -> AbstractContextManager[AuthServer]:
    """A service that many register with at once, from one address."""
    return running_auth(database, LOGIN_FAILURES_PER_ADDRESS="10000", AUTH_HASHES_WAITING="60")
