"""A small organisation for the tests of people, sites and teams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from common.identity import Role
from tests.support.auth import AuthServer, as_user


@dataclass
class Cast:
    """A small organisation, with a token for each part."""

    site: int
    led: int
    other: int
    people: dict[str, int]
    tokens: dict[str, str]


def small_organisation(auth: AuthServer) -> Cast:
    """One person of each role, two teams, one of them led."""
    town = auth.town
    site = town.site("Head Office", biometrics=True)
    led, other = town.team(site, "Led"), town.team(site, "Other")
    people = {
        "admin": town.person(Role.ADMIN, site_id=site, username="boss"),
        "manager": town.person(Role.MANAGER, site_id=site, manages=[led], username="lead"),
        "own": town.person(Role.STAFF, site_id=site, teams=[led], username="member"),
        "foreign": town.person(Role.STAFF, site_id=site, teams=[other], username="stranger"),
        "teacher": town.person(Role.TEACHER, site_id=site),
        "student": town.person(Role.STUDENT, site_id=site),
        "device": town.person(Role.DEVICE, site_id=site),
        "service": town.person(Role.SERVICE, username="service:unlisted"),
    }
    auth.parts.org.refresh()
    return Cast(site, led, other, people, {who: town.token(n) for who, n in people.items()})


def ask(auth: AuthServer, cast: Cast, who: str, method: str, path: str, body: Any = None) -> Any:
    """What ``who`` is answered."""
    return auth.client.request(method, path, json=body, **as_user(cast.tokens[who]))
