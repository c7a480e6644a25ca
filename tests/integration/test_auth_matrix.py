"""Who may do what at auth_service: every role, every operation, every relation, 0 leaks."""

from __future__ import annotations

from tests.support.attendance import NO_LIMITS
from tests.support.auth import AuthServer, running_auth
from tests.support.cluster import TestDatabase
from tests.support.matrix import Line, Scene, described_by, unlisted, walk
from tests.support.matrix_lines import AUTH
from tests.support.matrix_rules import everybody


def scene_of(auth: AuthServer) -> Scene:
    scene = Scene(auth.town)
    account = auth.register()["username"]
    scene.help["refresh"] = lambda _: auth.signed_in(account)["refresh_token"]
    scene.find |= {"sid": lambda _: "unknown", "name": lambda _: "nowhere"}
    scene.find["invitation_id"] = lambda _: 987_654_321
    auth.parts.org.refresh()
    return scene


def test_role_by_operation_by_relation(fresh_database: TestDatabase) -> None:
    patient = {"LOGIN_FAILURES_PER_ADDRESS": "10000", "LOGIN_FAILURES_PER_ACCOUNT": "10000"}
    with running_auth(fresh_database, **NO_LIMITS, **patient) as auth:
        assert walk(AUTH, auth.client, scene_of(auth), described_by(auth.client)) == []


def test_a_new_operation_without_a_line_is_named() -> None:
    described = ["GET /api/v1/users", "POST /api/v1/secrets"]
    lines = {"GET /api/v1/users": Line(everybody), "GET /gone": Line(everybody)}
    missing, gone = unlisted(lines, described)
    assert missing.startswith("POST /api/v1/secrets: has no line in tests/support/matrix_lines.py")
    assert gone.startswith("GET /gone: has a line")


def test_a_leak_is_named(fresh_database: TestDatabase) -> None:
    """What the matrix is for: a line that says less than the service allows."""
    with running_auth(fresh_database, **NO_LIMITS) as auth:
        lines = {"GET /api/v1/users/me": Line(lambda role, _: role is None)}
        found = walk(lines, auth.client, scene_of(auth), lines)
        assert walk({"GET /x/{unheard_of}": Line(everybody)}, auth.client, scene_of(auth), []) == [
            "GET /x/{unheard_of}: has a line, and the service has no such operation",
            "GET /x/{unheard_of}: say in the test's scene.find what ['unheard_of'] are",
        ]
    assert "GET /api/v1/users/me as staff-own: let through (200)" in found
    assert "GET /api/v1/users/me as nobody-own: turned away (401)" in found
