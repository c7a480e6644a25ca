"""Calls to others are few, and over in time."""

from __future__ import annotations

import threading
import time

import pytest

from auth_service.directories.outside import Line, Outside
from common.errors import DomainError


def test_what_comes_of_it_is_handed_over() -> None:
    outside = Outside(seconds=5)
    assert outside.call(lambda line: "done") == "done"

    def fail(line: Line[str]) -> str:
        raise KeyError("as it is")

    with pytest.raises(KeyError):
        outside.call(fail)


def test_a_call_is_over_in_time_and_is_cut() -> None:
    outside, cut = Outside(seconds=0.2), threading.Event()

    def hang(line: Line[str]) -> str:
        line.cut = cut.set
        cut.wait(10)
        return "too late"

    began = time.monotonic()
    with pytest.raises(DomainError) as refused:
        outside.call(hang)
    assert time.monotonic() - began < 2
    assert refused.value.code == "directory_unavailable"
    assert cut.is_set()


def test_what_has_been_found_in_time_is_enough() -> None:
    outside = Outside(seconds=0.2)

    def slow(line: Line[str]) -> str:
        line.so_far = "proved"
        time.sleep(1)
        return "proved, and more"

    assert outside.call(slow) == "proved"


def test_no_time_left_is_said() -> None:
    with pytest.raises(DomainError):
        Line[str](0).left()
    assert Line[str](5).left() > 4


def test_servers_that_hang_take_only_so_many_seats() -> None:
    outside, go = Outside(seats=2, seconds=0.1), threading.Event()

    def hang(line: Line[str]) -> str:
        go.wait(10)
        return ""

    for _ in range(2):
        with pytest.raises(DomainError):
            outside.call(hang)
    began = time.monotonic()
    with pytest.raises(DomainError):
        outside.call(lambda line: "no seat")
    assert time.monotonic() - began < 0.1
    go.set()
    deadline = time.monotonic() + 5
    while True:
        try:
            assert outside.call(lambda line: "a seat again") == "a seat again"
            break
        except DomainError:
            assert time.monotonic() < deadline
            time.sleep(0.02)
