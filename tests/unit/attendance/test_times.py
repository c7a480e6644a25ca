"""Claimed times: read strictly, and refused where a local time names no single instant."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from attendance_service.domain.times import day_bounds, offset_minutes, parse_time
from common.clock import rfc3339
from common.errors import DomainError, Kind

BERLIN = "Europe/Berlin"


def fault_of(text: str, zone: str | None = None) -> DomainError:
    with pytest.raises(DomainError) as caught:
        parse_time(text, field="timestamp", zone=zone)
    assert caught.value.kind is Kind.INVALID
    assert caught.value.field == "timestamp"
    return caught.value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-11-21T08:00:00Z", "2026-11-21T08:00:00.000000Z"),
        ("2026-11-21t08:00:00z", "2026-11-21T08:00:00.000000Z"),
        ("2026-11-21 08:00:00Z", "2026-11-21T08:00:00.000000Z"),
        ("2026-11-21T08:00:00.123Z", "2026-11-21T08:00:00.123000Z"),
        ("2026-11-21T08:00:00.5+03:00", "2026-11-21T05:00:00.500000Z"),
        ("2026-11-21T08:00:00.123456789Z", "2026-11-21T08:00:00.123456Z"),
        ("2026-11-21T08:00:00-00:00", "2026-11-21T08:00:00.000000Z"),
        ("2028-02-29T23:59:59+23:59", "2028-02-29T00:00:59.000000Z"),
    ],
)
def test_a_time_with_an_offset_is_that_instant(text: str, said: str) -> None:
    assert rfc3339(parse_time(text, field="timestamp", zone=BERLIN)) == said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-11-21",
        "2026-11-21T08:00Z",
        "2026-11-21T08:00:00 Z",
        "2026-11-21T08:00:00Z\n",
        "2026-11-21T08:00:00+0300",
        "2026-11-21T08:00:00.Z",
        "20261121T080000Z",
        "1e400",
        "٢٠٢٦-١١-٢١T08:00:00Z",
        "2026-02-30T08:00:00Z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T23:59:60Z",
        "2026-11-21T08:00:00+99:99",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+12:00",
        "1999-12-31T23:59:59Z",
        "2100-01-01T00:00:00Z",
        "9999-12-31T23:59:59-12:00",
    ],
)
def test_what_is_no_time_of_ours_is_refused(text: str) -> None:
    assert fault_of(text).code == "invalid_request"


def test_the_range_ends_where_it_says() -> None:
    for text in ("2000-01-01T00:00:00Z", "2099-12-31T23:59:59.999999Z"):
        assert rfc3339(parse_time(text, field="timestamp"))[:19] == text[:19]


def test_without_an_offset_it_needs_a_zone() -> None:
    assert fault_of("2026-11-21T08:00:00").code == "invalid_request"
    told = parse_time("2026-11-21T08:00:00", field="timestamp", zone=BERLIN)
    assert rfc3339(told) == "2026-11-21T07:00:00.000000Z"


def test_a_local_time_that_the_clocks_skip_does_not_exist() -> None:
    assert fault_of("2026-03-29T02:30:00", BERLIN).code == "nonexistent_local_time"
    for text in ("2026-03-29T01:59:59.999999", "2026-03-29T03:00:00"):
        told = parse_time(text, field="timestamp", zone=BERLIN)
        assert told.replace(microsecond=0) <= datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_a_local_time_that_happens_twice_is_ambiguous() -> None:
    assert fault_of("2026-10-25T02:30:00", BERLIN).code == "ambiguous_local_time"
    summer = parse_time("2026-10-25T02:30:00+02:00", field="timestamp", zone=BERLIN)
    winter = parse_time("2026-10-25T02:30:00+01:00", field="timestamp", zone=BERLIN)
    assert winter - summer == timedelta(hours=1)


def test_a_local_time_at_the_edge_of_the_calendar_is_out_of_range() -> None:
    assert fault_of("0001-01-01T00:00:00", "Asia/Tokyo").code == "invalid_request"
    assert fault_of("9999-12-31T23:59:59", "America/New_York").code == "invalid_request"


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-21", 24)]
)
def test_a_day_is_as_long_as_its_zone_says(day: str, hours: int) -> None:
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    start, end = day_bounds(noon, BERLIN)
    assert end - start == timedelta(hours=hours)
    assert start <= noon < end


@pytest.mark.parametrize(
    ("zone", "minutes"),
    [("Asia/Kathmandu", 345), ("Pacific/Kiritimati", 840), ("America/St_Johns", -210), ("UTC", 0)],
)
def test_the_offset_is_kept_in_minutes(zone: str, minutes: int) -> None:
    assert offset_minutes(datetime(2026, 11, 21, tzinfo=UTC), zone) == minutes


instants = st.integers(0, 3_155_759_999).map(
    lambda seconds: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=7)
)
zones = st.sampled_from(["Europe/Istanbul", BERLIN, "America/New_York", "Africa/Casablanca", "UTC"])


@given(instants)
def test_what_is_written_is_read_back(instant: datetime) -> None:
    assert parse_time(rfc3339(instant), field="timestamp") == instant


@given(instants, zones)
def test_an_instant_lies_in_its_own_day(instant: datetime, zone: str) -> None:
    start, end = day_bounds(instant, zone)
    assert start <= instant < end
    assert timedelta(hours=20) < end - start < timedelta(hours=28)


@given(st.text(max_size=40))
def test_any_other_text_is_refused(text: str) -> None:
    # Among the texts that are tried are those that stand in this file, some of which are times.
    assume(not re.match(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:", text))
    assert fault_of(text, BERLIN).code == "invalid_request"
