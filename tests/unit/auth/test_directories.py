"""The rules of directories and of journeys to a provider."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth_service.domain import directories, journeys
from auth_service.domain.directories import Identity, Lesson, Refusal
from common.identity import Role

TEACHER, STUDENT, STAFF = (
    frozenset({Role.TEACHER}),
    frozenset({Role.STUDENT}),
    frozenset({Role.STAFF}),
)


@pytest.mark.parametrize(
    ("username", "password", "may"),
    [
        ("ayse", "x", True),
        ("Ayşe Nur", "x", True),
        ("ayse", "", False),
        ("ayse", "with\0in", False),
        ("ayse", "\0", False),
        (" ayse", "x", False),
        ("ayse ", "x", False),
        ("ayse  nur", "x", False),
        ("a\0se", "x", False),
        ("", "x", False),
        ("flip\u202egnp", "x", False),
        ("service:attendance", "x", False),
        ("x" * 151, "x", False),
    ],
)
def test_what_a_directory_may_be_shown(username: str, password: str, may: bool) -> None:
    assert directories.usable(username, password) is may


@given(st.text(max_size=300), st.text(max_size=5))
def test_no_nul_and_no_empty_password_ever_leaves(username: str, password: str) -> None:
    if directories.usable(username, password):
        assert password
        assert "\0" not in password + username


def test_a_name_is_the_one_that_was_counted() -> None:
    assert directories.same_name("AYSE", "ayse")
    assert not directories.same_name("ayse2", "ayse")
    assert directories.name_key("ZEYNEP.Kaya") == "zeynep.kaya"


def test_what_others_tell_is_made_fit_to_keep() -> None:
    assert directories.clean("  Ayşe \n\t Yılmaz\u202e ") == "Ayşe Yılmaz"
    assert len(directories.clean("x" * 500)) == 200
    assert directories.clean_number(" 1001 ") == "1001"
    assert directories.clean_number("x" * 64) == "x" * 64
    for text in (None, "", " \n", "x" * 65):
        assert directories.clean_number(text) is None


@pytest.mark.parametrize(
    ("subject", "may"),
    [("id", True), ("", False), ("x" * 255, True), ("x" * 256, False), ("a\0", False)],
)
def test_which_subjects_can_be_kept(subject: str, may: bool) -> None:
    assert directories.is_subject(subject) is may


class TestRoles:
    def test_groups_give_roles_in_whatever_spelling(self) -> None:
        mapping = directories.parse_roles(
            "cn=Teachers, ou=groups,dc=x:teacher; cn=Teachers,ou=groups,dc=x:staff ;*:student;"
        )
        assert directories.roles_of(["CN=teachers,OU=groups , dc=x"], mapping) == {
            Role.TEACHER,
            Role.STAFF,
            Role.STUDENT,
        }
        assert directories.roles_of([], mapping) == STUDENT
        assert directories.roles_of(["cn=other"], directories.parse_roles("a:staff")) == frozenset()

    def test_admin_takes_a_group_of_its_own(self) -> None:
        assert directories.parse_roles("cn=it:admin") == {"cn=it": frozenset({Role.ADMIN})}

    @pytest.mark.parametrize(
        "text", ["teacher", ":teacher", "a:", "a:boss", "a:service", "a:device", "*:admin", "a:b:"]
    )
    def test_what_gives_no_role_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"role|admin"):
            directories.parse_roles(text)

    def test_what_was_given_here_stays_and_what_came_from_there_goes_with_it(self) -> None:
        held = {Role.MANAGER: False, Role.TEACHER: True}
        assert directories.roles_after(held, STUDENT) == {Role.MANAGER, Role.STUDENT}
        assert directories.roles_after({Role.TEACHER: True}, frozenset()) == frozenset()
        assert directories.roles_after({Role.TEACHER: False}, TEACHER) == TEACHER
        assert directories.roles_after({}, STAFF) == STAFF

    def test_admin_goes_only_where_it_came_from_there(self) -> None:
        assert directories.withdraws_admin({Role.ADMIN: True}, STAFF)
        assert not directories.withdraws_admin({Role.ADMIN: True}, frozenset({Role.ADMIN}))
        assert not directories.withdraws_admin({Role.ADMIN: False}, STAFF)
        assert not directories.withdraws_admin({}, STAFF)


@pytest.mark.parametrize(
    ("chosen", "known", "asked"),
    [
        (None, None, ["local", "ldap"]),
        (None, "local", ["local"]),
        (None, "ldap", ["ldap"]),
        (None, "gone", ["gone"]),
        ("ldap", None, ["ldap"]),
        ("ldap", "local", ["ldap"]),
        ("local", "ldap", ["local"]),
    ],
)
def test_a_password_is_shown_to_no_other_directory(
    chosen: str | None, known: str | None, asked: list[str]
) -> None:
    assert directories.asked(["local", "ldap"], chosen, known) == asked


def test_values_say_nothing_by_themselves() -> None:
    assert Identity(subject="s", username="u").lessons is None
    assert {Refusal.WRONG, Refusal.GONE} == set(Refusal)
    assert Lesson.__slots__


class TestJourneys:
    ORIGINS = frozenset({"http://127.0.0.1:5500", "https://hazir.example"})
    HOME = "http://127.0.0.1:5500/index.html"

    @pytest.mark.parametrize(
        ("wish", "lands"),
        [
            ("http://127.0.0.1:5500/index.html#/today", "http://127.0.0.1:5500/index.html#/today"),
            ("https://hazir.example", "https://hazir.example/"),
            ("HTTPS://Hazir.Example/x?y=z", "https://hazir.example/x?y=z"),
            (None, HOME),
            ("", HOME),
            ("/index.html", HOME),
            ("//evil.example/", HOME),
            ("https://evil.example/", HOME),
            ("https://hazir.example.evil.example/", HOME),
            ("https://hazir.example@evil.example/", HOME),
            ("https://hazir.example:444/", HOME),
            ("https://hazir.example\\@evil.example/", HOME),
            ("https://hazir.example/\\evil.example", HOME),
            ("https://hazir.example/\r\nSet-Cookie: x=y", HOME),
            ("javascript:alert(1)", HOME),
            ("https://hazir.example/" + "x" * 1000, HOME),
            ("https://hazir.example/a b", HOME),
        ],
    )
    def test_the_page_goes_on_at_home_only(self, wish: str | None, lands: str) -> None:
        assert journeys.landing(wish, self.ORIGINS, self.HOME) == lands

    def test_a_failure_is_told_in_the_fragment(self) -> None:
        told = journeys.failed(self.HOME + "#/today", "state_invalid", {})
        assert told == f"{self.HOME}#/signin?error=state_invalid"
        more = journeys.failed(self.HOME, "second_factor_required", {"challenge": "a&b"})
        assert more == f"{self.HOME}#/signin?error=second_factor_required&challenge=a%26b"

    def test_a_journey_cannot_be_guessed(self) -> None:
        one, other = (journeys.new_journey("oidc", self.HOME) for _ in range(2))
        secrets = {one.state, one.nonce, one.verifier, other.state, other.nonce, other.verifier}
        assert len(secrets) == 6
        assert min(len(secret) for secret in secrets) >= 43

    def test_the_challenge_is_that_of_the_standard(self) -> None:
        verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
        assert journeys.challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
