"""Reading records: today in the person's zone, filters, pages, and who may see what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.clock import FixedClock, rfc3339
from common.identity import Role
from tests.integration.attendance.test_punches import problem
from tests.support.attendance import RECORDS, Cast, Rest, serving
from tests.support.people import Town


def written(
    town: Town, who: int, *instants: datetime, status: str = "accepted", action: str = "in"
) -> None:
    """Records of these instants, straight into the table."""
    for at in instants:
        town.sql(
            "INSERT INTO attendance.record (employee_id, action, at, outcome, status, zone,"
            " offset_minutes, source) VALUES (%s, %s, %s, 'accepted', %s, 'UTC', 0, 'test')",
            who,
            action,
            at,
            status,
        )


def times(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return [item["timestamp"] for item in (body if isinstance(body, list) else body["items"])]


@pytest.mark.parametrize(
    ("zone", "now", "first", "last"),
    [
        ("Europe/Istanbul", "2026-11-21T22:30:00", "2026-11-21T21:00:00", "2026-11-22T20:59:59"),
        ("America/New_York", "2026-11-22T03:00:00", "2026-11-21T05:00:00", "2026-11-22T04:59:59"),
        ("Asia/Kathmandu", "2026-11-21T18:14:59", "2026-11-20T18:15:00", "2026-11-21T18:14:59"),
        ("Europe/Berlin", "2026-03-29T12:00:00", "2026-03-28T23:00:00", "2026-03-29T21:59:59"),
        ("Europe/Berlin", "2026-10-25T12:00:00", "2026-10-24T22:00:00", "2026-10-25T22:59:59"),
        ("Pacific/Kiritimati", "2026-11-21T10:00:00", "2026-11-21T10:00:00", "2026-11-22T09:59:59"),
    ],
)
def test_today_is_the_day_of_the_persons_zone(
    town: Town, zone: str, now: str, first: str, last: str
) -> None:
    cast = Cast(town, zone=zone)
    start, end = (datetime.fromisoformat(f"{text}+00:00") for text in (first, last))
    second = timedelta(seconds=1)
    written(town, cast.staff, start - second, start, end, end + second)
    clock = FixedClock(datetime.fromisoformat(f"{now}+00:00"))
    with serving(town, clock=clock) as rest:
        mine = times(rest.get(f"/attendance/{cast.staff}", cast.staff))
        # The zone is the person's, whoever looks.
        theirs = times(rest.get(f"/attendance/{cast.staff}", cast.admin))
    assert mine == [rfc3339(at) for at in sorted({start, end}, reverse=True)]
    assert theirs == mine


def test_only_accepted_ones_are_shown_unless_others_are_asked_for(rest: Rest, cast: Cast) -> None:
    now = datetime.now(UTC)
    for number, status in enumerate(("accepted", "review", "pending", "refused", "voided")):
        written(cast.town, cast.staff, now - timedelta(milliseconds=number), status=status)
    path = f"/attendance/{cast.staff}?from={rfc3339(now - timedelta(hours=1))}"
    assert [r["status"] for r in rest.get(path, cast.staff).json()] == ["accepted"]
    for status in ("review", "pending", "refused", "voided"):
        found = rest.get(f"{path}&status={status}", cast.staff).json()
        assert [r["status"] for r in found] == [status]
    assert len(rest.get(f"{path}&status=all", cast.staff).json()) == 5


def test_from_is_inclusive_and_to_is_not(rest: Rest, cast: Cast) -> None:
    hours = [datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (8, 9, 10)]
    written(cast.town, cast.staff, *hours)
    path = f"/attendance/{cast.staff}?from=2026-03-02T08:00:00Z&to=2026-03-02T10:00:00Z"
    assert times(rest.get(path, cast.staff)) == [rfc3339(hours[1]), rfc3339(hours[0])]
    # A plus sign in a query is a blank unless it is escaped.
    escaped = path.replace("00Z", "00%2B00:00")
    assert times(rest.get(escaped, cast.staff)) == [rfc3339(hours[1]), rfc3339(hours[0])]


def test_pages_of_the_older_path_follow_the_link(rest: Rest, cast: Cast) -> None:
    same = datetime(2026, 3, 3, 8, tzinfo=UTC)
    written(cast.town, cast.staff, *[same] * 5, same + timedelta(hours=1))
    url: str | None = f"/attendance/{cast.staff}?from=2026-03-03T00:00:00Z&limit=2"
    seen: list[int] = []
    while url:
        answer = rest.get(url, cast.staff)
        seen += [item["id"] for item in answer.json()]
        link = answer.headers.get("Link")
        assert link is None or link.endswith('; rel="next"')
        url = link[1 : link.index(">")] if link else None
    assert len(seen) == len(set(seen)) == 6
    assert seen == sorted(seen[:1]) + sorted(seen[1:], reverse=True)


def test_pages_of_the_list_follow_the_cursor(rest: Rest, cast: Cast) -> None:
    start = datetime(2026, 3, 4, tzinfo=UTC)
    written(cast.town, cast.staff, *[start + timedelta(minutes=m) for m in range(7)])
    seen: list[str] = []
    query, page = "limit=3", {}
    for _ in range(3):
        page = rest.get(f"{RECORDS}?{query}", cast.staff).json()
        seen += [item["timestamp"] for item in page["items"]]
        query = f"limit=3&cursor={page['next_cursor']}"
    assert page["next_cursor"] is None
    assert seen == [rfc3339(start + timedelta(minutes=m)) for m in reversed(range(7))]


def test_a_cursor_of_somebody_elses_page_shows_only_ones_own(rest: Rest, cast: Cast) -> None:
    start = datetime(2026, 3, 5, tzinfo=UTC)
    other = cast.someone()
    for who in (cast.staff, other):
        written(cast.town, who, *[start + timedelta(minutes=m) for m in range(3)])
    cursor = rest.get(f"{RECORDS}?limit=1", cast.staff).json()["next_cursor"]
    items = rest.get(f"{RECORDS}?cursor={cursor}", other).json()["items"]
    assert len(items) == 2
    assert {item["employee_id"] for item in items} == {other}


def test_a_list_holds_what_the_caller_may_see(rest: Rest, cast: Cast, town: Town) -> None:
    elsewhere = Cast(town)
    for who in (cast.staff, cast.manager, elsewhere.staff):
        rest.punch(who)
    seen = {
        name: {i["employee_id"] for i in rest.get(RECORDS, getattr(cast, name)).json()["items"]}
        for name in ("staff", "manager")
    }
    assert seen == {"staff": {cast.staff}, "manager": {cast.staff, cast.manager}}
    everybody = rest.get(RECORDS, cast.admin).json()["items"]
    assert {cast.staff, elsewhere.staff} <= {item["employee_id"] for item in everybody}


def test_others_records_are_refused_alike_whether_they_exist_or_not(
    rest: Rest, cast: Cast, town: Town
) -> None:
    elsewhere = Cast(town)
    rest.punch(elsewhere.staff)
    for who in (cast.staff, cast.manager):
        for target in (elsewhere.staff, 987654321):
            for path in (f"/attendance/{target}", f"{RECORDS}?employee_id={target}"):
                problem(rest.get(path, who), 403, "forbidden")
    problem(rest.get("/attendance/987654321", cast.admin), 404, "not_found")
    problem(rest.get(f"{RECORDS}/987654321", cast.admin), 404, "not_found")


def test_a_manager_loses_sight_with_the_team(rest: Rest, cast: Cast, town: Town) -> None:
    rest.punch(cast.staff)
    assert rest.get(f"/attendance/{cast.staff}", cast.manager).status_code == 200
    town.sql("DELETE FROM auth.team_manager WHERE employee_id = %s", cast.manager)
    town.announce("person", cast.manager)
    deadline = datetime.now(UTC) + timedelta(seconds=2)
    while rest.get(f"/attendance/{cast.staff}", cast.manager).status_code != 403:
        assert datetime.now(UTC) < deadline


def test_a_device_punches_for_its_site_and_reads_nothing(
    rest: Rest, cast: Cast, town: Town
) -> None:
    device = town.person(Role.DEVICE, site_id=cast.site)
    punch = {"id": "d1", "employee_id": cast.staff, "claimed_at": "2026-11-20T08:00:00Z"}
    assert rest.batch(device, punch).json()["results"][0]["status"] == 201
    stranger = Cast(town).staff
    foreign = rest.batch(device, punch | {"id": "d2", "employee_id": stranger}).json()
    assert foreign["results"][0]["error"]["code"] == "forbidden"
    problem(rest.get(f"/attendance/{cast.staff}", device), 403, "forbidden")
    assert rest.get(RECORDS, device).json()["items"] == []
