"""The rules of sessions and of repeated attempts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth_service.domain import attempts, sessions
from auth_service.domain.sessions import GRACE, Presented, Verdict

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def presented(**changes: object) -> Presented:
    values: dict[str, object] = {
        "sid": "s",
        "employee_id": 1,
        "generation": 3,
        "newest": 3,
        "rotated_at": NOW,
        "expires_at": NOW + timedelta(days=1),
        "revoked": False,
        "locked": False,
    }
    return Presented(**(values | changes))  # type: ignore[arg-type]


class TestSessions:
    @pytest.mark.parametrize(
        ("token", "verdict"),
        [
            (presented(), Verdict.ROTATE),
            (presented(rotated_at=None, generation=0, newest=0), Verdict.ROTATE),
            (presented(newest=4), Verdict.REPEAT),
            (presented(newest=4, rotated_at=NOW - GRACE), Verdict.REPEAT),
            (
                presented(newest=4, rotated_at=NOW - GRACE - timedelta(microseconds=1)),
                Verdict.STOLEN,
            ),
            (presented(newest=4, rotated_at=None), Verdict.STOLEN),
            (presented(newest=5), Verdict.STOLEN),
            (presented(expires_at=NOW), Verdict.ENDED),
            (presented(expires_at=NOW + timedelta(microseconds=1)), Verdict.ROTATE),
            (presented(revoked=True), Verdict.ENDED),
            (presented(locked=True), Verdict.ENDED),
            (presented(revoked=True, newest=9), Verdict.ENDED),
        ],
    )
    def test_what_a_token_is_worth(self, token: Presented, verdict: Verdict) -> None:
        assert sessions.judge(token, NOW) is verdict

    def test_tokens_are_random_and_successors_are_not(self) -> None:
        first, other = sessions.new_refresh_token(), sessions.new_refresh_token()
        assert first != other
        assert len(first) == len(sessions.successor(first, b"k" * 32)) == 43
        assert sessions.successor(first, b"k" * 32) == sessions.successor(first, b"k" * 32)
        assert sessions.successor(first, b"k" * 32) != sessions.successor(first, b"l" * 32)
        assert sessions.successor(first, b"k" * 32) != sessions.successor(other, b"k" * 32)
        assert len(sessions.fingerprint(first)) == 32

    def test_a_device_has_a_short_printable_name(self) -> None:
        assert sessions.device_name(" Browser\x00/1\x1b[31m ") == "Browser/1[31m"
        assert len(sessions.device_name("x" * 1000)) == 200


class TestAttempts:
    LIMITS = attempts.Allowances()

    def test_known_addresses_have_an_account_counter_of_their_own(self) -> None:
        strange = attempts.counters("ali", "192.0.2.1", self.LIMITS, known=False)
        known = attempts.counters("ali", "192.0.2.1", self.LIMITS, known=True)
        assert [one.kind for one in strange] == ["address", "account", "site"]
        assert [one.kind for one in known] == ["address", "account"]
        assert strange[1].key != known[1].key
        assert strange[0].key == known[0].key
        assert b"ali" not in strange[1].key

    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("::1", "::"),
            ("somewhere", "somewhere"),
            ("", ""),
        ],
    )
    def test_the_address_that_counts(self, address: str, network: str) -> None:
        assert attempts.network_of(address) == network

    @given(st.integers(3, 1000), st.integers(1, 10**7))
    def test_the_wait_is_as_long_as_needed(self, most: int, seconds: int) -> None:
        """As the store counts: the level sinks, is cut at ``most``, and an attempt adds one."""
        allowance = attempts.Allowance(most, seconds)
        counter = attempts.Counter("address", b"", allowance)
        assert attempts.wait(counter, most) == 0
        refused = float(most + 1)
        wait = attempts.wait(counter, refused)
        after = min(max(refused - wait * allowance.drain, 0), most) + 1
        assert after == pytest.approx(most)
        early = min(max(refused - wait * 0.9 * allowance.drain, 0), most) + 1
        assert attempts.wait(counter, early) > 0
