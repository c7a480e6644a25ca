"""One named test for each defect of the predecessors that this service must not have.

Those that need real processes (D1, D2, D7, D27, D40) are in ``test_processes.py`` and
``test_streams.py``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from common.clock import rfc3339
from common.config import ROOT
from tests.integration.attendance.test_punches import problem
from tests.support.attendance import RECORDS, Cast, Ledger, Rest, environment_for
from tests.support.people import Town

FORGED = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJlbXBsb3llZV9pZCI6MX0."


def test_seed_defect_D3_a_valid_token_lists_nobody_elses_records(
    rest: Rest, cast: Cast, town: Town
) -> None:
    victim = Cast(town).staff
    record = rest.punch(victim).json()["id"]
    problem(rest.get(f"/attendance/{victim}", cast.staff), 403, "forbidden")
    problem(rest.get(f"{RECORDS}?employee_id={victim}", cast.staff), 403, "forbidden")
    problem(rest.get(f"{RECORDS}/{record}", cast.staff), 404, "not_found")
    assert rest.get(RECORDS, cast.staff).json()["items"] == []


def test_seed_defect_D4_the_last_action_is_not_read_before_it_is_changed(
    rest: Rest, cast: Cast
) -> None:
    rest.token(cast.staff)
    moves = ["in", "out"] * 30
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda action: rest.punch(cast.staff, action), moves))
    made = [row[1] for row in Ledger(cast.town, cast.staff).records]
    assert len(made) == sum(answer.status_code == 201 for answer in answers)
    assert made == [("in", "out")[n % 2] for n in range(len(made))]


@pytest.mark.parametrize("sent", ["2026-11-21T08:00:00", "tomorrow", 5, None, {}, [], "9" * 70])
def test_seed_defect_D5_a_clients_time_is_a_claim_or_a_400(
    rest: Rest, cast: Cast, sent: object
) -> None:
    before = rfc3339(datetime.now(UTC))
    answer = rest.punch(cast.staff, timestamp=sent)
    assert answer.status_code in (201, 400)
    if answer.status_code == 201:
        assert answer.json()["timestamp"] >= before


def test_seed_defect_D6_a_refusal_leaks_no_connection(rest: Rest, cast: Cast) -> None:
    for number in range(60):
        assert rest.punch(cast.staff, "sideways" if number % 2 else "out").status_code in (400, 409)
    assert rest.punch(cast.staff).status_code == 201
    open_now = cast.town.sql(
        "SELECT count(*) FROM pg_stat_activity WHERE usename = 'hazir_attendance'"
        " AND datname = current_database()"
    )
    assert open_now[0][0] <= 5


def test_seed_defect_D8_what_is_sent_is_json(rest: Rest, cast: Cast) -> None:
    answer = rest.punch(cast.staff)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.text.startswith('{"id":')
    assert answer.text.isascii()


@pytest.mark.parametrize("secret", ["", "dev-secret", "hook-secret", "1234", "tiny-key"])
def test_seed_defect_D13_a_default_secret_starts_nothing(
    town: Town, tmp_path: Path, secret: str
) -> None:
    env = {
        **os.environ,
        **environment_for(town.database),
        "SECRETS_DIR": str(tmp_path),
        "HAZIR_DATA": str(tmp_path),
        "HAZIR_ENV_FILE": "/dev/null",
        "HAZIR_SECRET_CURSOR_KEY": secret,
        "HAZIR_SECRET_DB_SEQUENCER": secret,
    }
    ended = subprocess.run(
        [sys.executable, "-m", "attendance_service", "sequencer"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 78
    assert "db_sequencer" in ended.stderr
    assert not secret or secret not in ended.stderr


@pytest.mark.parametrize(
    "header", [FORGED, "Bearer", f"Bearer {FORGED}", "Bearer \xff", "Basic eA=="]
)
def test_seed_defect_D14_an_invalid_token_is_one_401(rest: Rest, cast: Cast, header: str) -> None:
    headers = {"Authorization": header.encode("latin-1")}
    for method, path in (("POST", "/attendance"), ("GET", f"/attendance/{cast.staff}")):
        body = problem(rest.call(method, path, headers=headers), 401, "unauthenticated")
        assert body["detail"] == "Sign in to continue."


def test_seed_defect_D17_only_listed_origins_may_read(rest: Rest, cast: Cast) -> None:
    for origin, allowed in (
        ("http://127.0.0.1:5500", "http://127.0.0.1:5500"),
        ("http://evil.test", None),
        ("null", None),
    ):
        answer = rest.get(f"/attendance/{cast.staff}", cast.staff, headers={"Origin": origin})
        assert answer.headers.get("Access-Control-Allow-Origin") == allowed


def test_seed_defect_D38_sessions_live_apart_and_redis_is_not_needed(
    rest: Rest, cast: Cast, town: Town
) -> None:
    first = town.token(cast.staff, sid=f"first-{cast.staff}")
    second = town.token(cast.staff, sid=f"second-{cast.staff}")
    town.announce("session", cast.staff, f"first-{cast.staff}")
    deadline = datetime.now(UTC).timestamp() + 2

    def status(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return int(rest.get("/api/v1/attendance/state", headers=headers).status_code)

    while status(first) != 401:
        assert datetime.now(UTC).timestamp() < deadline
    assert status(second) == 200


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "CF-Connecting-IP", "X-Real-IP", "Forwarded"]
)
def test_seed_defect_D26_a_header_changes_nobodys_address(
    rest: Rest, cast: Cast, header: str
) -> None:
    answer = rest.punch(cast.staff)
    assert answer.status_code == 201
    spoofed = rest.call("GET", RECORDS, cast.staff, headers={header: "10.0.0.1"})
    assert spoofed.json()["items"] == [answer.json()]
