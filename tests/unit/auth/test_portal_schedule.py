"""The portal's schedule, as its script and its JSON tell it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from auth_service.directories import schedule

LESSON: dict[str, Any] = {
    "Title": "Veri Yapıları",
    "Hocalar": "Prof. Dr. Zeynep KAYA",
    "Start": "/Date(1790575200000)/",
    "End": "/Date(1790578200000)/",
}


@pytest.mark.parametrize(
    ("script", "address"),
    [
        (r'{"url":"/Obs/Plans_Read?a=1\u0026b=2"}', "Plans_Read?a=1&b=2"),
        ("url: '/Plans_Read?a=1&amp;b=2'", "Plans_Read?a=1&b=2"),
        ("Plans_Read", None),
        ("Plans_Update?a=1", None),
    ],
)
def test_the_script_names_the_address(script: str, address: str | None) -> None:
    assert schedule.address_in(script) == address


def test_a_lesson_is_read() -> None:
    (lesson,) = schedule.lessons_of({"Data": [LESSON]})
    assert (lesson.name, lesson.teacher) == ("Veri Yapıları", "Zeynep KAYA")
    assert lesson.starts_at == datetime(2026, 9, 28, 6, 0, tzinfo=UTC)
    assert (lesson.ends_at - lesson.starts_at).total_seconds() == 50 * 60
    local = lesson.starts_at.astimezone(schedule.PORTAL_TIME)
    assert local.isoformat() == "2026-09-28T09:00:00+03:00"


@pytest.mark.parametrize(
    ("text", "name"),
    [("Öğr. Gör. Can Öz", "Can Öz"), ("Can Öz", "Can Öz"), ("Dr.", ""), ("", "")],
)
def test_the_teacher_stands_after_the_last_full_stop(text: str, name: str) -> None:
    assert schedule.teacher_in(text) == name


def test_nobody_has_to_teach() -> None:
    assert schedule.lessons_of({"Data": [LESSON | {"Hocalar": None}]})[0].teacher == ""
    assert schedule.lessons_of({"Data": []}) == []


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"Data": {}},
        {"Data": "x"},
        {"Data": [LESSON] * 1001},
        {"Data": ["x"]},
        {"Data": [LESSON | {"Title": ""}]},
        {"Data": [LESSON | {"Title": 5}]},
        {"Data": [LESSON | {"Hocalar": 5}]},
        {"Data": [LESSON | {"Start": None}]},
        {"Data": [LESSON | {"Start": "2026-09-28"}]},
        {"Data": [LESSON | {"Start": "/Date(999999999999999)/"}]},
        {"Data": [LESSON | {"End": LESSON["Start"]}]},
    ],
)
def test_what_is_no_schedule_is_none(value: Any) -> None:
    with pytest.raises(ValueError, match=r"lesson|year"):
        schedule.lessons_of(value)
