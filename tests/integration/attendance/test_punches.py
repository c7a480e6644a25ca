"""The outcomes of a live punch over HTTP: answer, record, state and event, line by line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.clock import FixedClock, rfc3339
from tests.support.attendance import RECORDS, Cast, Ledger, Rest, serving
from tests.support.people import Town

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The body of a refusal, which has the fixed shape."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "code", "request_id", "error"} <= set(body)
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == answer.headers["X-Request-Id"]
    return body


def test_an_accepted_punch_is_recorded_told_and_moves_the_state(rest: Rest, cast: Cast) -> None:
    before = datetime.now(UTC)
    answer = rest.punch(cast.staff, key="first")
    assert answer.status_code == 201
    body = answer.json()
    assert body["employee_id"] == cast.staff
    assert (body["action"], body["status"], body["zone"]) == ("in", "accepted", "Europe/Istanbul")
    assert (body["claimed_at"], body["place_id"], body["photo"]) == (None, None, False)
    assert rfc3339(before) <= body["timestamp"] <= body["committed_at"]
    ledger = Ledger(cast.town, cast.staff)
    assert ledger.records == [(1, "in", "accepted", "accepted")]
    assert ledger.events == [("made", "in", "accepted")]
    assert ledger.state == (1, "in")
    assert ledger.keys == [201]


def test_a_refusal_by_rule_leaves_its_key_and_nothing_else(rest: Rest, cast: Cast) -> None:
    problem(rest.punch(cast.staff, "out"), 409, "not_in")
    ledger = Ledger(cast.town, cast.staff)
    assert (ledger.records, ledger.events, ledger.state) == ([], [], (0, "out"))
    assert ledger.keys == [409]


def test_in_and_out_alternate(rest: Rest, cast: Cast) -> None:
    first = rest.punch(cast.staff, "in").json()
    body = problem(rest.punch(cast.staff, "in"), 409, "already_in")
    assert body["since"] == first["timestamp"]
    second = rest.punch(cast.staff, "out").json()
    assert second["timestamp"] > first["timestamp"]
    problem(rest.punch(cast.staff, "out"), 409, "not_in")
    assert rest.punch(cast.staff, "in").status_code == 201
    assert [row[:2] for row in Ledger(cast.town, cast.staff).records] == [
        (1, "in"),
        (2, "out"),
        (3, "in"),
    ]


def test_the_long_path_is_the_same_use_case(rest: Rest, cast: Cast) -> None:
    made = rest.call("POST", RECORDS, cast.staff, json={"action": "in"})
    assert made.status_code == 201
    problem(rest.punch(cast.staff, "in"), 409, "already_in")
    found = rest.get(f"{RECORDS}/{made.json()['id']}", cast.staff)
    assert found.json() == made.json()


@pytest.mark.parametrize("path", ["/attendance/", f"{RECORDS}/"])
def test_a_trailing_slash_changes_nothing(rest: Rest, cast: Cast, path: str) -> None:
    assert rest.call("POST", path, cast.staff, json={"action": "in"}).status_code == 201


@pytest.mark.parametrize("shift", [timedelta(hours=-3), timedelta(days=400)])
def test_a_claimed_time_is_kept_and_moves_nothing(rest: Rest, cast: Cast, shift: timedelta) -> None:
    before = datetime.now(UTC)
    claim = before + shift
    body = rest.punch(cast.staff, timestamp=rfc3339(claim)).json()
    assert body["claimed_at"] == rfc3339(claim)
    assert rfc3339(before) <= body["timestamp"] <= rfc3339(datetime.now(UTC))


def test_a_claim_without_an_offset_is_local_to_the_person(rest: Rest, town: Town) -> None:
    berlin = Cast(town, zone="Europe/Berlin")
    body = rest.punch(berlin.staff, timestamp="2026-07-01T09:00:00").json()
    assert body["claimed_at"] == "2026-07-01T07:00:00.000000Z"
    other = berlin.someone()
    for text, code in (
        ("2026-03-29T02:30:00", "nonexistent_local_time"),
        ("2026-10-25T02:30:00", "ambiguous_local_time"),
    ):
        assert problem(rest.punch(other, timestamp=text), 400, code)["field"] == "timestamp"
    assert Ledger(town, other).records == []


def test_a_forgotten_out_lets_the_next_in_through(town: Town, cast: Cast) -> None:
    clock = FixedClock(NOON)
    with serving(town, clock=clock) as rest:
        assert rest.punch(cast.staff, "in").status_code == 201
        clock.instant = NOON + timedelta(hours=16)
        problem(rest.punch(cast.staff, "in"), 409, "already_in")
        clock.advance(timedelta(microseconds=1))
        problem(rest.punch(cast.staff, "out"), 409, "not_in")
        assert rest.punch(cast.staff, "in").status_code == 201
    assert [row[:2] for row in Ledger(town, cast.staff).records] == [(1, "in"), (2, "in")]


def test_a_clock_that_goes_back_never_takes_a_persons_times_back(town: Town, cast: Cast) -> None:
    clock = FixedClock(NOON)
    with serving(town, clock=clock) as rest:
        first = rest.punch(cast.staff, "in").json()
        clock.instant = NOON - timedelta(hours=1)
        second = rest.punch(cast.staff, "out").json()
    assert first["timestamp"] == "2026-11-21T12:00:00.000000Z"
    assert second["timestamp"] == "2026-11-21T12:00:00.000001Z"


def test_where_the_policy_toggles_the_server_picks(rest: Rest, cast: Cast) -> None:
    gate = rest.place(cast.admin, cast.site, policy={"mode": "toggle"})
    made = [rest.punch(cast.staff, "in", place_id=gate).json()["action"] for _ in range(3)]
    assert made == ["in", "out", "in"]


def test_the_state_says_where_one_stands(town: Town, cast: Cast) -> None:
    clock = FixedClock(NOON)
    path = "/api/v1/attendance/state"
    with serving(town, clock=clock) as rest:
        new = rest.get(path, cast.staff).json()
        assert (new["action"], new["since"], new["record_id"]) == ("out", None, None)
        record = rest.punch(cast.staff, "in").json()
        clock.advance(timedelta(hours=2))
        now_in = rest.get(path, cast.staff).json()
        assert (now_in["action"], now_in["since"]) == ("in", record["timestamp"])
        assert now_in["record_id"] == record["id"]
        assert now_in["open_until"] == rfc3339(NOON + timedelta(hours=16))
        rest.punch(cast.staff, "out")
        clock.advance(timedelta(hours=1))
        out = rest.get(path, cast.staff).json()
        assert (out["action"], out["open_until"]) == ("out", None)
        assert out["today"] == {"worked_seconds": 7200, "records": 2}
        assert out["server_time"] == rfc3339(NOON + timedelta(hours=3))


def test_without_a_token_nothing_is_done(rest: Rest, cast: Cast) -> None:
    answer = rest.call("POST", "/attendance", json={"action": "in"})
    problem(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_everything_works_without_redis(rest: Rest, cast: Cast) -> None:
    assert rest.parts
    assert not rest.parts.bus.up()
    assert rest.punch(cast.staff).status_code == 201
    ready = rest.get("/health/ready")
    assert (ready.status_code, ready.json()["redis"]) == (200, "down")


def test_the_board_shows_who_is_in_and_where_the_feed_goes_on(rest: Rest, cast: Cast) -> None:
    other = cast.someone()
    record = rest.punch(cast.staff, "in").json()
    rest.punch(other, "out")  # refused, and known to this process from now on
    board = rest.get(f"/api/v1/attendance/board?team_id={cast.team}", cast.manager).json()
    rows = {row["employee_id"]: row for row in board["items"]}
    assert set(rows) == {cast.staff, other}
    assert (rows[cast.staff]["action"], rows[cast.staff]["since"]) == ("in", record["timestamp"])
    assert (rows[other]["action"], rows[other]["record_id"]) == ("out", None)
    assert board["cursor"]
    problem(rest.get("/api/v1/attendance/board", other), 403, "forbidden")
