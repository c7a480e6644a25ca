"""People: oneself, those one is responsible for, and their administration."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from auth_service.rest.directory import (
    Employee,
    EmployeesQuery,
    Me,
    UserChange,
    UserIn,
    UserOut,
    UserPage,
    UserPath,
    UsersQuery,
)
from auth_service.service.accounts import Accounts
from auth_service.service.people import People
from auth_service.service.values import Account, NewAccount, PeoplePage, Team
from common import logs
from common.httpkit.api import Answer, Api, Call, Endpoint
from common.identity import Role

_TAG = "People"
_USERS = "/api/v1/users"
_ONE = f"{_USERS}/<id:employee_id>"


@dataclass(frozen=True, slots=True)
class UserResource:
    """The directory of people."""

    people: People
    accounts: Accounts

    def install(self, api: Api) -> None:
        """Add the endpoints."""
        for endpoint in (
            Endpoint(
                "GET",
                ["/employees"],
                self.employees,
                {200: list[Employee]},
                query=EmployeesQuery,
                tag=_TAG,
            ),
            Endpoint("GET", [f"{_USERS}/me"], self.me, {200: Me}, tag=_TAG),
            Endpoint("GET", [_USERS], self.all, {200: UserPage}, query=UsersQuery, tag=_TAG),
            Endpoint("POST", [_USERS], self.add, {201: UserOut}, body=UserIn, tag=_TAG),
            Endpoint("GET", [_ONE], self.get, {200: UserOut}, path=UserPath, tag=_TAG),
            Endpoint(
                "PATCH",
                [_ONE],
                self.change,
                {200: UserOut},
                path=UserPath,
                body=UserChange,
                tag=_TAG,
            ),
        ):
            api.add(endpoint)

    def employees(self, call: Call) -> Answer:
        """The people one is responsible for, as a bare array."""
        people, following = self._page(call)
        headers = {}
        if following:
            query = urlencode({"limit": call.query.limit, "cursor": following})
            headers["Link"] = f'</employees?{query}>; rel="next"'
        body = [{"id": one.employee_id, "username": one.username} for one in people]
        return Answer(body, 200, headers)

    def all(self, call: Call) -> dict[str, Any]:
        """The people one is responsible for."""
        query: UsersQuery = call.query
        people, following = self._page(
            call,
            PeoplePage(
                like=query.q,
                role=Role(query.role) if query.role else None,
                site_id=query.site_id,
                locked=query.locked,
            ),
        )
        return {"items": [shown(one) for one in people], "next_cursor": following}

    def me(self, call: Call) -> dict[str, Any]:
        """One's own account, site and teams."""
        profile = self.people.me(call.subject)
        account, site = profile.account, profile.site
        return {
            "employee_id": account.employee_id,
            "username": account.username,
            "full_name": account.full_name,
            "school_number": account.school_number,
            "roles": sorted(account.roles),
            "site": site
            and {
                "id": site.id,
                "name": site.name,
                "zone": site.zone,
                "biometrics": site.biometrics,
            },
            "teams": [_named(team) for team in profile.teams],
            "manages": [_named(team) for team in profile.manages],
        }

    def get(self, call: Call) -> dict[str, Any]:
        """One person."""
        return shown(self.people.one(call.subject, call.path.employee_id))

    def add(self, call: Call) -> dict[str, Any]:
        """Make an account for somebody."""
        body: UserIn = call.body
        new = NewAccount(
            username=body.username,
            username_key="",
            roles=frozenset(Role(word) for word in body.roles),
            full_name=body.full_name,
            school_number=body.school_number,
            external_code=body.external_code,
            site_id=body.site_id,
        )
        made = self.accounts.create(call.subject, new, body.password, logs.request_id())
        return shown(made)

    def change(self, call: Call) -> dict[str, Any]:
        """Change an account: its name, details, roles, a lock, a new password."""
        body: UserChange = call.body
        wanted: dict[str, Any] = {
            name: getattr(body, name) for name in body.model_fields_set if name != "reason"
        }
        if "roles" in wanted:
            wanted["roles"] = frozenset(Role(word) for word in body.roles)
        account = self.people.change(
            call.subject,
            call.path.employee_id,
            wanted,
            reason=body.reason,
            request_id=logs.request_id(),
        )
        return shown(account)

    def _page(
        self, call: Call, narrowed: PeoplePage | None = None
    ) -> tuple[list[Account], str | None]:
        """A page, and the cursor of the next one."""
        limit = call.query.limit
        wanted = replace(
            narrowed or PeoplePage(), after=int(call.query.cursor or 0), limit=limit + 1
        )
        people = self.people.page(call.subject, wanted)
        following = str(people[limit - 1].employee_id) if len(people) > limit else None
        return people[:limit], following


def shown(account: Account) -> dict[str, Any]:
    """An account as the API shows it."""
    return {
        "employee_id": account.employee_id,
        "username": account.username,
        "full_name": account.full_name,
        "school_number": account.school_number,
        "external_code": account.external_code,
        "roles": sorted(account.roles),
        "site_id": account.site_id,
        "team_ids": sorted(account.team_ids),
        "locked": account.locked,
    }


def _named(team: Team) -> dict[str, Any]:
    return {"id": team.id, "name": team.name}
