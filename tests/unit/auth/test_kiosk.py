"""The rules of PIN and badge."""

from __future__ import annotations

import pytest

from auth_service.domain import attempts, kiosk
from common.errors import DomainError, Kind


@pytest.mark.parametrize(
    ("typed", "pin"), [("4711", "4711"), (" 90210 ", "90210"), ("۴۷۱۱", "4711"), ("1213", "1213")]
)
def test_digits_of_any_script_are_one_pin(typed: str, pin: str) -> None:
    assert kiosk.checked_pin(typed) == pin
    assert kiosk.pin_text(7, typed) == f"7:{pin}"


@pytest.mark.parametrize(
    ("pin", "code"),
    [
        ("123", "invalid_request"),
        ("123456789", "invalid_request"),
        ("47a1", "invalid_request"),
        ("²²²²", "invalid_request"),
        ("0000", "weak_pin"),
        ("3456", "weak_pin"),
        ("4321", "weak_pin"),
        ("67890", "weak_pin"),
    ],
)
def test_pins_that_are_none_or_the_first_that_anybody_tries(pin: str, code: str) -> None:
    with pytest.raises(DomainError) as fault:
        kiosk.checked_pin(pin)
    assert (fault.value.code, fault.value.field) == (code, "pin")


def test_a_badge_is_one_however_its_reader_spells_it() -> None:
    assert {kiosk.checked_badge(one) for one in ("04 A2 2F", "04a22f\r\n", "04A22F")} == {"04a22f"}


@pytest.mark.parametrize("badge", ["a b\tc", "x" * 129, "\u200b\u200b\u200b\u200b"])
def test_what_is_no_badge(badge: str) -> None:
    with pytest.raises(DomainError) as fault:
        kiosk.checked_badge(badge)
    assert fault.value.field == "badge"


@pytest.mark.parametrize(("badge", "hint"), [("abcd", "d"), ("abcdefgh", "gh"), ("x" * 40, "xxx")])
def test_the_hint_is_at_most_a_quarter(badge: str, hint: str) -> None:
    assert kiosk.hint(badge) == hint


def test_a_badges_mark_needs_the_key() -> None:
    marks = {kiosk.badge_mark(key, "04a22f") for key in (b"a" * 32, b"b" * 32)}
    assert len(marks) == 2
    assert all(len(mark) == 32 for mark in marks)


def test_who_is_charged() -> None:
    device, person = kiosk.counters(3, 9)
    assert (device.kind, person.kind) == (attempts.ADDRESS, attempts.ACCOUNT)
    assert kiosk.counters(3, None) == [device]
    assert device != kiosk.counters(4, None)[0]
    assert attempts.wait(person, 10) == 0
    # The eleventh try in a row waits for the better part of a day.
    assert attempts.wait(person, 11) == pytest.approx(2 * 7 * 86_400 / 10)
    assert kiosk.counters(3, 9, factor=100)[1].allowance.most == 1000


def test_one_answer_to_everything_that_is_wrong() -> None:
    """Nobody learns whether it was the name, the PIN, the badge or the site."""
    told = kiosk.unknown()
    assert (told.kind, told.code, told.field) == (Kind.UNAUTHENTICATED, "invalid_credentials", None)
    assert dict(told.extra) == {}
