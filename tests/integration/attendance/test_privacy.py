"""What people may ask of the photos of their records: who looked, a copy, an end, and a term."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import psycopg2
import pytest
from prometheus_client import REGISTRY

from common.identity import Role
from tests.integration.attendance.test_punches import problem
from tests.support.attendance import RECORDS, Cast, Ledger, Rest, base64_of, serving
from tests.support.people import Town
from tests.support.pictures import photo

PEOPLE = "/api/v1/attendance/people"


def with_photo(rest: Rest, who: int, action: str = "in") -> int:
    answer = rest.punch(who, action, image=base64_of(photo()))
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def looks(rest: Rest, who: int, whose: int, **query: Any) -> list[dict[str, Any]]:
    answer = rest.get(f"{PEOPLE}/{whose}/access-log", who, params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def erase(rest: Rest, who: int, whose: int) -> Any:
    return rest.call("POST", f"{PEOPLE}/{whose}/erasure", who)


def export(rest: Rest, who: int, whose: int) -> zipfile.ZipFile:
    answer = rest.get(f"{PEOPLE}/{whose}/export", who)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    assert answer.headers["Cache-Control"] == "no-store"
    return zipfile.ZipFile(io.BytesIO(answer.content))


def test_every_look_at_a_photo_is_a_row(rest: Rest, cast: Cast) -> None:
    record = with_photo(rest, cast.staff)
    assert looks(rest, cast.staff, cast.staff) == []
    for who in (cast.manager, cast.admin, cast.staff):
        assert rest.get(f"{RECORDS}/{record}/photo", who).status_code == 200
    found = looks(rest, cast.staff, cast.staff)
    assert [look["actor"]["employee_id"] for look in found] == [
        cast.staff,
        cast.admin,
        cast.manager,
    ]
    assert {(look["what"], look["object"]) for look in found} == {
        ("record_photo", f"record:{record}")
    }
    assert all(datetime.fromisoformat(look["at"]) for look in found)
    assert looks(rest, cast.admin, cast.staff) == found
    first = rest.get(f"{PEOPLE}/{cast.staff}/access-log", cast.staff, params={"limit": 2}).json()
    rest_of = looks(rest, cast.staff, cast.staff, cursor=first["next_cursor"])
    assert first["items"] + rest_of == found


def test_what_is_not_shown_is_no_look(rest: Rest, cast: Cast) -> None:
    record = with_photo(rest, cast.staff)
    problem(rest.get(f"{RECORDS}/{record}/photo", cast.someone()), 404, "not_found")
    erase(rest, cast.staff, cast.staff)
    problem(rest.get(f"{RECORDS}/{record}/photo", cast.manager), 404, "not_found")
    assert looks(rest, cast.staff, cast.staff) == []


def test_a_look_that_cannot_be_kept_does_not_happen(rest: Rest, cast: Cast, town: Town) -> None:
    record = with_photo(rest, cast.staff)
    columns = "(employee_id, actor, what, object)"
    town.sql(f"REVOKE INSERT {columns} ON attendance.look FROM hazir_attendance")
    try:
        answer = rest.get(f"{RECORDS}/{record}/photo", cast.manager)
        assert answer.status_code == 500
        assert b"\xff\xd8\xff" not in answer.content
    finally:
        town.sql(f"GRANT INSERT {columns} ON attendance.look TO hazir_attendance")


def test_the_access_log_is_for_the_person_and_admins(rest: Rest, cast: Cast, town: Town) -> None:
    with_photo(rest, cast.staff)
    path = f"{PEOPLE}/{cast.staff}"
    device = town.person(Role.DEVICE, site_id=cast.site)
    for tail, method in (("access-log", "GET"), ("export", "GET"), ("erasure", "POST")):
        problem(rest.call(method, f"{path}/{tail}", cast.manager), 403, "forbidden")
        for who in (cast.someone(), device, Cast(town).manager):
            problem(rest.call(method, f"{path}/{tail}", who), 404, "not_found")
        problem(rest.call(method, f"{PEOPLE}/987654321/{tail}", cast.admin), 404, "not_found")


def test_the_access_log_is_only_ever_added_to(rest: Rest, cast: Cast, town: Town) -> None:
    record = with_photo(rest, cast.staff)
    rest.get(f"{RECORDS}/{record}/photo", cast.manager)
    for sql in (
        "UPDATE attendance.look SET actor = 1 WHERE employee_id = %s",
        "DELETE FROM attendance.look WHERE employee_id = %s",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            town.sql(sql, cast.staff)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        town.sql("TRUNCATE attendance.look")


def test_an_erasure_reports_what_is_gone_and_what_stays(rest: Rest, cast: Cast, town: Town) -> None:
    records = [with_photo(rest, cast.staff), with_photo(rest, cast.staff, "out")]
    other = with_photo(rest, cast.someone())
    report = erase(rest, cast.staff, cast.staff).json()
    assert (report["photos_of_records"], report["key_destroyed"]) == (2, True)
    assert datetime.fromisoformat(report["erased_at"])
    stays = {one["what"] for one in report["remaining"]}
    assert {"records", "audit", "access_log", "disk", "backups"} == stays
    for record in records:
        problem(rest.get(f"{RECORDS}/{record}/photo", cast.admin), 404, "not_found")
    assert rest.get(f"{RECORDS}/{other}/photo", cast.admin).status_code == 200
    assert [row[3] for row in Ledger(town, cast.staff).records] == ["accepted"] * 2
    gone = town.sql("SELECT 1 FROM attendance.subject_key WHERE employee_id = %s", cast.staff)
    assert gone == []
    audited = town.sql(
        "SELECT actor, after FROM attendance.audit WHERE object = %s AND action = 'photos.erase'",
        f"person:{cast.staff}",
    )
    assert audited == [(cast.staff, {"photos": 2, "key_destroyed": True})]
    again = erase(rest, cast.admin, cast.staff).json()
    assert (again["photos_of_records"], again["key_destroyed"]) == (0, True)
    rest.punch(cast.staff, "in", image=base64_of(photo()))
    assert erase(rest, cast.staff, cast.staff).json()["photos_of_records"] == 1


def test_an_erasure_says_that_something_waits_for_a_decision(
    rest: Rest, cast: Cast, town: Town
) -> None:
    record = with_photo(rest, cast.staff)
    town.sql("UPDATE attendance.record SET status = 'review' WHERE id = %s", record)
    remaining = erase(rest, cast.staff, cast.staff).json()["remaining"]
    assert "records_in_review" in {one["what"] for one in remaining}


def test_a_photo_that_comes_during_an_erasure_is_readable_or_gone(rest: Rest, cast: Cast) -> None:
    for _ in range(4):
        barrier = threading.Barrier(2)
        who = cast.someone()
        with_photo(rest, who)

        def punch(who: int = who, barrier: threading.Barrier = barrier) -> Any:
            barrier.wait()
            return rest.punch(who, "out", image=base64_of(photo()))

        def end(who: int = who, barrier: threading.Barrier = barrier) -> Any:
            barrier.wait()
            return erase(rest, who, who)

        with ThreadPoolExecutor(2) as pool:
            punched, erased = pool.submit(punch), pool.submit(end)
        record = punched.result().json()["id"]
        left = cast.town.sql("SELECT 1 FROM attendance.photo WHERE employee_id = %s", who)
        seen = rest.get(f"{RECORDS}/{record}/photo", who).status_code
        assert erased.result().json()["photos_of_records"] == 2 - len(left)
        assert seen == (200 if left else 404)


def test_a_copy_has_everything_and_is_noted(rest: Rest, cast: Cast, town: Town) -> None:
    record = with_photo(rest, cast.staff)
    shown = rest.get(f"{RECORDS}/{record}/photo", cast.staff).content
    packed = export(rest, cast.staff, cast.staff)
    assert packed.testzip() is None
    assert set(packed.namelist()) == {
        "about.json",
        "records-001.json",
        "access-log-001.json",
        f"photos/record-{record}.jpg",
    }
    assert packed.read(f"photos/record-{record}.jpg") == shown
    assert json.loads(packed.read("about.json"))["employee_id"] == cast.staff
    (kept,) = json.loads(packed.read("records-001.json"))
    assert (kept["id"], kept["photo"], kept["source"]) == (record, True, "rest")
    assert looks(rest, cast.staff, cast.staff)[0]["what"] == "export"
    export(rest, cast.admin, cast.staff)
    audited = town.sql(
        "SELECT actor FROM attendance.audit WHERE object = %s AND action = 'data.export'"
        " ORDER BY id",
        f"person:{cast.staff}",
    )
    assert audited == [(cast.staff,), (cast.admin,)]


def test_a_long_copy_comes_in_pieces(rest: Rest, cast: Cast, town: Town) -> None:
    town.sql(
        "INSERT INTO attendance.record (employee_id, n, action, at, outcome, status, zone,"
        " offset_minutes, source) SELECT %s, n, 'in', now() - n * interval '1 hour', 'accepted',"
        " 'accepted', 'UTC', 0, 'rest' FROM generate_series(1, 2100) n",
        cast.staff,
    )
    packed = export(rest, cast.staff, cast.staff)
    pages = [name for name in packed.namelist() if name.startswith("records-")]
    assert pages == ["records-001.json", "records-002.json", "records-003.json"]
    assert sum(len(json.loads(packed.read(name))) for name in pages) == 2100


def test_the_purge_takes_keys_that_encrypt_nothing_and_old_looks(town: Town) -> None:
    with serving(town) as rest:
        assert rest.parts
        idle, fresh, used = (Cast(town).staff for _ in range(3))
        for who in (idle, fresh, used):
            rest.punch(who, image=base64_of(photo()))
        town.sql("DELETE FROM attendance.photo WHERE employee_id = ANY(%s)", [idle, fresh])
        town.sql(
            "UPDATE attendance.subject_key SET created_at = now() - interval '2 days'"
            " WHERE employee_id = ANY(%s)",
            [idle, used],
        )
        for days in (10, 366):
            town.sql(
                "INSERT INTO attendance.look (at, employee_id, actor, what, object)"
                " VALUES (now() - %s * interval '1 day', %s, 1, 'record_photo', 'record:1')",
                days,
                idle,
            )
        rest.parts.upkeep._purge()
        left = town.sql(
            "SELECT employee_id FROM attendance.subject_key WHERE employee_id = ANY(%s) ORDER BY 1",
            [idle, fresh, used],
        )
        assert left == [(fresh,), (used,)]
        assert town.sql("SELECT count(*) FROM attendance.look WHERE employee_id = %s", idle) == [
            (1,)
        ]
        assert (REGISTRY.get_sample_value("hazir_purged_total", {"what": "keys"}) or 0) >= 1
