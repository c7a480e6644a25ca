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
        if role is Role.SERVICE:
            caller = _service(town)
        else:
            caller = town.person(role, site_id=home.site, manages=manages)
        targets = {"own": caller, "team": home.staff, "other": away.staff, "none": NOBODY}
        for relation in RELATIONS:
            yield Case(role, relation, caller, targets[relation], reads(role, relation))


def _service(town: Town) -> int:
    """The account of a service, which a running auth_service has made itself."""
    name = "service:attendance"
    rows = town.sql("SELECT employee_id FROM auth.person WHERE username = %s", name)
    return int(rows[0][0]) if rows else town.person(Role.SERVICE, username=name)


@dataclass(frozen=True)
class Operation:
    """One call of auth_service, and whom the one function lets do it.

    ``path`` and ``body`` name the person meant as ``{person}``; what an allowed caller sends is
    refused for another reason, so that the table can be gone through again and again.
    """

    method: str
    path: str
    body: object
    allowed: frozenset[Role]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def address(self, person: int) -> str:
        """The path, with ``person`` meant."""
        return self.path.format(person=person)

    def sent(self, person: int) -> object:
        """The body, with ``person`` meant."""
        if isinstance(self.body, dict) and self.body.get("employee_id") == "{person}":
            return self.body | {"employee_id": person}
        return self.body


EVERYBODY = frozenset(Role)
ADMINS = frozenset({Role.ADMIN})
INVITERS = frozenset({Role.ADMIN, Role.MANAGER})
_AUTH = "/api/v1/auth"
#: One's own account: whoever is signed in, and nobody else's is ever named.
OWN_OPERATIONS = (
    Operation("GET", f"{_AUTH}/sessions", None, EVERYBODY),
    Operation("DELETE", f"{_AUTH}/sessions/unknown", None, EVERYBODY),
    Operation("GET", f"{_AUTH}/second-factor", None, EVERYBODY),
    Operation("POST", f"{_AUTH}/second-factor", {"password": "wrong"}, EVERYBODY),
    Operation("POST", f"{_AUTH}/second-factor/confirm", {"code": "0"}, EVERYBODY),
    Operation("POST", f"{_AUTH}/second-factor/recovery-codes", {"code": "0"}, EVERYBODY),
    Operation("DELETE", f"{_AUTH}/second-factor", {"code": "0"}, EVERYBODY),
    Operation("POST", f"{_AUTH}/password", {"current": "wrong", "new": "x"}, EVERYBODY),
)
#: Other people's accounts, and everybody's.
ADMIN_OPERATIONS = (
    Operation("GET", "/api/v1/roles", None, ADMINS),
    Operation("POST", "/api/v1/roles", {"employee_id": "{person}", "role": "device"}, ADMINS),
    Operation("PATCH", "/api/v1/roles", {"employee_id": "{person}", "roles": ["staff"]}, ADMINS),
    Operation("POST", "/api/v1/users/{person}/reset-link", None, ADMINS),
    Operation("DELETE", "/api/v1/users/{person}/second-factor", {"reason": "lost"}, ADMINS),
    Operation("GET", "/api/v1/users/export", None, ADMINS),
    Operation("POST", "/api/v1/users/import?dry_run=true", "username\nx\n", ADMINS),
    Operation("GET", "/api/v1/invitations", None, INVITERS),
    Operation("PATCH", "/api/v1/invitations/987654321", {"note": "x"}, INVITERS),
    Operation("POST", "/api/v1/invitations", {"role": "manager"}, ADMINS),
)
#: For whoever has the code or the link.
PUBLIC_OPERATIONS = (
    Operation("POST", f"{_AUTH}/second-factor/verify", {"challenge": "x", "code": "0"}, EVERYBODY),
    Operation("POST", f"{_AUTH}/reset/check", {"token": "x"}, EVERYBODY),
    Operation("POST", f"{_AUTH}/reset", {"token": "x", "password": "y"}, EVERYBODY),
    Operation("POST", "/api/v1/invitations/check", {"code": "x"}, EVERYBODY),
)
