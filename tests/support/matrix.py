"""Role x operation x relation: who may do what, as plain data for every transport's tests.

``RELATIONS`` are how a caller stands to the person meant: ``own``, ``team`` (a team the caller is
responsible for), ``other`` (somebody of another site), ``none`` (a number nobody has).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from common.identity import Role
from tests.support.attendance import Cast
from tests.support.people import Town

RELATIONS = ("own", "team", "other", "none")
READERS = (Role.ADMIN, Role.MANAGER, Role.TEACHER, Role.STAFF, Role.STUDENT)
NOBODY = 987_654_321


@dataclass(frozen=True)
class Case:
    """One caller, one relation, the person meant, and whether reading that person is allowed."""

    role: Role
    relation: str
    caller: int
    target: int
    reads: bool

    def __str__(self) -> str:
        return f"{self.role}-{self.relation}"


def reads(role: Role, relation: str) -> bool:
    """Whether ``role`` may read records and follow the feed of somebody in this relation."""
    if role is Role.ADMIN:
        return relation != "none"
    if role is Role.MANAGER:
        return relation in ("own", "team")
    return role in READERS and relation == "own"


def cases(town: Town) -> Iterator[Case]:
    """Every role against every relation, with people made for it."""
    home, away = Cast(town), Cast(town)
    for role in Role:
        manages = [home.team] if role is Role.MANAGER else []
        name = "service:attendance" if role is Role.SERVICE else None
        site_id = None if role is Role.SERVICE else home.site
        caller = town.person(role, site_id=site_id, manages=manages, username=name)
        targets = {"own": caller, "team": home.staff, "other": away.staff, "none": NOBODY}
        for relation in RELATIONS:
            yield Case(role, relation, caller, targets[relation], reads(role, relation))
