"""What holds whatever the directories are."""

from __future__ import annotations

import pytest

from auth_service.settings import AuthSettings
from common.config import ConfigError, load
from tests.support.auth import PASSWORD, AuthServer, log_in_by, running_auth
from tests.support.cluster import TestDatabase


def test_seed_defect_D28_demo_people_are_refused_in_production(database: TestDatabase) -> None:
    env = database.environment() | {"APP_ENV": "production", "DEMO": "1"}
    with pytest.raises(ConfigError, match="demo people are refused in production"):
        load(AuthSettings, env)


def test_seed_defect_D28_what_a_demo_left_behind_opens_nothing(
    fresh_database: TestDatabase,
) -> None:
    def log_in(auth: AuthServer, username: str) -> int:
        return auth.post("/login", {"username": username, "password": "password"}).status_code

    people = ("demo_teacher_1", "demo_student_1", "demo_admin")
    with running_auth(fresh_database, DEMO="1") as demo:
        demo.parts.demo.seed()
        assert [log_in(demo, name) for name in people] == [200, 200, 200]
    with running_auth(fresh_database, APP_ENV="production") as auth:
        assert [log_in(auth, name) for name in people] == [401, 401, 401]


def test_only_the_local_directory_is_there_unless_others_are_named(
    fresh_database: TestDatabase,
) -> None:
    with running_auth(fresh_database, DEMO="1") as auth:
        assert auth.client.get("/api/v1/auth/choices").json() == {
            "directories": [{"name": "local", "kind": "local", "label": "Hazir"}],
            "registration": True,
            "registration_mode": "open",
            "demo": True,
        }
        name = auth.register()["username"]
        for directory, status in (("local", 200), ("ldap", 422), ("", 422)):
            answer = log_in_by(auth, directory, name, PASSWORD)
            assert answer.status_code == status, answer.text


def test_the_faults_of_a_start_are_told_with_those_of_the_directories(
    database: TestDatabase,
) -> None:
    env = database.environment() | {"AUTH_PORT": "x", "DIRECTORIES": "local,ldap"}
    with pytest.raises(ConfigError) as refused:
        load(AuthSettings, env)
    assert {fault.split(":")[0] for fault in refused.value.faults} == {
        "LDAP_URL",
        "LDAP_BASE",
        "LDAP_ROLES",
        "AUTH_PORT",
    }
