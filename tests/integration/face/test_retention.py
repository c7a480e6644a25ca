"""Faces that are not in use any more, and when they go."""

from __future__ import annotations

import pytest
from prometheus_client import REGISTRY

from common.identity import Role
from face_service.domain.consent import CONSENT_VERSION
from tests.support.cluster import TestDatabase
from tests.support.face import serving_faces
from tests.support.face_cast import A, enrol
from tests.support.face_consent import OLD, history, key_of, outdate
from tests.support.people import Town


@pytest.mark.parametrize("why", ["locked", "off", "outdated"])
def test_faces_that_are_not_in_use_any_more_go_when_their_time_is_over(
    fresh_database: TestDatabase, why: str
) -> None:
    town = Town(fresh_database)
    site, other = town.site("leaves", biometrics=True), town.site("stays", biometrics=True)
    leaver, stayer = town.person(site_id=site), town.person(site_id=other)
    with serving_faces(fresh_database) as face:
        for person in (leaver, stayer):
            enrol(face, town, person, A)
        if why == "locked":
            town.sql("UPDATE auth.person SET locked_at = now() WHERE employee_id = %s", leaver)
        elif why == "off":
            town.sql("UPDATE auth.site SET biometrics = false WHERE id = %s", site)
        else:
            outdate(town, leaver)
        face.app.retention()
        assert town.sql("SELECT employee_id FROM face.leaving") == [(leaver,)]
        later(town, 29)
        face.app.retention()
        assert key_of(town, leaver) is not None
        later(town, 31)
        assert face.app.retention() >= 2
        assert key_of(town, leaver) is None
        assert key_of(town, stayer) is not None
        assert town.sql("SELECT count(*) FROM face.template") == [(1,)]
        version = OLD if why == "outdated" else CONSENT_VERSION
        assert history(town, leaver) == [
            ("given", CONSENT_VERSION, leaver),
            ("expired", version, None),
        ]
        assert town.sql("SELECT employee_id FROM face.leaving") == []
        counted = REGISTRY.get_sample_value("hazir_purged_total", {"what": "face_keys"})
        assert (counted or 0) >= 1
    town.close()


def later(town: Town, days: int) -> None:
    town.sql("UPDATE face.leaving SET since = now() - %s * interval '1 day'", days)


def test_who_agreed_to_a_shorter_term_is_held_to_no_longer_one(
    fresh_database: TestDatabase,
) -> None:
    town = Town(fresh_database)
    person = town.person(site_id=town.site("term", biometrics=True))
    with serving_faces(fresh_database, FACE_RETENTION_DAYS="5") as face:
        enrol(face, town, person, A)
        town.sql("UPDATE auth.person SET locked_at = now() WHERE employee_id = %s", person)
    with serving_faces(fresh_database, FACE_RETENTION_DAYS="300") as face:
        face.app.retention()
        later(town, 6)
        face.app.retention()
        assert key_of(town, person) is None
    town.close()


def test_whoever_comes_back_keeps_their_face(fresh_database: TestDatabase) -> None:
    town = Town(fresh_database)
    person = town.person(Role.STAFF, site_id=town.site("back", biometrics=True))
    with serving_faces(fresh_database) as face:
        enrol(face, town, person, A)
        town.sql("UPDATE auth.person SET locked_at = now() WHERE employee_id = %s", person)
        face.app.retention()
        later(town, 40)
        town.sql("UPDATE auth.person SET locked_at = NULL WHERE employee_id = %s", person)
        face.app.retention()
        assert key_of(town, person) is not None
        assert town.sql("SELECT 1 FROM face.leaving") == []
    town.close()
