"""Sites, teams, who belongs to them and who leads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal
from zoneinfo import available_timezones

from auth_service.domain import roles
from auth_service.service.ports import Store, Work
from auth_service.service.rights import still_may
from auth_service.service.values import Account, Decider, Site, Team
from common.errors import invalid, not_found
from common.identity import (
    SYSTEM,
    Action,
    Object,
    Relation,
    Role,
    Subject,
    authorize,
    reach,
    require,
)

Place = Literal["member", "manager"]


class Sites:
    """Sites and teams: admins write, others read their own. ``changed`` hastens the news."""

    def __init__(self, store: Store, changed: Callable[[], None]) -> None:
        self._store = store
        self._changed = changed

    def sites(self, subject: Subject) -> list[Site]:
        """The sites whose places the caller may know."""
        with self._store.begin() as work:
            found = work.sites.sites()
        return [
            site
            for site in found
            if authorize(subject, Action.READ_PLACES, Object(site_id=site.id))
        ]

    def add_site(self, subject: Subject, values: Mapping[str, Any], request_id: str) -> Site:
        """Make a site; raises ``name_taken``."""
        require(subject, Action.MANAGE_SITES, SYSTEM)
        _check_zone(values)
        with self._store.begin() as work:
            still_may(work, subject, Action.MANAGE_SITES)
            site = work.sites.add_site(values)
            _note(work, subject, request_id, "site.created", f"site:{site.id}", after=dict(values))
            work.journal.announce_site()
        self._changed()
        return site

    def change_site(
        self, subject: Subject, site_id: int, values: Mapping[str, Any], request_id: str
    ) -> Site:
        """Set what ``values`` names of a site."""
        require(subject, Action.MANAGE_SITES, SYSTEM)
        _check_zone(values)
        with self._store.begin() as work:
            still_may(work, subject, Action.MANAGE_SITES)
            before = work.sites.site(site_id)
            if before is None:
                raise not_found()
            if not values:
                return before
            site = work.sites.change_site(before, values)
            old = {name: getattr(before, name) for name in values}
            name = f"site:{site_id}"
            _note(work, subject, request_id, "site.changed", name, before=old, after=dict(values))
            work.journal.announce_site()
        self._changed()
        return site

    def teams(self, subject: Subject) -> list[Team]:
        """Every team for an admin; for others the teams they lead or belong to."""
        ids = None
        if Relation.ANY not in reach(subject, Action.READ_PEOPLE):
            ids = sorted(subject.person.team_ids | subject.person.manages)
        with self._store.begin() as work:
            return work.sites.teams(ids)

    def add_team(self, subject: Subject, site_id: int, name: str, request_id: str) -> Team:
        """Make a team at a site; raises ``name_taken``."""
        require(subject, Action.MANAGE_SITES, SYSTEM)
        with self._store.begin() as work:
            still_may(work, subject, Action.MANAGE_SITES)
            team = work.sites.add_team(site_id, name)
            after = {"site_id": site_id, "name": name}
            _note(work, subject, request_id, "team.created", f"team:{team.id}", after=after)
        return team

    def rename_team(self, subject: Subject, team_id: int, name: str, request_id: str) -> Team:
        """Give a team another name."""
        require(subject, Action.MANAGE_SITES, SYSTEM)
        with self._store.begin() as work:
            still_may(work, subject, Action.MANAGE_SITES)
            team = _team(work, team_id)
            work.sites.rename_team(team_id, name)
            _note(
                work,
                subject,
                request_id,
                "team.changed",
                f"team:{team_id}",
                before={"name": team.name},
                after={"name": name},
            )
        return Team(id=team.id, site_id=team.site_id, name=name)

    def delete_team(self, subject: Subject, team_id: int, request_id: str) -> None:
        """Dissolve a team; its people stay."""
        require(subject, Action.MANAGE_SITES, SYSTEM)
        with self._store.begin() as work:
            still_may(work, subject, Action.MANAGE_SITES)
            team = _team(work, team_id)
            concerned = work.sites.people_of(team_id, "member")
            concerned += work.sites.people_of(team_id, "manager")
            work.sites.delete_team(team_id)
            before = {"site_id": team.site_id, "name": team.name}
            _note(work, subject, request_id, "team.deleted", f"team:{team_id}", before=before)
            for employee_id in sorted({person.employee_id for person in concerned}):
                work.journal.announce_person(employee_id)
        self._changed()

    def people_of(self, subject: Subject, team_id: int, place: Place) -> list[Account]:
        """Who is in a team, or leads it: for an admin, and for those who lead it."""
        with self._store.begin() as work:
            team = _team(work, team_id)
            target = Object(team_ids=frozenset({team_id}), site_id=team.site_id)
            if not authorize(subject, Action.READ_PEOPLE, target):
                raise not_found()
            return work.sites.people_of(team_id, place)

    def join(
        self, subject: Subject, team_id: int, employee_id: int, place: Place, request_id: str
    ) -> None:
        """Put somebody into a team, or in charge of it; done already is no fault."""
        self._change_people(
            subject, team_id, lambda present: ({employee_id} - present, set()), place, request_id
        )

    def leave(
        self, subject: Subject, team_id: int, employee_id: int, place: Place, request_id: str
    ) -> None:
        """Take somebody out of a team, or its charge from them."""
        self._change_people(
            subject, team_id, lambda present: (set(), {employee_id} & present), place, request_id
        )

    def replace(
        self,
        subject: Subject,
        team_id: int,
        employee_ids: Sequence[int],
        place: Place,
        request_id: str,
    ) -> list[Account]:
        """Make exactly these people a team's members or managers."""
        wanted = set(employee_ids)

        def choose(present: set[int]) -> tuple[set[int], set[int]]:
            return wanted - present, present - wanted

        self._change_people(subject, team_id, choose, place, request_id)
        return self.people_of(subject, team_id, place)

    def _change_people(
        self,
        subject: Subject,
        team_id: int,
        choose: Callable[[set[int]], tuple[set[int], set[int]]],
        place: Place,
        request_id: str,
    ) -> None:
        """``choose`` tells from who is there who comes and who goes."""
        require(subject, Action.MANAGE_SITES, SYSTEM)
        with self._store.begin() as work:
            still_may(work, subject, Action.MANAGE_SITES)
            _team(work, team_id)
            present = {person.employee_id for person in work.sites.people_of(team_id, place)}
            come, go = choose(present)
            for employee_id in sorted(come):
                _check_fit(work, employee_id, place)
                work.sites.join(team_id, employee_id, place)
            for employee_id in sorted(go):
                work.sites.leave(team_id, employee_id, place)
            if come or go:
                before, after = {"left": sorted(go)}, {"joined": sorted(come)}
                _note(
                    work,
                    subject,
                    request_id,
                    f"team.{place}s",
                    f"team:{team_id}",
                    before=before,
                    after=after,
                )
            for employee_id in sorted(come | go):
                work.journal.announce_person(employee_id)
        self._changed()


def _check_zone(values: Mapping[str, Any]) -> None:
    if "zone" in values and values["zone"] not in available_timezones():
        raise invalid("There is no such time zone.", field="zone")


def _team(work: Work, team_id: int) -> Team:
    team = work.sites.team(team_id)
    if team is None:
        raise not_found()
    return team


def _check_fit(work: Work, employee_id: int, place: Place) -> None:
    person = work.people.by_id(employee_id)
    if person is None or Role.SERVICE in person.roles:
        raise invalid("There is no such person.", field="employee_id")
    if place == "manager":
        roles.require_manager(person.roles)


def _note(
    work: Work,
    subject: Subject,
    request_id: str,
    action: str,
    name: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    decider = Decider(subject.employee_id, request_id)
    work.journal.write(decider.entry(action, name, before=before, after=after))
