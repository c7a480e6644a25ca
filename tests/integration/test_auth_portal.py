"""Signing in with a university's portal, which behaves or does not."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.support.auth import (
    UNAVAILABLE,
    UNCOUNTED,
    WRONG,
    AuthServer,
    as_user,
    code_of,
    running_auth,
)
from tests.support.cluster import TestDatabase
from tests.support.logged import listening
from tests.support.portal_server import (
    STUDENT,
    STUDENT_PASSWORD,
    TEACHER,
    TEACHER_PASSWORD,
    Portal,
    running_portal,
)

ME = "/api/v1/users/me"


@pytest.fixture(scope="module")
def stand_in() -> Iterator[Portal]:
    with running_portal() as portal:
        yield portal


@pytest.fixture
def portal(stand_in: Portal) -> Iterator[Portal]:
    stand_in.behave()
    yield stand_in
    stand_in.behave()


@pytest.fixture(scope="module")
def auth(database: TestDatabase, stand_in: Portal) -> Iterator[AuthServer]:
    with running_auth(database, **stand_in.settings(**UNCOUNTED)) as server:
        yield server


def log_in(auth: AuthServer, username: str, password: str) -> httpx.Response:
    return auth.post("/api/v1/auth/login", {"username": username, "password": password})


def everybody(auth: AuthServer) -> list[tuple[object, ...]]:
    return auth.town.sql("SELECT employee_id, username, full_name FROM auth.person ORDER BY 1")


SCHEDULE = [
    {
        "lesson_name": "Türk Dili",
        "teacher_name": "Can Öz",
        "start_time": "2026-09-27T09:00:00+03:00",
        "end_time": "2026-09-27T09:50:00+03:00",
    },
    {
        "lesson_name": "Veri Yapıları",
        "teacher_name": "Zeynep KAYA",
        "start_time": "2026-09-28T09:00:00+03:00",
        "end_time": "2026-09-28T09:50:00+03:00",
    },
]


def test_a_student_signs_in_with_the_schedule(auth: AuthServer, portal: Portal) -> None:
    body = log_in(auth, STUDENT, STUDENT_PASSWORD).json()
    assert body["user"] == {
        "user_school_number": STUDENT,
        "user_full_name": "Elif Şahin",
        "role": "Student",
    }
    assert body["schedule"] == SCHEDULE
    assert portal.asked == ["form", "answer", "home", "profile", "schedule", "plans"]
    assert portal.cookies[0] == ""
    me = auth.client.get(ME, **as_user(body["token"]["access_token"])).json()
    kept = auth.town.sql(
        "SELECT name, teacher, starts_at FROM org.lessons WHERE employee_id = %s ORDER BY 3",
        me["employee_id"],
    )
    assert [row[0] for row in kept] == ["Türk Dili", "Veri Yapıları"]
    assert auth.town.sql(
        "SELECT has_table_privilege('hazir_attendance', 'org.lessons', 'SELECT'),"
        " has_table_privilege('hazir_reporter', 'org.lessons', 'SELECT'),"
        " has_table_privilege('hazir_attendance', 'auth.lesson', 'SELECT')"
    ) == [(True, False, False)]


def test_a_teacher_signs_in(auth: AuthServer, portal: Portal) -> None:
    body = log_in(auth, TEACHER, TEACHER_PASSWORD).json()
    assert body["user"] == {
        "user_school_number": TEACHER,
        "user_full_name": "Zeynep Kaya",
        "role": "Teacher",
    }
    assert body["schedule"] is None
    # No attempt takes another's cookies along.
    portal.behave()
    log_in(auth, STUDENT, STUDENT_PASSWORD)
    assert portal.cookies[0] == ""


def test_a_wrong_password_is_401(auth: AuthServer, portal: Portal) -> None:
    before = everybody(auth)
    assert code_of(log_in(auth, STUDENT, "a guess")) == WRONG
    assert code_of(log_in(auth, "0409999999", "a guess")) == WRONG
    assert everybody(auth) == before


MISBEHAVIOURS = [
    *[
        (page, wrong)
        for page in ("form", "answer", "home", "profile")
        for wrong in ("maintenance", "error", "elsewhere", "loop", "huge")
        # The page after the form may be any that does not refuse: the profile is the proof.
        if (page, wrong) not in {("home", "maintenance")}
    ],
    ("form", "changed"),
    ("profile", "changed"),
    ("profile", "other"),
]


@pytest.mark.parametrize(("page", "wrong"), MISBEHAVIOURS)
def test_seed_defect_D35_what_is_unclear_is_503_and_makes_nothing(
    fresh_database: TestDatabase, portal: Portal, page: str, wrong: str
) -> None:
    portal.misbehave[page] = wrong
    with running_auth(fresh_database, **portal.settings()) as auth:
        before = everybody(auth)
        began = time.monotonic()
        answer = log_in(auth, STUDENT, STUDENT_PASSWORD)
        assert code_of(answer) == UNAVAILABLE, (page, wrong, answer.text)
        assert time.monotonic() - began < 10
        assert everybody(auth) == before


def test_seed_defect_D35_no_error_box_is_no_proof(
    fresh_database: TestDatabase, portal: Portal
) -> None:
    """The predecessor took a page without the box for a sign-in, with the name as it was typed."""
    portal.misbehave["answer"] = "changed"
    with running_auth(fresh_database, **portal.settings()) as auth:
        for username in (STUDENT, TEACHER):
            assert code_of(log_in(auth, username, "a guess")) == UNAVAILABLE
        portal.misbehave["answer"] = "maintenance"
        for username in (STUDENT, TEACHER):
            assert code_of(log_in(auth, username, "a guess")) == UNAVAILABLE


def test_seed_defect_D35_a_teacher_s_page_names_the_teacher(
    fresh_database: TestDatabase, portal: Portal
) -> None:
    portal.misbehave["home"] = "changed"
    with running_auth(fresh_database, **portal.settings()) as auth:
        before = everybody(auth)
        assert code_of(log_in(auth, TEACHER, TEACHER_PASSWORD)) == UNAVAILABLE
        assert everybody(auth) == before


@pytest.mark.parametrize("wrong", ["slow", "drip"])
@pytest.mark.parametrize("page", ["form", "profile"])
def test_a_slow_portal_is_given_up_after_five_seconds(
    fresh_database: TestDatabase, portal: Portal, page: str, wrong: str
) -> None:
    portal.misbehave[page] = wrong
    with running_auth(fresh_database, **portal.settings()) as auth:
        began = time.monotonic()
        assert code_of(log_in(auth, STUDENT, STUDENT_PASSWORD)) == UNAVAILABLE
        assert 4 < time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        *[
            ("schedule", wrong)
            for wrong in ("maintenance", "error", "elsewhere", "changed", "drip")
        ],
        *[("plans", wrong) for wrong in ("maintenance", "error", "huge", "changed")],
    ],
)
def test_the_schedule_is_welcome_but_not_needed(
    auth: AuthServer, portal: Portal, page: str, wrong: str
) -> None:
    log_in(auth, STUDENT, STUDENT_PASSWORD)
    portal.misbehave[page] = wrong
    answer = log_in(auth, STUDENT, STUDENT_PASSWORD)
    assert answer.status_code == 200
    # What was told last stands.
    assert answer.json()["schedule"] == SCHEDULE


def test_the_name_follows_the_portal(auth: AuthServer, portal: Portal) -> None:
    try:
        log_in(auth, STUDENT, STUDENT_PASSWORD)
        portal.name = "Elif Şahin Demir"
        body = log_in(auth, STUDENT, STUDENT_PASSWORD).json()
        assert body["user"]["user_full_name"] == "Elif Şahin Demir"
    finally:
        portal.name = "Elif Şahin"


def test_somebody_with_the_student_s_number_is_not_taken_over(
    fresh_database: TestDatabase, portal: Portal
) -> None:
    with running_auth(fresh_database, **portal.settings()) as auth:
        other = auth.register()["employee_id"]
        auth.town.sql(
            "UPDATE auth.person SET school_number = %s WHERE employee_id = %s", STUDENT, other
        )
        before = everybody(auth)
        assert code_of(log_in(auth, STUDENT, STUDENT_PASSWORD)) == (409, "school_number_taken")
        assert everybody(auth) == before
        ((_, action, _, after, _),) = auth.audit("directory:portal")
        assert (action, after["code"]) == ("signin.refused", "school_number_taken")


def test_people_join_the_site_that_is_named(fresh_database: TestDatabase, portal: Portal) -> None:
    with running_auth(fresh_database, **portal.settings(DIRECTORY_SITE="Campus")) as auth:
        assert code_of(log_in(auth, STUDENT, STUDENT_PASSWORD)) == UNAVAILABLE
        site = auth.town.site("Campus")
        assert log_in(auth, STUDENT, STUDENT_PASSWORD).status_code == 200
        assert auth.town.sql("SELECT site_id FROM auth.person WHERE username = %s", STUDENT) == [
            (site,)
        ]


def test_what_is_typed_is_told_nowhere(fresh_database: TestDatabase, portal: Portal) -> None:
    with listening("auth") as said, running_auth(fresh_database, **portal.settings()) as auth:
        log_in(auth, STUDENT, STUDENT_PASSWORD)
        for page in ("form", "answer", "profile"):
            portal.misbehave = {page: "maintenance"}
            log_in(auth, STUDENT, STUDENT_PASSWORD)
        kept = str(auth.town.sql("SELECT p::text FROM auth.person p"))
        kept += str(auth.town.sql("SELECT a::text FROM auth.audit a"))
    told = said.getvalue()
    assert "directory" in told
    assert STUDENT_PASSWORD not in told + kept
