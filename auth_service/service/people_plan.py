"""What each line of a file of people asks for, and what stands in its way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from auth_service.domain import passwords as password_rules
from auth_service.domain import people_file, roles, usernames
from auth_service.domain.passwords import PasswordPolicy
from auth_service.domain.people_file import Fault, Line
from auth_service.service.values import Account, Site, Team
from common.errors import DomainError
from common.identity import Role

_PLAIN = ("full_name", "school_number", "external_code")


class Known:
    """Who and what is there already."""

    def __init__(
        self,
        people: Sequence[Account],
        sites: Sequence[Site],
        teams: Sequence[Team],
        given: Mapping[int, AbstractSet[Role]],
    ) -> None:
        self.people = {usernames.key_of(one.username): one for one in people}
        self.given = given
        self.sites = {site.name: site for site in sites}
        self.site_names = {site.id: site.name for site in sites}
        self.teams = {team.id: team for team in teams}
        self._labels: dict[int | None, dict[str, Team]] = {}

    def label(self, team: Team, site_id: int | None) -> str:
        """What a team is called in the file: at another site than the person's, with its site."""
        if team.site_id == site_id:
            return team.name
        return f"{self.site_names[team.site_id]} / {team.name}"

    def labels(self, site_id: int | None) -> dict[str, Team]:
        """The teams by what they may be called for somebody of this site."""
        if site_id not in self._labels:
            found = {self.label(team, None): team for team in self.teams.values()}
            found |= {self.label(team, site_id): team for team in self.teams.values()}
            self._labels[site_id] = found
        return self._labels[site_id]


@dataclass(slots=True)
class Step:
    """What one line of the file asks for."""

    line: Line
    name: str
    before: Account | None
    values: dict[str, Any] = field(default_factory=dict)
    team_ids: frozenset[int] | None = None

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that somebody has afterwards: one who is new and has no other, staff."""
        otherwise = self.before.roles if self.before else frozenset({Role.STAFF})
        found: frozenset[Role] = self.values.get("roles", otherwise)
        return found

    @property
    def changes(self) -> bool:
        """Whether anything would be other than it is."""
        before = self.before
        if before is None or "password" in self.line.cells:
            return True
        moved = self.team_ids is not None and self.team_ids != before.team_ids
        return moved or any(getattr(before, name) != now for name, now in self.values.items())


class Plan:
    """Checks line after line against what is known and against the lines before."""

    def __init__(self, known: Known, policy: PasswordPolicy, actor: int) -> None:
        self._known = known
        self._policy = policy
        self._actor = actor
        self.steps: list[Step] = []
        self.faults: list[Fault] = []
        self._row = 0
        self._named: set[str] = set()
        # Those who may act once the lines so far are written.
        self._admins = {
            key for key, one in known.people.items() if Role.ADMIN in one.roles and not one.locked
        }
        self._owners = {
            name: {
                value: usernames.key_of(one.username)
                for one in known.people.values()
                if (value := getattr(one, name))
            }
            for name in ("school_number", "external_code")
        }

    def add(self, line: Line) -> None:
        """One more line."""
        self._row = line.row
        name = self._checked("username", lambda: usernames.checked(line.cells.get("username", "")))
        if name is None:
            return
        key = usernames.key_of(name)
        if key in self._named:
            self._fault("username", "duplicate", "This username is in the file twice.")
            return
        self._named.add(key)
        step = Step(line, name, self._known.people.get(key))
        self._plain(step, key)
        self._roles(step)
        self._rights(step, key)
        self._place(step)
        if "password" in line.cells:
            password = line.cells["password"]
            self._checked("password", lambda: password_rules.checked(password, name, self._policy))
        self.steps.append(step)

    def _plain(self, step: Step, key: str) -> None:
        for column in _PLAIN:
            if column not in step.line.cells:
                continue
            value = step.values[column] = step.line.cells[column]
            if column in self._owners and self._owners[column].setdefault(value, key) != key:
                self._fault(column, f"{column}_taken", "Somebody else has this one.")

    def _roles(self, step: Step) -> None:
        words = people_file.several(step.line.cells.get("roles", ""))
        found = self._checked("roles", lambda: frozenset(map(roles.named, words)))
        if found:
            step.values["roles"] = found

    def _rights(self, step: Step, key: str) -> None:
        """What `change_within` would refuse, line after line."""
        before = step.before
        if before:
            number = before.employee_id
            change = roles.Change(
                own=number == self._actor,
                username=before.username,
                roles=before.roles,
                wanted=step.roles,
                was_locked=before.locked,
                locked=before.locked,
                sets_password="password" in step.line.cells,
                given=self._known.given.get(number, frozenset()),
                others=lambda: bool(self._admins - {key}),
            )
            for column, refused in roles.refusals(change):
                self._fault(column, refused.code, refused.message)
        if Role.ADMIN in step.roles and not (before and before.locked):
            self._admins.add(key)
        else:
            self._admins.discard(key)

    def _place(self, step: Step) -> None:
        site_id = step.before.site_id if step.before else None
        if "site" in step.line.cells:
            site = self._known.sites.get(step.line.cells["site"])
            if site is None:
                self._fault("site", "unknown_site", "There is no such site.")
                return
            site_id = step.values["site_id"] = site.id
        if "teams" in step.line.cells:
            labels = self._known.labels(site_id)
            names = people_file.several(step.line.cells["teams"])
            missing = [name for name in names if name not in labels]
            if missing:
                self._fault("teams", "unknown_team", f"There is no team {missing[0][:200]}.")
                return
            step.team_ids = frozenset(labels[name].id for name in names)

    def _checked(self, column: str, check: Callable[[], Any]) -> Any:
        try:
            return check()
        except DomainError as fault:
            code = "invalid" if fault.code == "invalid_request" else fault.code
            self._fault(column, code, fault.message)
            return None

    def _fault(self, column: str, code: str, message: str) -> None:
        self.faults.append(Fault(self._row, column, code, message))
