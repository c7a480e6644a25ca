"""Who may do what with whose face, over HTTP and in the database."""

from __future__ import annotations

from typing import Any

import psycopg2
import pytest

from common.identity import Role
from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient
from tests.support.face_cast import BLANK, A, Cast, consent, problem, verify
from tests.support.people import Town


def test_nobody_is_answered_without_a_token(face: FaceClient) -> None:
    answer = face.call("POST", "/api/v1/faces/detect", files=[("image", A)])
    problem(answer, 401, "unauthenticated")


def matrix(cast: Cast) -> list[tuple[str, int, str, str, int]]:
    """Caller, owner, method, path after the person, expected status of the refusal or 0."""
    faces, agreed = "faces", "consent"
    table = []
    for method, path, allowed in (
        ("GET", faces, {"staff", "manager", "admin"}),
        ("POST", faces, {"staff", "manager", "admin"}),
        ("DELETE", faces, {"staff", "manager", "admin"}),
        ("GET", agreed, {"staff", "manager", "admin"}),
        ("POST", agreed, {"staff"}),
        ("DELETE", agreed, {"staff", "manager", "admin"}),
        ("VERIFY", "", {"staff", "manager", "admin", "device", "attendance"}),
    ):
        for caller in ("staff", "mate", "manager", "outsider", "admin", "device", "attendance"):
            known = caller in {"staff", "manager", "admin"}
            status = 0 if caller in allowed else 403 if known else 404
            table.append((caller, cast.staff, method, path, status))
    return table


def test_everybody_may_do_what_the_rules_say_and_no_more(
    face: FaceClient, town: Town, cast: Cast
) -> None:
    for caller, owner, method, path, status in matrix(cast):
        token = town.token(getattr(cast, caller))
        if method == "VERIFY":
            answer = verify(face, token, BLANK, owner)
        else:
            kind: dict[str, Any] = {}
            if method == "POST":
                kind = (
                    {"files": [("image", BLANK)]} if path == "faces" else {"json": {"version": "0"}}
                )
            answer = face.call(method, f"/api/v1/people/{owner}/{path}", token, **kind)
        body = answer.get_data(as_text=True)
        refused = answer.status_code if '"forbidden"' in body or '"not_found"' in body else 0
        assert refused == status, (caller, method, path, body)


def test_an_unknown_person_is_404(face: FaceClient, town: Town, cast: Cast) -> None:
    token = town.token(cast.admin)
    problem(face.call("GET", "/api/v1/people/999999/faces", token), 404, "not_found")
    problem(face.call("GET", "/api/v1/people/x/faces", token), 422, "invalid_request", "person_id")


def test_a_service_that_is_not_listed_may_do_nothing(
    face: FaceClient, town: Town, cast: Cast
) -> None:
    token = town.token(town.person(Role.SERVICE, username="service:reporter"))
    files = [("image", A), ("reference", A)]
    problem(face.call("POST", "/api/v1/faces/detect", token, files=files[:1]), 403, "forbidden")
    problem(face.call("POST", "/api/v1/faces/verify", token, files=files), 403, "forbidden")


def test_the_role_of_the_database_can_rewrite_no_history(
    face: FaceClient, town: Town, database: TestDatabase, someone: int
) -> None:
    consent(face, town, someone)
    connection = psycopg2.connect(database.dsn("face"))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in (
                "DELETE FROM face.audit",
                "UPDATE face.audit SET actor = 1",
                "TRUNCATE face.audit",
                "DELETE FROM face.consent",
                "UPDATE face.consent SET version = 'x'",
                "UPDATE face.template SET employee_id = 1",
                "DELETE FROM face.subject",
                "SELECT * FROM auth.person",
            ):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(statement)
    finally:
        connection.close()
