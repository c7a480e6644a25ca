"""The rules of names, passwords and roles."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth_service.domain import passwords, roles, usernames
from auth_service.domain.passwords import PasswordPolicy
from auth_service.passwords import common_words
from common.errors import DomainError, Kind
from common.identity import Role


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

    def test_only_managers_lead(self) -> None:
        roles.require_manager({Role.MANAGER, Role.STAFF})
        with pytest.raises(DomainError) as refusal:
            roles.require_manager({Role.ADMIN})
        assert refusal.value.code == "not_a_manager"
