"""The portal's photo becomes an enrolment where the person agreed, and is nowhere otherwise."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from common.wsgi import Limits, running
from face_service.domain.consent import CONSENT_VERSION
from tests.support.auth import AuthServer, as_user, running_auth
from tests.support.cluster import TestDatabase
from tests.support.face import serving_faces
from tests.support.portal_server import STUDENT, STUDENT_PASSWORD, Portal, running_portal
from tests.support.portraits import SAME, portrait


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    with running_portal() as running_one:
        running_one.photo = portrait(SAME[0])
        yield running_one


@pytest.fixture(scope="module")
def face_url(database: TestDatabase) -> Iterator[str]:
    with serving_faces(database) as client:
        limits = Limits(body=8 << 20)
        with running(client.app.wsgi, threads=4, limits=limits) as (host, port):
            yield f"http://{host}:{port}"


@pytest.fixture(scope="module")
def auth(database: TestDatabase, portal: Portal, face_url: str) -> Iterator[AuthServer]:
    settings = portal.settings(
        FACE_URL=face_url, DIRECTORY_SITE="Campus", LOGIN_FAILURES_PER_ADDRESS="1000"
    )
    with running_auth(database, **settings) as server:
        server.town.site("Campus", biometrics=True)
        yield server


def log_in(auth: AuthServer) -> dict[str, Any]:
    answer = auth.post("/api/v1/auth/login", {"username": STUDENT, "password": STUDENT_PASSWORD})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["token"]
    return found


def settle(auth: AuthServer, done: Callable[[], bool] = lambda: True) -> None:
    """Wait until every offered photo has been looked at, and ``done`` holds."""
    deadline = time.monotonic() + 20
    photos = auth.parts.photos
    assert photos is not None
    while photos.busy or not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_photo_goes_where_it_is_agreed_to_and_nowhere_else(
    auth: AuthServer, portal: Portal, face_url: str
) -> None:
    token = log_in(auth)["access_token"]
    person = auth.client.get("/api/v1/users/me", **as_user(token)).json()["employee_id"]
    there = f"{face_url}/api/v1/people/{person}"

    def faces() -> list[Any]:
        answer = httpx.get(f"{there}/faces", trust_env=False, **as_user(token))
        assert answer.status_code == 200, answer.text
        found: list[Any] = answer.json()["items"]
        return found

    settle(auth)
    assert faces() == []
    assert "photo" not in portal.asked, "it was fetched without consent"
    given = httpx.post(
        f"{there}/consent", json={"version": CONSENT_VERSION}, trust_env=False, **as_user(token)
    )
    assert given.status_code == 201, given.text
    log_in(auth)
    settle(auth, lambda: len(faces()) == 1)
    assert portal.asked.count("photo") == 1
    log_in(auth)
    settle(auth)
    assert len(faces()) == 1
    assert portal.asked.count("photo") == 1
    enrolled = auth.town.sql(
        "SELECT username FROM face.audit a JOIN auth.person p ON p.employee_id = a.actor"
        " WHERE action LIKE '%%enrol%%'"
    )
    assert enrolled == [("service:auth",)]


@pytest.mark.parametrize("wrong", ["slow", "error", "huge"])
def test_a_photo_delays_and_fails_no_sign_in(auth: AuthServer, portal: Portal, wrong: str) -> None:
    auth.town.sql("DELETE FROM face.template")
    portal.misbehave["photo"] = wrong
    began = time.monotonic()
    log_in(auth)
    assert time.monotonic() - began < 4
    settle(auth)
    portal.behave()


def test_where_the_site_uses_no_faces_the_photo_is_not_fetched(
    auth: AuthServer, portal: Portal
) -> None:
    auth.town.sql("UPDATE auth.site SET biometrics = false")
    auth.town.announce("site")
    time.sleep(1)
    portal.behave()
    log_in(auth)
    settle(auth)
    assert "photo" not in portal.asked


def test_a_face_service_that_is_down_is_no_matter(
    fresh_database: TestDatabase, portal: Portal
) -> None:
    with running_auth(fresh_database, **portal.settings(FACE_URL="http://127.0.0.1:9")) as auth:
        log_in(auth)
        settle(auth)
