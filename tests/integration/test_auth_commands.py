"""The commands of auth_service: serving, seeding the demo people, making an admin."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from auth_service.__main__ import main
from tests.support.auth import PASSWORD, running_auth
from tests.support.auth_process import auth_process, environment
from tests.support.cluster import TestDatabase
from tests.support.people import Town

COUNTS = """SELECT (SELECT count(*) FROM auth.person), (SELECT count(*) FROM auth.person_role),
    (SELECT count(*) FROM auth.team), (SELECT count(*) FROM auth.team_member),
    (SELECT count(*) FROM auth.team_manager), (SELECT count(*) FROM auth.site),
    (SELECT count(*) FROM auth.change), (SELECT count(*) FROM auth.audit)"""


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


class Command:
    """Runs the command line in this process, with the environment of a fresh one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, database: TestDatabase, *words: str, **more: str) -> Outcome:
        self._capsys.readouterr()
        with self._monkeypatch.context() as patch:
            patch.setattr(os, "environ", environment(database, **more))
            status = main(list(words))
        shown = self._capsys.readouterr()
        return Outcome(status, shown.out, shown.err)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(monkeypatch, capsys)


def test_the_demo_is_seeded_once(run: Command, fresh_database: TestDatabase) -> None:
    first = run(fresh_database, "demo", DEMO="1")
    assert (first.returncode, first.stdout) == (0, "demo people: 32 made\n"), first.stderr
    town = Town(fresh_database)
    before = town.sql(COUNTS)
    second = run(fresh_database, "demo", DEMO="1")
    assert (second.returncode, second.stdout) == (0, "demo people: all there\n")
    assert town.sql(COUNTS) == before
    town.close()
    with running_auth(fresh_database, DEMO="1") as auth:
        manager = auth.signed_in("demo_manager_1", "password")
        bearer = {"Authorization": f"Bearer {manager['token']}"}
        me = auth.client.get("/api/v1/users/me", headers=bearer).json()
        assert me["full_name"] == "Demo Manager 1"
        assert me["site"]["name"] == "Demo Office"
        assert (me["site"]["zone"], me["site"]["biometrics"]) == ("Europe/Istanbul", True)
        led = [one["username"] for one in auth.client.get("/employees", headers=bearer).json()]
        assert led == [f"demo_staff_{n}" for n in range(1, 7)]
        for name, role in (("teacher", "Teacher"), ("student", "Student")):
            for number in (1, 10):
                answer = auth.post(
                    "/api/v1/auth/login",
                    {"username": f"demo_{name}_{number}", "password": "password"},
                )
                user = answer.json()["user"]
                assert user["user_full_name"] == f"Demo {role} {number}"
                assert user["role"] == role
                assert user["user_school_number"]
        admin = auth.signed_in("demo_admin", "password")
        everybody = auth.client.get(
            "/employees", headers={"Authorization": f"Bearer {admin['token']}"}
        )
        assert len(everybody.json()) == 32
        # The oldest example works as it was written.
        made = auth.post("/register", {"username": "emp2", "password": "1234"})
        assert made.status_code == 201
        assert auth.post("/register", {"username": "e3", "password": "123"}).status_code == 400
        newcomer = {"Authorization": f"Bearer {made.json()['token']}"}
        site = auth.client.get("/api/v1/users/me", headers=newcomer).json()["site"]
        assert site["name"] == "Demo Office"


def test_seed_defect_D28_no_demo_people_in_production(
    run: Command, fresh_database: TestDatabase
) -> None:
    for more, word in (
        ({"DEMO": "1", "APP_ENV": "production"}, "production"),
        ({"DEMO": "0"}, "demo mode only"),
        ({"DEMO": "1", "BIND_HOSTS": "0.0.0.0"}, "loopback"),
    ):
        refused = run(fresh_database, "demo", **more)
        assert refused.returncode == 78
        assert word in refused.stderr
    town = Town(fresh_database)
    assert town.sql("SELECT * FROM auth.person") == []
    town.close()


@pytest.mark.parametrize("secret", ["dev-secret", "hook-secret", "1234"])
def test_seed_defect_D13_no_start_with_a_known_secret(
    run: Command, fresh_database: TestDatabase, secret: str
) -> None:
    refused = run(fresh_database, HAZIR_SECRET_SERVICE_REPORTER=secret)
    assert refused.returncode == 78
    assert "service_reporter" in refused.stderr
    assert secret not in refused.stderr


def test_no_start_without_secrets(
    run: Command, fresh_database: TestDatabase, tmp_path: Path
) -> None:
    refused = run(fresh_database, SECRETS_DIR=str(tmp_path))
    assert refused.returncode == 78
    for name in ("db_auth", "token_signing_key", "service_attendance", "service_reporter"):
        assert name in refused.stderr


def test_the_first_admin_comes_from_the_command_line(
    run: Command, fresh_database: TestDatabase
) -> None:
    weak = run(fresh_database, "admin", ADMIN_USERNAME="chief", ADMIN_PASSWORD="password")
    assert weak.returncode == 75
    made = run(fresh_database, "admin", ADMIN_USERNAME="chief", ADMIN_PASSWORD=PASSWORD)
    assert (made.returncode, made.stdout) == (0, "chief: account made, is an admin now\n")
    with running_auth(fresh_database) as auth:
        token = auth.signed_in("chief")["token"]
        bearer = {"Authorization": f"Bearer {token}"}
        assert auth.client.get("/api/v1/users", headers=bearer).status_code == 200
        account = auth.register("Deputy")
        known = f"Deputy is there already: number {account['employee_id']}, no full name, made "
        for more, word in (
            ({}, "ADMIN_EXISTING=1"),
            ({"ADMIN_EXISTING": "0"}, "ADMIN_EXISTING=1"),
            ({"ADMIN_EXISTING": "1", "ADMIN_PASSWORD": PASSWORD}, "ADMIN_PASSWORD"),
        ):
            refused = run(fresh_database, "admin", ADMIN_USERNAME="deputy", **more)
            assert refused.returncode == 75
            assert known in refused.stdout
            assert word in refused.stderr
        assert len(auth.audit(f"person:{account['employee_id']}")) == 1
        sure = {"ADMIN_USERNAME": "deputy", "ADMIN_EXISTING": "1"}
        promoted = run(fresh_database, "admin", **sure)
        assert promoted.returncode == 0, promoted.stderr
        assert promoted.stdout.endswith("deputy: is an admin now\n")
        again = run(fresh_database, "admin", **sure)
        assert again.returncode == 0
        roles = auth.town.sql(
            "SELECT role FROM auth.person_role WHERE employee_id = %s ORDER BY role",
            account["employee_id"],
        )
        assert roles == [("admin",), ("staff",)]
        _, changed = auth.audit(f"person:{account['employee_id']}")
        assert changed[:2] == (None, "account.changed")


def test_somebody_who_has_the_name_is_asked_about(
    run: Command, fresh_database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever registered the name first is not an admin by mistake."""
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    typed = iter(["", "no", "y", "yes"])
    monkeypatch.setattr("builtins.input", lambda _: next(typed))
    with running_auth(fresh_database) as auth:
        number = auth.register("chief")["employee_id"]
        for _ in range(3):
            refused = run(fresh_database, "admin", ADMIN_USERNAME="chief")
            assert refused.returncode == 75
            assert f"number {number}, " in refused.stdout
        assert len(auth.audit(f"person:{number}")) == 1
        assert run(fresh_database, "admin", ADMIN_USERNAME="chief").returncode == 0
        assert auth.audit(f"person:{number}")[-1][1] == "account.changed"


def test_another_who_takes_the_name_meanwhile_is_no_admin(
    run: Command, fresh_database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_auth(fresh_database) as auth:
        number = auth.register("chief")["employee_id"]

        def renamed(_: str) -> str:
            auth.town.sql(
                "UPDATE auth.person SET username = 'x', username_key = 'x' WHERE employee_id = %s",
                number,
            )
            return "yes"

        monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
        monkeypatch.setattr("builtins.input", renamed)
        refused = run(fresh_database, "admin", ADMIN_USERNAME="chief")
        assert refused.returncode == 75
        assert len(auth.audit(f"person:{number}")) == 1


def test_all_keys_but_the_one_in_use_are_withdrawn(
    run: Command, fresh_database: TestDatabase
) -> None:
    early = run(fresh_database, "withdraw-keys")
    assert (early.returncode, early.stderr) == (75, "The key that is to stay is not published.\n")
    with running_auth(fresh_database) as auth:
        auth.town.sql(
            "INSERT INTO auth.signing_key (kid, jwk, created_at)"
            " SELECT 'old', jwk, created_at - interval '1 day' FROM auth.signing_key"
        )
        auth.town.sql("UPDATE auth.signing_key SET created_at = created_at - interval '1 minute'")
        kid = auth.parts.signing.kid
        done = run(fresh_database, "withdraw-keys")
        assert (done.returncode, done.stdout) == (0, f"1 withdrawn, {kid} stays\n")
        left = auth.client.get("/.well-known/jwks.json").json()["keys"]
        assert [key["kid"] for key in left] == [kid]
        (line,) = auth.audit("key:old")
        assert line[1] == "key.withdrawn"


def test_an_unknown_command_is_explained(run: Command, fresh_database: TestDatabase) -> None:
    for words in (["dance"], ["demo", "twice"]):
        refused = run(fresh_database, *words)
        assert (refused.returncode, refused.stderr) == (
            64,
            "usage: python -m auth_service [demo|admin|withdraw-keys]\n",
        )


def test_serving_until_told_to_stop(fresh_database: TestDatabase, tmp_path: Path) -> None:
    process, url = auth_process(fresh_database, tmp_path)
    process.start()
    try:
        town = Town(fresh_database)
        services = town.sql("SELECT client_id FROM auth.service_secret ORDER BY client_id")
        assert services == [("service:attendance",), ("service:auth",), ("service:reporter",)]
        announced = town.sql("SELECT kind FROM auth.change WHERE kind = 'key'")
        assert ("key",) in announced
        town.close()
        made = httpx.post(
            f"{url}/register", json={"username": "ada", "password": PASSWORD}, trust_env=False
        )
        assert made.status_code == 201
        metrics = httpx.get(f"{url}/metrics", trust_env=False).text
        assert 'hazir_http_requests_total{method="POST",status="201"} 1.0' in metrics
        tasks = Path(f"/proc/{process.pid}/task").glob("*/stat")
        # After the name in parentheses the nice value is the 17th field: proc(5).
        spread = sorted(int(stat.read_text().rpartition(")")[2].split()[16]) for stat in tasks)
        # One thread, the one that hashes, yields to everything else.
        assert (spread[-1], spread[-2] <= 0) == (19, True)
    finally:
        began = time.monotonic()
        process.stop()
        assert time.monotonic() - began < 10
    log = process.output()
    assert PASSWORD not in log
    assert made.json()["token"] not in log
    assert "eyJ" not in log
