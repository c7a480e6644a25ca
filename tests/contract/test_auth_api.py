"""auth_service against its own OpenAPI document, with made-up input."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from common.identity import Role
from tests.support.attendance import NO_LIMITS
from tests.support.auth import PASSWORD, UNCOUNTED, as_user, running_auth
from tests.support.auth_cast import small_organisation
from tests.support.cluster import TestDatabase
from tests.support.openapi import Contract, KeepsToItsDocument, Known, bearer


@pytest.fixture(scope="module")
def contract(database: TestDatabase) -> Iterator[Contract]:
    """A service with a small organisation, and somebody who may sign in."""
    # Refused for its many failures, a log-in would never be looked at.
    with running_auth(database, DEMO="1", **NO_LIMITS, **UNCOUNTED) as auth:
        cast, town = small_organisation(auth), auth.town
        secret = auth.parts.settings.reporter_secret.reveal()
        chief = as_user(town.token(town.person(Role.ADMIN, site_id=cast.site), life=3600))

        def known() -> Known:
            member = auth.register()
            refresh = [auth.signed_in(member["username"])["refresh_token"]]
            invited = auth.post("/api/v1/invitations", {"role": "staff"}, **chief).json()
            path = f"/api/v1/users/{member['employee_id']}/reset-link"
            link = auth.client.post(path, **chief).json()["token"]
            sessions = auth.client.get("/api/v1/auth/sessions", **as_user(member["token"]))
            teams = [town.team(cast.site, f"{n} {member['username']}") for n in range(2)]
            return {
                "employee_id": [member["employee_id"], cast.people["foreign"]],
                "employee_ids": [[cast.people["own"], cast.people["foreign"]], []],
                "team_id": teams,
                "site_id": [cast.site],
                "username": [member["username"], f"not-yet-{member['username']}"],
                "password": [PASSWORD],
                "refresh": refresh,
                "refresh_token": refresh,
                "client_id": ["service:reporter"],
                "client_secret": [secret],
                "zone": ["Europe/Istanbul"],
                "roles": [["staff"], ["manager", "teacher"]],
                "role": ["Employee", "Manager"],
                "cursor": ["1"],
                "sid": [one["sid"] for one in sessions.json()["items"]],
                "invitation_id": [invited["id"]],
                "invitation": [invited["code"]],
                "code": [invited["code"], "123456"],
                "token": [link],
                "team_ids": [[cast.led], []],
                "pin": ["4711", "90210"],
                "badge": [f"badge of {member['username']}"],
                "current": [PASSWORD],
                "directory": ["local", "ldap"],
                "actor": [cast.people["admin"]],
                "object": [f"person:{member['employee_id']}"],
                "action": ["account.created"],
                "from": ["2026-01-01T00:00:00Z"],
            }

        contract = Contract(
            auth.url,
            admin=bearer(lambda: town.token(town.person(Role.ADMIN, site_id=cast.site))),
            staff=bearer(lambda: town.token(town.person(site_id=cast.site))),
            known=known,
            files={"file": [b"username,full_name\nsomebody,Some Body\n"]},
        )
        yield contract
        contract.close()


class TestAuth(KeepsToItsDocument):
    service = "auth"
    least = 56
    refusals = frozenset({400, 422})
