"""face_service against its own OpenAPI document, with made-up input."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from common.identity import Role
from common.wsgi import Limits, running
from face_service.app import limit_for
from face_service.domain.consent import CONSENT_VERSION
from tests.support.attendance import NO_LIMITS
from tests.support.cluster import TestDatabase
from tests.support.face import serving_faces
from tests.support.openapi import Contract, KeepsToItsDocument, Known, bearer
from tests.support.people import Town
from tests.support.pictures import photo
from tests.support.portraits import SAME, portrait

_PICTURES = ("image", "reference", "frame", "picture", "intended_picture")
_A_JOB = (
    "INSERT INTO face.job (kind, submitted_by, verification_id, body_hash, webhook_url, state)"
    " VALUES ('verify_pair', %s, gen_random_uuid()::text, '', '', 'dead') RETURNING id"
)


def job_of(town: Town, service: int) -> int:
    """A dead job."""
    return int(town.sql(_A_JOB, service)[0][0])


@pytest.fixture(scope="module")
def contract(database: TestDatabase) -> Iterator[Contract]:
    """A service with somebody enrolled."""
    town = Town(database)
    site = town.site("faces", biometrics=True)
    person = town.person(site_id=site)
    service = town.person(Role.SERVICE, username="service:attendance")
    with (
        serving_faces(database, **NO_LIMITS) as face,
        running(face.app.wsgi, threads=3, limits=Limits(limit_for=limit_for)) as (host, port),
    ):

        def raised() -> int:
            """One more open alarm."""
            rows = town.sql(
                "INSERT INTO face.alarm (one, other, similarity, site_id)"
                " SELECT 1, coalesce(max(other), 1) + 1, 0.5, %s FROM face.alarm RETURNING id",
                site,
            )
            return int(rows[0][0])

        def known() -> Known:
            token, path = town.token(person), f"/api/v1/people/{person}"
            face.call("POST", f"{path}/consent", token, json={"version": CONSENT_VERSION})
            challenges = "/api/v1/faces/challenges"
            enrolled = face.call("GET", f"{path}/faces", token).get_json()["items"]
            if not enrolled:
                files = [("image", portrait(SAME[0]))]
                answer = face.call("POST", f"{path}/faces", token, files=files)
                enrolled = answer.get_json()["items"]
            return {
                "person_id": [person],
                "employee_id": [str(person)],
                "face_id": [enrolled[0]["id"]],
                "version": [CONSENT_VERSION],
                "challenge": [face.call("POST", challenges, token).get_json()["challenge"]],
                "liveness": ["0", "1"],
                "site": [str(site)],
                "alarm_id": [raised()],
                "job_id": [job_of(town, service)],
                "webhook_url": ["http://127.0.0.1:8002/x"],
            }

        images = [photo(320, 240), portrait(SAME[1]), b"text"]
        contract = Contract(
            f"http://{host}:{port}",
            admin=bearer(lambda: town.token(town.person(Role.ADMIN, site_id=site))),
            staff=bearer(lambda: town.token(person)),
            known=known,
            files=dict.fromkeys(_PICTURES, images),
        )
        yield contract
        contract.close()
    town.close()


class TestFace(KeepsToItsDocument):
    service = "face"
    least = 17
    refusals = frozenset({422})
