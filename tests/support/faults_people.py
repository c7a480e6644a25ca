"""The people of a faulty system: who punches, who watches, and their tokens."""

from __future__ import annotations

from dataclasses import dataclass, field

from common.identity import Role
from tests.support.cluster import TestDatabase
from tests.support.people import Town

_HOUR = 3600


@dataclass
class Crowd:
    """Two sites of people; at the second one a punch needs a photo.

    ``members`` of the team, ``loners`` without one and ``pictured`` people all punch. The admin
    sees everybody, the manager the team and themselves.
    """

    plain: int = 40
    with_photo: int = 4
    members: list[int] = field(default_factory=list)
    loners: list[int] = field(default_factory=list)
    pictured: list[int] = field(default_factory=list)
    admin: int = 0
    manager: int = 0
    tokens: dict[int, str] = field(default_factory=dict)

    def populate(self, database: TestDatabase) -> None:
        """Put everybody into ``database``."""
        town = Town(database)
        try:
            site, other = town.site("Faults"), town.site("Faults with photos")
            team = town.team(site, "Team")
            half = self.plain // 2
            self.members = [town.person(site_id=site, teams=[team]) for _ in range(half)]
            self.loners = [town.person(site_id=site) for _ in range(self.plain - half)]
            self.pictured = [town.person(site_id=other) for _ in range(self.with_photo)]
            self.manager = town.person(Role.MANAGER, site_id=site, manages=[team])
            self.admin = town.person(Role.ADMIN, site_id=site)
            rows = town.sql(
                "INSERT INTO attendance.place (site_id, name, zone, is_default)"
                " VALUES (%s, 'Gate', 'UTC', true) RETURNING id",
                other,
            )
            town.sql(
                "INSERT INTO attendance.policy"
                " (place_id, version, evidence, mode, on_face_down, skew_seconds)"
                " VALUES (%s, 1, '{photo}', 'strict', 'refuse', 120)",
                rows[0][0],
            )
            for who in [*self.punchers, self.manager, self.admin]:
                self.tokens[who] = town.token(who, life=_HOUR)
        finally:
            town.close()

    @property
    def punchers(self) -> list[int]:
        """Everybody who punches."""
        return [*self.members, *self.loners, *self.pictured]
