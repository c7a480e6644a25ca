"""Role x operation x relation: who may do what, as plain data for every transport's tests.

``RELATIONS`` are how a caller stands to the person meant: ``own``, ``team`` (a team the caller is
responsible for), ``other`` (somebody of another site), ``none`` (a number nobody has).

Every operation that a service describes has a `Line` in ``matrix_lines.py``; one without fails the
test that walks them (`walk`), which also tells every answer that is not what the line says.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from common.identity import Role
from tests.support.attendance import Cast
from tests.support.people import Town

RELATIONS = ("own", "team", "other", "none")
READERS = (Role.ADMIN, Role.MANAGER, Role.TEACHER, Role.STAFF, Role.STUDENT)
NOBODY = 987_654_321
_numbers = itertools.count(1)

#: Whether a caller of this role (``None``: without a token) may, in this relation.
Rule = Callable[[Role | None, str], bool]


@dataclass(frozen=True)
class Case:
    """One caller, one relation, and the person meant."""

    role: Role | None
    relation: str
    caller: int
    target: int

    def __str__(self) -> str:
        return f"{self.role or 'nobody'}-{self.relation}"

    @property
    def unique(self) -> str:
        """A text that no other case has, nor this one twice."""
        return f"{self}-{next(_numbers)}"


@dataclass
class Scene:
    """People of every role at one site, who meet a team of it and another site.

    ``find`` gives what stands for a name in a path; ``help`` is what only one service's lines need.
    """

    town: Town
    home: Cast = field(init=False)
    away: Cast = field(init=False)
    callers: dict[Role | None, int] = field(init=False)
    find: dict[str, Callable[[Case], int | str]] = field(init=False)
    help: dict[str, Callable[[Case], Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home, self.away = Cast(self.town), Cast(self.town)
        self.callers = {role: self._caller(role) for role in Role} | {None: 0}
        self.find = {
            "employee_id": lambda case: case.target,
            "person_id": lambda case: case.target,
            "team_id": lambda case: self.place_of(case, self.home.team, self.away.team),
            "site_id": lambda case: self.place_of(case, self.home.site, self.away.site),
        }

    def _caller(self, role: Role) -> int:
        if role is Role.SERVICE:
            return self._service("service:attendance")
        manages = [self.home.team] if role is Role.MANAGER else []
        return self.town.person(role, site_id=self.home.site, manages=manages)

    def _service(self, name: str) -> int:
        """The account of a service, which auth_service may have made."""
        known = self.town.sql("SELECT employee_id FROM auth.person WHERE username = %s", name)
        return int(known[0][0]) if known else self.town.person(Role.SERVICE, username=name)

    def place_of(self, case: Case, home: int, away: int) -> int:
        """What belongs to the caller's site, to the other one, or to none."""
        return {"other": away, "none": NOBODY}.get(case.relation, home)

    def cases(self, relations: Iterable[str] = RELATIONS) -> Iterator[Case]:
        """Every role against every relation."""
        for role, caller in self.callers.items():
            targets = {"own": caller, "team": self.home.staff, "other": self.away.staff}
            for relation in relations:
                yield Case(role, relation, caller, targets.get(relation, NOBODY))

    def token(self, case: Case) -> dict[str, str]:
        """The header of a session of its own: some operations end the session they come with."""
        if case.role is None:
            return {}
        token = self.town.token(case.caller, sid=f"matrix-{next(_numbers)}")
        return {"Authorization": f"Bearer {token}"}


Sees = Callable[[httpx.Response, Scene, Case], bool]
Ask = Callable[[Scene, Case], Mapping[str, Any]]
_TURNED_AWAY = {"unauthenticated", "forbidden", "not_found"}


def granted(answer: httpx.Response, _: Scene, __: Case) -> bool:
    """Whether rights let the call through, whatever came of it then."""
    if answer.is_success:
        return True
    code = answer.json()["code"]
    assert answer.status_code < 500, answer.text
    # Then nothing is known: the rights were not asked.
    assert code not in {"invalid_request", "rate_limited", "unsupported_media_type"}, answer.text
    return code not in _TURNED_AWAY


@dataclass(frozen=True)
class Line:
    """Who may do an operation, and how it is asked for: ``ask`` are arguments of the request."""

    may: Rule
    ask: Ask = lambda _, __: {}
    relations: tuple[str, ...] | None = None
    sees: Sees = granted


def walk(
    lines: Mapping[str, Line], client: httpx.Client, scene: Scene, described: Iterable[str]
) -> list[str]:
    """Everything in which the service at ``client`` differs from ``lines``.

    ``described`` are its operations as ``METHOD /path``; one without a line is a difference too.
    """
    wrong = unlisted(lines, described)
    for operation, line in lines.items():
        method, _, path = operation.partition(" ")
        names = re.findall(r"\{(\w+)\}", path)
        unknown = sorted(set(names) - scene.find.keys())
        if unknown:
            wrong.append(f"{operation}: say in the test's scene.find what {unknown} are")
            continue
        for case in scene.cases(line.relations or relations_of(names)):
            where = re.sub(r"\{(\w+)\}", lambda n, c=case: str(scene.find[n[1]](c)), path)  # type: ignore[misc]
            sent = dict(line.ask(scene, case))
            headers = scene.token(case) | sent.pop("headers", {})
            answer = client.request(method, where, headers=headers, **sent)
            try:
                seen = line.sees(answer, scene, case)
            except AssertionError as fault:
                wrong.append(f"{operation} as {case}: says nothing of rights: {fault}")
                continue
            if seen != line.may(case.role, case.relation):
                done = "let through" if seen else "turned away"
                wrong.append(f"{operation} as {case}: {done} ({answer.status_code})")
    return wrong


def unlisted(lines: Mapping[str, object], described: Iterable[str]) -> list[str]:
    """Operations without a line, and lines without an operation."""
    there = set(described)
    return [
        *(
            f"{one}: has no line in tests/support/matrix_lines.py; say there who may do it"
            for one in sorted(there - lines.keys())
        ),
        *(
            f"{one}: has a line, and the service has no such operation"
            for one in sorted(lines.keys() - there)
        ),
    ]


def relations_of(names: Iterable[str]) -> tuple[str, ...]:
    """The relations that an operation with these names in its path can be asked in."""
    found = set(names)
    if not found:
        return ("own",)
    belongs_to_nobody = found <= {"team_id", "site_id", "place_id"}
    return RELATIONS[1:] if belongs_to_nobody else RELATIONS


def described_by(client: httpx.Client) -> list[str]:
    """The operations in the service's own OpenAPI document, as ``METHOD /path``."""
    paths = client.get("/openapi.json").json()["paths"]
    return [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]
