"""Places and their policies: who may see them, who may change them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attendance_service.domain.policy import Place, Policy
from attendance_service.service.ports import PlaceAdmin, Places, PolicyVersion
from common.errors import not_found
from common.identity import SYSTEM, Action, Role, Subject, require


@dataclass(frozen=True, slots=True)
class PlaceService:
    """The use cases about places."""

    places: Places
    admin: PlaceAdmin

    def visible(self, subject: Subject) -> Sequence[Place]:
        """The places of the caller's site; all of them for an admin."""
        everything = Role.ADMIN in subject.person.roles
        site_id = None if everything else subject.person.site_id
        if site_id is None and not everything:
            return []
        return self.places.at_site(site_id)

    def get(self, subject: Subject, place_id: int) -> Place:
        """One place; raises ``not_found``."""
        for place in self.visible(subject):
            if place.id == place_id:
                return place
        raise not_found("There is no such place.")

    def add(
        self, subject: Subject, *, site_id: int, name: str, is_default: bool, policy: Policy
    ) -> Place:
        """A new place."""
        require(subject, Action.MANAGE_POLICIES, SYSTEM)
        place_id = self.admin.add(
            actor=subject.employee_id,
            site_id=site_id,
            name=name,
            is_default=is_default,
            policy=policy,
        )
        return self.get(subject, place_id)

    def change(
        self,
        subject: Subject,
        place_id: int,
        *,
        name: str | None,
        is_default: bool | None,
        archived: bool,
    ) -> None:
        """Rename a place, make it the default, or archive it."""
        require(subject, Action.MANAGE_POLICIES, SYSTEM)
        self.admin.change(
            actor=subject.employee_id,
            place_id=place_id,
            name=name,
            is_default=is_default,
            archived=archived,
        )

    def new_policy(self, subject: Subject, place_id: int, policy: Policy) -> Place:
        """The next version of a place's policy."""
        require(subject, Action.MANAGE_POLICIES, SYSTEM)
        self.admin.new_policy(actor=subject.employee_id, place_id=place_id, policy=policy)
        return self.get(subject, place_id)

    def versions(self, subject: Subject, place_id: int) -> list[PolicyVersion]:
        """Every version of a place's policy, the newest first."""
        self.get(subject, place_id)
        return self.admin.versions(place_id)
