"""Who may do what at face_service: every role, every operation, every relation, 0 leaks."""

from __future__ import annotations

import httpx

from common.identity import Role
from common.wsgi import Limits, running
from face_service.app import limit_for
from tests.support.attendance import NO_LIMITS
from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient, serving_faces
from tests.support.face_cast import A, enrol
from tests.support.matrix import NOBODY, READERS, Case, Scene, described_by, walk
from tests.support.matrix_lines import FACE
from tests.support.people import Town

_ANOTHER = (
    "INSERT INTO face.template (employee_id, engine, embedding, photo, score)"
    " SELECT employee_id, engine, embedding, photo, score FROM face.template"
    " WHERE employee_id = %s LIMIT 1 RETURNING id"
)


_A_JOB = (
    "INSERT INTO face.job (kind, submitted_by, verification_id, body_hash, webhook_url)"
    " VALUES ('verify_pair', %s, gen_random_uuid()::text, '', '') RETURNING id"
)


def job_of(town: Town, scene: Scene) -> int:
    """A job that attendance_service has submitted."""
    return int(town.sql(_A_JOB, scene.callers[Role.SERVICE])[0][0])


def scene_of(town: Town, face: FaceClient) -> Scene:
    """Everybody who may be enrolled is."""
    scene = Scene(town)
    face.app.org.refresh()
    people = [scene.callers[role] for role in READERS]
    for person in (*people, scene.home.staff, scene.away.staff):
        enrol(face, town, person, A)

    def face_of(case: Case) -> int:
        """One more of the person's enrolled photos: the last case may have erased its own."""
        rows = town.sql(_ANOTHER, case.target)
        return int(rows[0][0]) if rows else NOBODY

    scene.find["face_id"] = face_of
    scene.find["alarm_id"] = lambda _: NOBODY
    scene.find["job_id"] = lambda _: job_of(town, scene)
    return scene


def test_role_by_operation_by_relation(fresh_database: TestDatabase) -> None:
    town = Town(fresh_database)
    with (
        serving_faces(fresh_database, **NO_LIMITS) as face,
        running(face.app.wsgi, threads=2, limits=Limits(limit_for=limit_for)) as (host, port),
        httpx.Client(base_url=f"http://{host}:{port}", timeout=30, trust_env=False) as client,
    ):
        scene = scene_of(town, face)
        assert walk(FACE, client, scene, described_by(client)) == []
    town.close()
