"""Input that is malformed, oversized, hostile or of the wrong type: a 4xx, and nothing written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.attendance.test_punches import problem
from tests.support.attendance import RECORDS, Cast, Ledger, Rest

JSON = {"Content-Type": "application/json"}


def raw(rest: Rest, who: int, body: bytes, content_type: str = "application/json") -> Any:
    return rest.call(
        "POST", "/attendance", who, content=body, headers={"Content-Type": content_type}
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"in"',
        b"null",
        b"NaN",
        b"5",
        b"{}",
        b'{"action": "in",}',
        b'{"action": "in"} x',
        b'{"action": "in", "action": "out"}',
        b'{"action": "IN"}',
        b'{"action": "in\\u0000"}',
        b'{"action": 1}',
        b'{"action": null}',
        b'{"action": ["in"]}',
        b'{"action": "in", "place_id": "1"}',
        b'{"action": "in", "place_id": 1.5}',
        b'{"action": "in", "place_id": true}',
        b'{"action": "in", "place_id": 0}',
        b'{"action": "in", "place_id": -1}',
        b'{"action": "in", "place_id": 9007199254740992}',
        b'{"action": "in", "place_id": 9223372036854775808}',
        b'{"action": "in", "place_id": 1e400}',
        b'{"action": "in", "timestamp": 1763700000}',
        b'{"action": "in", "timestamp": "now"}',
        b'{"action": "in", "timestamp": "9999-12-31T23:59:59Z"}',
        b'{"action": "in", "timestamp": "\\ud800"}',
        b'{"action": "in", "place": {"lat": 999, "lon": 0}}',
        b'{"action": "in", "place": {"lat": NaN, "lon": 0}}',
        b'{"action": "in", "place": {"lat": "41", "lon": 29}}',
        b'{"action": "in", "place": {"lat": 41}}',
        b'{"action": "in", "place": [41, 29]}',
        b'{"action": "in", "image": 5}',
        b'{"action": "in", "frames": "/9j/"}',
        b'{"action": "in", "frames": [5]}',
        b'{"action": "in", "challenge": 5}',
        b'{"action": "in", "challenge": "a b"}',
        b'{"action": "in", "image": "%%%"}',
        b'{"action": "in", "image": "caf\xc3\xa9"}',
        b'{"action": "\xff"}',
        b'{"action": "in", "deep": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"action": "in", "n": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_malformed_body_is_refused(rest: Rest, cast: Cast, body: bytes) -> None:
    problem(raw(rest, cast.staff, body), 400, "invalid_request")
    ledger = Ledger(cast.town, cast.staff)
    assert (ledger.records, ledger.keys) == ([], [])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "in", "place_id": -1}, "place_id"),
        ({"action": "in", "timestamp": "x"}, "timestamp"),
        ({"action": "in", "place": {"lat": 999, "lon": 0}}, "place.lat"),
        ({"action": "in", "image": "%"}, "image"),
        ({"action": "in", "challenge": ""}, "challenge"),
        ({"action": "sideways"}, "action"),
        ({}, "action"),
    ],
)
def test_the_field_at_fault_is_named(
    rest: Rest, cast: Cast, body: dict[str, Any], field: str
) -> None:
    answer = rest.call("POST", "/attendance", cast.staff, json=body)
    assert problem(answer, 400, "invalid_request")["field"] == field


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "text/plain", "application/xml", "x", ""],
)
def test_another_kind_of_body_is_not_taken(rest: Rest, cast: Cast, content_type: str) -> None:
    answer = raw(rest, cast.staff, b"action=in", content_type)
    problem(answer, 415, "unsupported_media_type")


def test_what_is_not_known_is_ignored_and_grants_nothing(rest: Rest, cast: Cast) -> None:
    other = cast.someone()
    body = {"action": "in", "employee_id": other, "status": "accepted", "id": 1, "n": 99}
    made = rest.call("POST", "/attendance", cast.staff, json=body).json()
    assert made["employee_id"] == cast.staff
    assert Ledger(cast.town, other).records == []


def test_a_body_past_the_limit_is_too_large(rest: Rest, cast: Cast) -> None:
    huge = json.dumps({"action": "in", "x": "y" * (9 << 20)}).encode()
    small = json.dumps({"name": "y" * (2 << 20)}).encode()
    for path, body in (("/attendance", huge), ("/api/v1/attendance/places", small)):
        answer = rest.call("POST", path, cast.admin, content=body, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "number",
    [
        "0",
        "-1",
        "9007199254740992",
        "9223372036854775808",
        "1'OR'1'='1",
        "%27;--",
        "1.5",
        "1e3",
        "%D9%A1",
        "0x1",
        "%00",
        "..%2F1",
        "%F0%9F%98%80",
        "1_0",
        "%201",
        "batch",
    ],
)
def test_a_number_in_a_path_is_a_plain_number(rest: Rest, cast: Cast, number: str) -> None:
    for path in (f"/attendance/{number}", f"{RECORDS}/{number}"):
        answer = rest.get(path, cast.staff)
        assert answer.status_code in (400, 404), (path, answer.text)
        assert answer.json()["code"] in ("invalid_request", "not_found")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=1001",
        "limit=x",
        "limit=1&limit=2",
        "status=present",
        "from=yesterday",
        "from=2026-02-30T00:00:00Z",
        "to=2026-11-21",
        "cursor=abc",
        "cursor=W10",
        "cursor=%00",
        "cursor=WzEsIDk5OTk5OTk5OTk5OTk5OTk5OTld",
        "cursor=WzFlMzAwLCAxXQ",
        "cursor=Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OSwgMV0",
        "employee_id=-5",
        "employee_id=2e9",
    ],
)
def test_a_malformed_query_is_refused(rest: Rest, cast: Cast, query: str) -> None:
    problem(rest.get(f"{RECORDS}?{query}", cast.staff), 400, "invalid_request")


def test_what_is_not_there_and_what_is_not_allowed_are_said_so(rest: Rest, cast: Cast) -> None:
    problem(rest.get("/nowhere", cast.staff), 404, "not_found")
    answer = rest.call("DELETE", "/attendance", cast.staff)
    problem(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


def test_a_preflight_needs_no_token(rest: Rest) -> None:
    asked = {"Origin": "http://127.0.0.1:5500", "Access-Control-Request-Method": "POST"}
    answer = rest.call("OPTIONS", "/attendance", headers=asked)
    assert answer.status_code == 204
    allowed = answer.headers["Access-Control-Allow-Headers"]
    assert {"Authorization", "Content-Type", "Idempotency-Key"} == set(allowed.split(", "))
    foreign = rest.call("OPTIONS", "/attendance", headers=asked | {"Origin": "http://evil.test"})
    assert "Access-Control-Allow-Origin" not in foreign.headers
