"""Which of the limits on log-ins answered."""

from __future__ import annotations

import json
from collections import Counter

from auth_service.passwords import Passwords
from bench.login_storm import named, shares
from common.errors import DomainError


def test_the_full_queue_is_told_from_the_counters() -> None:
    passwords = Passwords(waiting=0)
    try:
        with passwords.turn():
            try:
                with passwords.turn():
                    raise AssertionError("there is one place only")
            except DomainError as refusal:
                full = refusal.message
    finally:
        passwords.close()
    assert named(429, json.dumps({"detail": full}).encode()) == "429 queue full"
    failed = b'{"detail": "Too many attempts have failed; try again later."}'
    assert named(429, failed) == "429 too many failed"
    assert named(429, b'{"detail": "Too many requests; slow down."}').endswith("slow down.")
    assert (named(401, b"{}"), named(0, b"")) == ("401", "no answer")


def test_shares_begin_with_the_most_frequent() -> None:
    assert shares(Counter({"200": 1, "429 queue full": 3})) == "429 queue full 75%, 200 25%"
