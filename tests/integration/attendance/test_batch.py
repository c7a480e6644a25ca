"""Batches of late punches over HTTP: order, repeats, faults of single ones, the live state."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.clock import FixedClock, rfc3339
from common.identity import Role
from tests.integration.attendance.test_punches import problem
from tests.support.attendance import Cast, Ledger, Rest, base64_of, serving
from tests.support.people import Town
from tests.support.pictures import photo

NOW = datetime(2026, 11, 21, 20, tzinfo=UTC)


def item(key: str, hours_ago: float, action: str | None = "in", **more: Any) -> dict[str, Any]:
    """A punch of the recent past."""
    at = datetime.now(UTC) - timedelta(hours=hours_ago)
    body = {"id": key, "claimed_at": rfc3339(at), **more}
    return body | ({"action": action} if action else {})


def sent_now() -> str:
    return rfc3339(datetime.now(UTC))


def results(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_results_keep_the_order_of_the_punches(rest: Rest, cast: Cast) -> None:
    found = results(
        rest.batch(
            cast.staff,
            item("b", 1, "out"),
            item("a", 9, "in"),
            sent_at=sent_now(),
        )
    )
    assert [(r["id"], r["status"], r["record"]["action"]) for r in found] == [
        ("b", 201, "out"),
        ("a", 201, "in"),
    ]
    ledger = Ledger(cast.town, cast.staff)
    assert [row[:3] for row in ledger.records] == [(1, "in", "accepted"), (2, "out", "accepted")]
    assert ledger.state == (2, "out")


def test_a_claim_is_the_time_only_of_a_clock_known_to_be_right(town: Town, cast: Cast) -> None:
    with serving(town, clock=FixedClock(NOW)) as rest:
        punch = {"action": "in", "claimed_at": "2026-11-21T08:58:00Z"}
        for key, sent_at, status in (
            ("right", rfc3339(NOW - timedelta(seconds=120)), "accepted"),
            ("wrong", rfc3339(NOW - timedelta(seconds=121)), "review"),
            ("unknown", None, "review"),
        ):
            body = {"sent_at": sent_at} if sent_at else {}
            record = results(rest.batch(cast.staff, {"id": key, **punch}, **body))[0]["record"]
            assert (record["status"], record["timestamp"]) == (status, record["claimed_at"])


def test_one_fault_stops_no_other_punch(rest: Rest, cast: Cast, town: Town) -> None:
    stranger = Cast(town)
    theirs = rest.place(stranger.admin, stranger.site)
    found = results(
        rest.batch(
            cast.staff,
            item("good", 5),
            {"id": "no-time"},
            {"id": "bad-time", "claimed_at": "yesterday"},
            item("sideways", 4, "sideways"),
            item("other", 4, employee_id=stranger.staff),
            item("nobody", 4, employee_id=987654321),
            item("text", 4, employee_id="7"),
            item("huge", 4, employee_id=2**63),
            item("true", 4, place_id=True),
            item("place", 4, place_id=theirs),
            item("image", 4, image="%"),
            item("picture", 4, image=base64_of(b"no picture")),
            item("good too", 3, "out") | {"id": "good-too"},
            sent_at=sent_now(),
        )
    )
    told = [(r["id"], r["status"], (r["error"] or {}).get("code")) for r in found]
    bad = "invalid_request"
    assert told == [
        ("good", 201, None),
        ("no-time", 400, bad),
        ("bad-time", 400, bad),
        ("sideways", 400, bad),
        ("other", 403, "forbidden"),
        ("nobody", 403, "forbidden"),
        ("text", 400, bad),
        ("huge", 400, bad),
        ("true", 400, bad),
        ("place", 404, "not_found"),
        ("image", 400, bad),
        ("picture", 415, "not_an_image"),
        ("good-too", 201, None),
    ]
    assert len(Ledger(town, cast.staff).records) == 2
    assert Ledger(town, stranger.staff).records == []


def test_a_batch_sent_again_has_the_same_records(rest: Rest, cast: Cast) -> None:
    punches = [item("m1", 9, "in"), item("m2", 1, "out", image=base64_of(photo()))]
    at = sent_now()
    first = rest.batch(cast.staff, *punches, sent_at=at)
    again = rest.batch(cast.staff, *reversed(punches), item("m3", 0.5), sent_at=at)
    assert results(again)[:2] == list(reversed(results(first)))
    assert len(Ledger(cast.town, cast.staff).records) == 3
    assert len(Ledger(cast.town, cast.staff).events) == 3


def test_an_id_used_for_another_punch_is_a_mismatch(rest: Rest, cast: Cast) -> None:
    rest.batch(cast.staff, item("once", 5))
    found = results(rest.batch(cast.staff, item("once", 4), item("twin", 3), item("twin", 2)))
    assert [(r["status"], (r["error"] or {}).get("code")) for r in found] == [
        (422, "idempotency_mismatch"),
        (201, None),
        (422, "idempotency_mismatch"),
    ]


def test_an_id_repeated_in_a_batch_is_one_punch(rest: Rest, cast: Cast) -> None:
    punch = item("twin", 3)
    found = results(rest.batch(cast.staff, punch, punch))
    assert found[0] == found[1]
    assert len(Ledger(cast.town, cast.staff).records) == 1


def test_live_and_late_punches_share_one_count(rest: Rest, cast: Cast) -> None:
    rest.punch(cast.staff, "in")
    late = results(rest.batch(cast.staff, item("late", 30, "in"), sent_at=sent_now()))
    assert late[0]["status"] == 201
    ledger = Ledger(cast.town, cast.staff)
    assert ledger.state == (2, "in")
    assert rest.punch(cast.staff, "out").status_code == 201
    assert [row[0] for row in ledger.records] == [1, 2, 3]


def test_late_punches_are_never_refused_for_their_order(rest: Rest, cast: Cast) -> None:
    punches = [item(f"o{n}", 9 - n, "out") for n in range(3)]
    found = results(rest.batch(cast.staff, *punches, sent_at=sent_now()))
    assert [r["status"] for r in found] == [201, 201, 201]
    assert rest.punch(cast.staff, "in").status_code == 201


def test_a_face_cannot_be_asked_for_afterwards(rest: Rest, cast: Cast) -> None:
    gate = rest.place(cast.admin, cast.site, policy={"evidence": ["photo", "face"]})
    punch = item("face", 1, place_id=gate, image=base64_of(photo()))
    record = results(rest.batch(cast.staff, punch, sent_at=sent_now()))[0]["record"]
    assert (record["status"], record["photo"]) == ("review", True)
    assert Ledger(cast.town, cast.staff).state == (1, "out")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"punches": []},
        {"punches": {}},
        {"punches": [5]},
        {"punches": [{}]},
        {"punches": [{"id": ""}]},
        {"punches": [{"id": "a b"}]},
        {"punches": [{"id": "x" * 129}]},
        {"punches": [{"id": "x"}], "sent_at": "now"},
        {"punches": [{"id": "x"}] * 501},
        {"punches": [item("good", 5), {"id": ""}]},
    ],
)
def test_a_malformed_batch_is_refused_whole(rest: Rest, cast: Cast, body: dict[str, Any]) -> None:
    answer = rest.call("POST", "/attendance/batch", cast.staff, json=body)
    problem(answer, 400, "invalid_request")
    ledger = Ledger(cast.town, cast.staff)
    assert (ledger.records, ledger.keys, ledger.events) == ([], [], [])


def test_five_hundred_punches_of_many_people(rest: Rest, cast: Cast, town: Town) -> None:
    people = [cast.someone() for _ in range(10)]
    device = town.person(Role.DEVICE, site_id=cast.site)
    punches = [item(f"p{n}", 400 - n / 2, None, employee_id=people[n % 10]) for n in range(500)]
    found = results(rest.batch(device, *punches, sent_at=sent_now()))
    assert [r["id"] for r in found] == [punch["id"] for punch in punches]
    assert {r["status"] for r in found} == {201}
    for who in people:
        ledger = Ledger(town, who)
        assert [row[0] for row in ledger.records] == list(range(1, 51))
        assert [row[1] for row in ledger.records] == ["in", "out"] * 25
    ids = [
        row[0]
        for row in town.sql(
            "SELECT id FROM attendance.event WHERE employee_id = ANY(%s) ORDER BY id", people
        )
    ]
    assert ids == list(range(ids[0], ids[0] + 500))


def test_batches_and_live_punches_at_once_lose_nothing(rest: Rest, cast: Cast) -> None:
    rest.token(cast.staff)

    def batch(number: int) -> Any:
        return rest.batch(cast.staff, *[item(f"{number}-{n}", 50 + n) for n in range(20)])

    with ThreadPoolExecutor(8) as pool:
        batches = [pool.submit(batch, number) for number in range(8)]
        lives = [pool.submit(rest.punch, cast.staff) for _ in range(8)]
    assert {r["status"] for future in batches for r in results(future.result())} == {201}
    assert sorted(future.result().status_code for future in lives) == [201] + [409] * 7
    numbers = [row[0] for row in Ledger(cast.town, cast.staff).records]
    assert sorted(numbers) == list(range(1, 162))


def test_the_board_keeps_the_time_of_the_state_when_a_late_punch_waits_for_review(
    rest: Rest, cast: Cast
) -> None:
    came = rest.punch(cast.staff, "in").json()
    unknown_clock = results(rest.batch(cast.staff, item("late", 1, "out")))
    assert unknown_clock[0]["record"]["status"] == "review"
    board = rest.get("/api/v1/attendance/board", cast.manager).json()
    row = next(one for one in board["items"] if one["employee_id"] == cast.staff)
    assert (row["action"], row["since"]) == ("in", came["timestamp"])
    newcomer = cast.someone()
    rest.batch(newcomer, item("first", 1, "in"))
    board = rest.get("/api/v1/attendance/board", cast.manager).json()
    row = next(one for one in board["items"] if one["employee_id"] == newcomer)
    assert (row["action"], row["since"], row["status"]) == ("out", None, "review")
    standing = rest.get("/api/v1/attendance/state", newcomer).json()
    assert (standing["action"], standing["since"]) == ("out", None)
