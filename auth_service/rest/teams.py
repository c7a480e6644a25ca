"""Teams, their members and their managers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from auth_service.rest.directory import (
    AllOfTeam,
    OneOfTeam,
    TeamChange,
    TeamIn,
    TeamOut,
    TeamPage,
    TeamPath,
    TeamPeople,
    TeamPersonPath,
)
from auth_service.service.sites import Place, Sites
from auth_service.service.values import Account
from common import logs
from common.httpkit.api import Api, Call, Endpoint

_TAG = "Teams"
_TEAMS = "/api/v1/teams"
_ONE = f"{_TEAMS}/<id:team_id>"
_PLACES: tuple[Place, ...] = ("member", "manager")


@dataclass(frozen=True, slots=True)
class TeamResource:
    """Who belongs together, and who leads them."""

    sites: Sites

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        for endpoint in (
            Endpoint("GET", [_TEAMS], self.all, {200: TeamPage}, tag=_TAG),
            Endpoint("POST", [_TEAMS], self.add, {201: TeamOut}, body=TeamIn, tag=_TAG),
            Endpoint(
                "PATCH",
                [_ONE],
                self.rename,
                {200: TeamOut},
                path=TeamPath,
                body=TeamChange,
                tag=_TAG,
            ),
            Endpoint("DELETE", [_ONE], self.delete, {204: None}, path=TeamPath, tag=_TAG),
        ):
            api.add(endpoint)
        for place in _PLACES:
            self._install_people(api, place)

    def _install_people(self, api: Api, place: Place) -> None:
        people = _People(self.sites, place)
        all_of_them = [f"{_ONE}/{place}s"]
        one_of_them = [f"{_ONE}/{place}s/<id:employee_id>"]
        for endpoint in (
            Endpoint("GET", all_of_them, people.all, {200: TeamPeople}, path=TeamPath, tag=_TAG),
            Endpoint(
                "POST",
                all_of_them,
                people.join,
                {204: None},
                path=TeamPath,
                body=OneOfTeam,
                tag=_TAG,
            ),
            Endpoint(
                "PUT",
                all_of_them,
                people.replace,
                {200: TeamPeople},
                path=TeamPath,
                body=AllOfTeam,
                tag=_TAG,
            ),
            Endpoint("PUT", one_of_them, people.put, {204: None}, path=TeamPersonPath, tag=_TAG),
            Endpoint(
                "DELETE", one_of_them, people.leave, {204: None}, path=TeamPersonPath, tag=_TAG
            ),
        ):
            api.add(endpoint)

    def all(self, call: Call) -> dict[str, Any]:
        """Every team for an admin; one's own for others."""
        found = self.sites.teams(call.subject)
        return {"items": [asdict(team) for team in found], "next_cursor": None}

    def add(self, call: Call) -> dict[str, Any]:
        """Make a team."""
        body: TeamIn = call.body
        team = self.sites.add_team(call.subject, body.site_id, body.name, logs.request_id())
        return asdict(team)

    def rename(self, call: Call) -> dict[str, Any]:
        """Give a team another name."""
        team_id, name = call.path.team_id, call.body.name
        return asdict(self.sites.rename_team(call.subject, team_id, name, logs.request_id()))

    def delete(self, call: Call) -> None:
        """Dissolve a team."""
        self.sites.delete_team(call.subject, call.path.team_id, logs.request_id())


@dataclass(frozen=True, slots=True)
class _People:
    """The members, or the managers, of teams."""

    sites: Sites
    place: Place

    def all(self, call: Call) -> dict[str, Any]:
        """Who is in the team, or leads it."""
        return _people(self.sites.people_of(call.subject, call.path.team_id, self.place))

    def join(self, call: Call) -> None:
        """Put somebody into the team, or in charge of it."""
        self._change(self.sites.join, call, call.body.employee_id)

    def put(self, call: Call) -> None:
        """Put this person into the team, or in charge of it."""
        self._change(self.sites.join, call, call.path.employee_id)

    def leave(self, call: Call) -> None:
        """Take this person out of the team, or its charge from them."""
        self._change(self.sites.leave, call, call.path.employee_id)

    def replace(self, call: Call) -> dict[str, Any]:
        """Make exactly these people the team's members or managers."""
        team_id, ids = call.path.team_id, call.body.employee_ids
        return _people(
            self.sites.replace(call.subject, team_id, ids, self.place, logs.request_id())
        )

    def _change(self, use_case: Callable[..., None], call: Call, employee_id: int) -> None:
        use_case(call.subject, call.path.team_id, employee_id, self.place, logs.request_id())


def _people(found: list[Account]) -> dict[str, Any]:
    items = [
        {"employee_id": one.employee_id, "username": one.username, "full_name": one.full_name}
        for one in found
    ]
    return {"items": items, "next_cursor": None}
