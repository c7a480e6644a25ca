"""A town, its cast and a running face service for each module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from common.identity import Role
from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient, serving_faces
from tests.support.face_cast import Cast
from tests.support.face_kiosk import Place
from tests.support.people import Town


@pytest.fixture(scope="module")
def cast(town: Town) -> Cast:
    site, bare = town.site("faces", biometrics=True), town.site("bare")
    team = town.team(site, "team")
    return Cast(
        staff=town.person(site_id=site, teams=[team]),
        mate=town.person(site_id=site, teams=[team]),
        manager=town.person(Role.MANAGER, site_id=site, manages=[team]),
        outsider=town.person(site_id=site),
        admin=town.person(Role.ADMIN, site_id=site),
        device=town.person(Role.DEVICE, site_id=site),
        attendance=town.person(Role.SERVICE, username="service:attendance"),
        elsewhere=town.person(site_id=bare),
    )


@pytest.fixture(scope="module")
def face(database: TestDatabase, town: Town, cast: Cast) -> Iterator[FaceClient]:
    with serving_faces(database) as client:
        yield client


@pytest.fixture
def someone(town: Town, cast: Cast) -> int:
    """A new person at the site that uses faces, in the manager's team."""
    rows = town.sql(
        "SELECT site_id, (SELECT min(team_id) FROM auth.team_manager WHERE employee_id = %s)"
        " FROM auth.person WHERE employee_id = %s",
        cast.manager,
        cast.manager,
    )
    return town.person(site_id=rows[0][0], teams=[rows[0][1]])


@pytest.fixture
def place(face: FaceClient, town: Town) -> Place:
    """A site of its own with a tablet."""
    return Place(face, town)
