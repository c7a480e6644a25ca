"""The rules of usernames, passwords, roles, sessions and attempts."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth_service.domain import attempts, passwords, roles, sessions, usernames
from auth_service.domain.passwords import PasswordPolicy
from auth_service.domain.sessions import GRACE, Presented, Verdict
from auth_service.passwords import common_words
from common.errors import DomainError, Kind
from common.identity import Role

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


class TestUsernames:
    @pytest.mark.parametrize(
        "name",
        ["a", "x" * 150, "Ayşe Yılmaz", "علی\u200cرضا", "o'neil@example.org", "山田", "a b", "🦀"],
    )
    def test_what_may_be_one(self, name: str) -> None:
        assert usernames.checked(name) == unicodedata.normalize("NFC", name)

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "x" * 151,
            "\0",
            "a\nb",
            "a\x7fb",
            "a\u200bb",
            "a\u202eb",
            "a\ufeffb",
            "\ud800",
            "\ue000",
            "\u0378",
            "a\u2028b",
            " a",
            "a ",
            "\u00a0a",
            "\u200c",
            "service:x",
            "SERVICE:x",
            "ser\u200dvice:x",
            "ｓｅｒｖｉｃｅ：x",
        ],
    )
    def test_what_may_not(self, name: str) -> None:
        with pytest.raises(DomainError) as refusal:
            usernames.checked(name)
        assert (refusal.value.kind, refusal.value.field) == (Kind.INVALID, "username")

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Ali", "aLI"),
            ("caf\u00e9", "cafe\u0301"),
            ("ﬁne", "FINE"),
            ("Straße", "STRASSE"),
            ("ＡＢ", "ab"),
            ("علی\u200cرضا", "علیرضا"),
        ],
    )
    def test_the_same_name_written_otherwise(self, one: str, other: str) -> None:
        assert usernames.key_of(one) == usernames.key_of(other)

    def test_different_names_stay_different(self) -> None:
        names = ["ali", "alı", "alİ", "a li", "al1"]
        assert len({usernames.key_of(name) for name in names}) == len(names)

    @given(st.text(max_size=160))
    def test_a_name_that_is_taken_is_stable(self, text: str) -> None:
        try:
            name = usernames.checked(text)
        except DomainError:
            return
        assert usernames.checked(name) == name
        assert usernames.key_of(usernames.key_of(name)) == usernames.key_of(name)
        assert usernames.key_of(text) == usernames.key_of(name)
        name.encode()


class TestPasswords:
    STRICT = PasswordPolicy(8, common_words())
    DEMO = PasswordPolicy(4)

    @pytest.mark.parametrize(
        "password", ["kestrel over tin", "x7#Qv!pL", "ğ" * 7 + "b", "Z" * 127 + "y", "       z"]
    )
    def test_what_is_taken(self, password: str) -> None:
        assert passwords.checked(password, "ayse", self.STRICT) == password

    @pytest.mark.parametrize(
        "password",
        [
            "",
            "1234567",
            "x7#Qv!p",
            "Z" * 128 + "y",
            "with\0nul in it",
            "PASSWORD",
            "p@ssw0rd",
            "Password2026",
            "!!dragon!!",
            "1galatasaray1",
            "iloveyou",
            "aaaaaaaa",
            "abababab",
            "12345678",
            "87654321",
            "qwertyui",
            "1qaz2wsx",
            "abcdefgh",
            "hazir123",
            "H4z1r!!!",
            "Gül-Nihal",
        ],
    )
    def test_what_is_not(self, password: str) -> None:
        with pytest.raises(DomainError) as refusal:
            passwords.checked(password, "gül-nihal", self.STRICT)
        assert (refusal.value.kind, refusal.value.field) == (Kind.INVALID, "password")

    def test_the_demo_takes_the_oldest_example(self) -> None:
        assert passwords.checked("1234", "emp2", self.DEMO) == "1234"
        assert passwords.checked("password", "demo", self.DEMO) == "password"
        with pytest.raises(DomainError):
            passwords.checked("123", "emp2", self.DEMO)
        with pytest.raises(DomainError):
            passwords.checked("x" * 129, "emp2", self.DEMO)

    def test_letters_are_composed_alike(self) -> None:
        assert passwords.normal("cafe\u0301") == passwords.normal("caf\u00e9") == "caf\u00e9"

    def test_the_list_is_in_use(self) -> None:
        words = common_words()
        assert len(words) > 800
        assert all(word == word.casefold() for word in words)
        assert "#" not in "".join(words)


class TestRoles:
    @pytest.mark.parametrize(
        ("word", "role"),
        [("Employee", Role.STAFF), ("Staff", Role.STAFF), ("MANAGER", Role.MANAGER)]
        + [(role.value, role) for role in sorted(roles.GRANTABLE)],
    )
    def test_words(self, word: str, role: Role) -> None:
        assert roles.named(word) is role

    @pytest.mark.parametrize("word", ["", "service", "root", "staff "])
    def test_no_words(self, word: str) -> None:
        with pytest.raises(DomainError) as refusal:
            roles.named(word)
        assert refusal.value.field == "role"

    @pytest.mark.parametrize(
        ("site_says", "role"),
        [(None, Role.STAFF), ("staff", Role.STAFF), ("student", Role.STUDENT)],
    )
    def test_newcomers(self, site_says: str | None, role: Role) -> None:
        assert roles.of_newcomer(site_says) is role

    @given(st.sampled_from(sorted(roles.GRANTABLE)), st.sampled_from([Role.STAFF, Role.STUDENT]))
    def test_nobody_takes_more_than_a_newcomer_has(self, wish: Role, newcomer: Role) -> None:
        assert roles.registered(wish.value, newcomer, by_admin=True) is wish
        if wish in {Role.STAFF, newcomer}:
            assert roles.registered(wish.value, newcomer, by_admin=False) is wish
        else:
            with pytest.raises(DomainError) as refusal:
                roles.registered(wish.value, newcomer, by_admin=False)
            assert refusal.value.kind is Kind.FORBIDDEN

    def test_without_a_wish_one_is_a_newcomer(self) -> None:
        assert roles.registered(None, Role.STUDENT, by_admin=True) is Role.STUDENT

    @pytest.mark.parametrize(
        ("held", "told"),
        [
            ({Role.STAFF}, "Staff"),
            ({Role.STAFF, Role.TEACHER}, "Teacher"),
            ({Role.STUDENT}, "Student"),
            (set(Role), "Admin"),
            ({Role.SERVICE}, "Service"),
        ],
    )
    def test_the_one_role_told(self, held: set[Role], told: str) -> None:
        assert roles.leading(held) == told

    @pytest.mark.parametrize(
        ("changes_roles", "locks", "code"),
        [(True, False, "own_roles"), (False, True, "own_lock"), (True, True, "own_roles")],
    )
    def test_own_rights(self, changes_roles: bool, locks: bool, code: str) -> None:
        with pytest.raises(DomainError) as refusal:
            roles.check_own_change(1, 1, changes_roles=changes_roles, locks=locks)
        assert (refusal.value.kind, refusal.value.code) == (Kind.FORBIDDEN, code)
        roles.check_own_change(1, 2, changes_roles=changes_roles, locks=locks)
        roles.check_own_change(1, 1, changes_roles=False, locks=False)

    def test_only_managers_lead(self) -> None:
        roles.require_manager({Role.MANAGER, Role.STAFF})
        with pytest.raises(DomainError) as refusal:
            roles.require_manager({Role.ADMIN})
        assert refusal.value.code == "not_a_manager"


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
        assert [one.kind for one in strange] == ["account", "address", "site"]
        assert [one.kind for one in known] == ["account", "address"]
        assert strange[0].key != known[0].key
        assert strange[1].key == known[1].key
        assert b"ali" not in strange[0].key

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
