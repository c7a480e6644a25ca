"""PostgreSQL stopped, restarted and refusing: 503 at once, never a success, healed by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local import keys
from tests.integration.attendance.test_punches import problem
from tests.support.attendance import Cast, Ledger, Rest, base64_of, serving
from tests.support.cluster import PostgresServer, running_cluster
from tests.support.folders import open_folder
from tests.support.people import Town
from tests.support.pictures import photo


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    with open_folder() as folder:
        keys.ensure(folder / "secrets")
        with running_cluster(folder, folder / "secrets") as server:
            yield server


@pytest.fixture(scope="module")
def town(own_server: PostgresServer) -> Iterator[Town]:
    made = Town(own_server.migrated_database())
    yield made
    made.close()


def healed(call: Callable[[], Any], within: float = 8.0) -> Any:
    """The first answer that is not a 503."""
    deadline = time.monotonic() + within
    while (answer := call()).status_code == 503:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return answer


def reconnected(town: Town) -> Town:
    """The same town after its server was away."""
    town.close()
    town.__post_init__()
    return town


def test_every_write_is_refused_in_time_and_it_heals_by_itself(
    own_server: PostgresServer, town: Town, rest: Rest, cast: Cast
) -> None:
    rest.punch(cast.staff, "in")
    own_server.process.stop()
    try:
        for number in range(6):
            body = {"image": base64_of(photo())} if number % 2 else {}
            began = time.monotonic()
            answer = rest.punch(cast.staff, "out", key=f"down-{number % 3}", **body)
            assert time.monotonic() - began < 3
            problem(answer, 503, "unavailable")
            assert int(answer.headers["Retry-After"]) >= 1
            time.sleep(0.4)
        assert rest.get("/health/live").status_code == 200
        assert rest.get("/health/ready").status_code == 503
        problem(rest.get(f"/attendance/{cast.staff}", cast.staff), 503, "unavailable")
        # Rights that cannot be checked any more are not acted upon.
        problem(rest.get("/api/v1/attendance/places", cast.staff), 503, "unavailable")
    finally:
        own_server.process.start()
    answer = healed(lambda: rest.punch(cast.staff, "out", key="down-0"))
    assert answer.status_code == 201
    assert [row[1] for row in Ledger(reconnected(town), cast.staff).records] == ["in", "out"]
    assert rest.get("/health/ready").status_code == 200


def test_lost_sessions_are_not_noticed(town: Town, rest: Rest) -> None:
    cast = Cast(reconnected(town))
    assert rest.punch(cast.staff, "in").status_code == 201
    town.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'hazir_attendance'"
    )
    assert rest.punch(cast.staff, "out").status_code == 201
    assert len(Ledger(town, cast.staff).records) == 2


def test_a_person_whose_row_is_held_waits_and_nobody_else_does(town: Town, rest: Rest) -> None:
    cast = Cast(reconnected(town))
    other = cast.someone()
    for who in (cast.staff, other):
        rest.punch(who, "in")
    holder = Town(town.database)
    holder.sql("SET idle_in_transaction_session_timeout = 0")
    holder.sql("BEGIN")
    holder.sql("SELECT 1 FROM attendance.punch_state WHERE employee_id = %s FOR UPDATE", cast.staff)
    try:
        began = time.monotonic()
        problem(rest.punch(cast.staff, "out"), 503, "unavailable")
        assert time.monotonic() - began < 3
        assert rest.punch(other, "out").status_code == 201
    finally:
        holder.sql("ROLLBACK")
        holder.close()
    assert rest.punch(cast.staff, "out").status_code == 201


def test_redis_that_dies_under_it_changes_nothing(town: Town) -> None:
    cast = Cast(reconnected(town))
    with serving(town, REDIS_URL="redis://:x@127.0.0.1:9/0") as rest:
        assert rest.punch(cast.staff).status_code == 201
        assert rest.get("/health/ready").json()["redis"] == "down"
