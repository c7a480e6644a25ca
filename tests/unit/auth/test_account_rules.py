"""The rules of invitations, of the last admin, of counters, and of where a sign-in comes from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from auth_service.domain import attempts, invitations, roles
from auth_service.domain.attempts import Allowances
from auth_service.domain.sessions import network_kind
from common.errors import DomainError, Kind
from common.identity import Role

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADMIN, STAFF = frozenset({Role.ADMIN}), frozenset({Role.STAFF})


class TestInvitations:
    def test_a_code_has_100_bits_and_its_hint_leaves_80(self) -> None:
        code = invitations.new_code()
        plain = code.replace("-", "")
        assert len(plain) == 20
        assert plain.endswith(invitations.hint(code))
        assert len(invitations.hint(code)) == 4

    def test_it_ends_in_a_week_unless_said(self) -> None:
        assert invitations.expiry(None, NOW) == NOW + timedelta(days=7)
        assert invitations.expiry(NOW + timedelta(1), NOW) == NOW + timedelta(1)

    @pytest.mark.parametrize("away", [timedelta(0), timedelta(-1), timedelta(days=367)])
    def test_it_ends_within_a_year(self, away: timedelta) -> None:
        with pytest.raises(DomainError) as refusal:
            invitations.expiry(NOW + away, NOW)
        assert (refusal.value.kind, refusal.value.field) == (Kind.INVALID, "expires_at")

    def test_uses_are_never_fewer_than_used(self) -> None:
        invitations.check_uses(2, 2)
        with pytest.raises(DomainError) as refusal:
            invitations.check_uses(1, 2)
        assert refusal.value.code == "already_used"

    def test_whatever_is_wrong_is_one_answer(self) -> None:
        fault = invitations.no_invitation()
        assert (fault.kind, fault.code) == (Kind.GONE, "invitation_invalid")

    @pytest.mark.parametrize("word", [None, "Manager", "MANAGER"])
    def test_it_gives_its_own_role(self, word: str | None) -> None:
        assert roles.invited(word, Role.MANAGER) is Role.MANAGER

    @pytest.mark.parametrize("word", ["admin", "Employee"])
    def test_it_gives_no_other_role(self, word: str) -> None:
        with pytest.raises(DomainError) as refusal:
            roles.invited(word, Role.MANAGER)
        assert refusal.value.code == "invitation_for_another_role"


@pytest.mark.parametrize(
    ("before", "after", "was_locked", "locked", "loses"),
    [
        (ADMIN, STAFF, False, False, True),
        (ADMIN, ADMIN, False, True, True),
        (ADMIN, ADMIN | STAFF, False, False, False),
        (ADMIN, STAFF, True, True, False),
        (ADMIN, STAFF, True, False, False),
        (STAFF, ADMIN, False, False, False),
        (STAFF, STAFF, False, True, False),
    ],
)
def test_who_stops_being_an_admin(
    before: frozenset[Role], after: frozenset[Role], was_locked: bool, locked: bool, loses: bool
) -> None:
    assert roles.loses_admin(before, after, was_locked=was_locked, locked=locked) is loses


def test_a_guess_at_nobody_is_charged_to_the_address_and_the_site() -> None:
    limits = Allowances()
    address, site = attempts.public_counters("2001:db8::1", limits)
    same, _ = attempts.public_counters("2001:db8::2", limits)
    assert (address.kind, site.kind) == ("address", "site")
    assert address == same
    # The same counters as a log-in's, so that guessing here and there adds up.
    login = attempts.counters("ali", "2001:db8::3", limits, known=False)
    assert {address, site} < set(login)


def test_second_factors_are_counted_apart_from_passwords() -> None:
    name = attempts.second_factor_of(7)
    assert "\0" in name
    limits = Allowances()
    _, first, _ = attempts.counters(name, "192.0.2.1", limits, known=False)
    _, other, _ = attempts.counters("7", "192.0.2.1", limits, known=False)
    assert first.key != other.key


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.0.0.1", "this_machine"),
        ("::1", "this_machine"),
        ("::ffff:127.0.0.1", "this_machine"),
        ("10.1.2.3", "local_network"),
        ("172.16.0.1", "local_network"),
        ("192.168.1.1", "local_network"),
        ("169.254.0.1", "local_network"),
        ("::ffff:192.168.1.1", "local_network"),
        ("fd00::1", "local_network"),
        ("fe80::1", "local_network"),
        ("172.32.0.1", "internet"),
        ("100.64.0.1", "internet"),
        ("203.0.113.9", "internet"),
        ("2001:db8::1", "internet"),
        ("", "internet"),
        ("unknown", "internet"),
    ],
)
def test_how_far_away_an_address_is(address: str, kind: str) -> None:
    assert network_kind(address) == kind
