"""Signing in with a real OpenLDAP server."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from auth_service.domain.directories import Refusal
from auth_service.passwords import Passwords
from auth_service.service.proving import Attempt
from tests.support.auth import (
    UNAVAILABLE,
    UNCOUNTED,
    WRONG,
    AuthServer,
    as_user,
    code_of,
    log_in,
    log_in_by,
    running_auth,
)
from tests.support.cluster import TestDatabase
from tests.support.logged import listening
from tests.support.slapd import AYSE, READER, READER_PASSWORD, SUFFIX, VELI, Slapd


@pytest.fixture(scope="module")
def auth(database: TestDatabase, slapd: Slapd) -> Iterator[AuthServer]:
    with running_auth(database, **UNCOUNTED, **slapd.settings()) as server:
        yield server


def test_the_first_sign_in_makes_the_account_and_later_ones_find_it(auth: AuthServer) -> None:
    first = log_in(auth, "ayse", AYSE)
    assert first.status_code == 200, first.text
    number = first.json()["employee_id"]
    me = auth.client.get("/api/v1/users/me", **as_user(first.json()["token"])).json()
    assert (me["username"], me["full_name"], me["school_number"], me["roles"]) == (
        "ayse",
        "Ayşe Yılmaz",
        "1001",
        ["teacher"],
    )
    ((actor, action, _, after, _),) = auth.audit(f"person:{number}")
    assert (actor, action, after["directory"], after["roles"]) == (
        None,
        "account.arrived",
        "ldap",
        ["teacher"],
    )
    for path in ("/api/token", "/api/v1/auth/login"):
        assert auth.post(path, {"username": "AYSE", "password": AYSE}).status_code == 200
    chosen = log_in_by(auth, "ldap", "ayse", AYSE)
    assert chosen.json()["employee_id"] == number
    assert len(auth.audit(f"person:{number}")) == 1
    assert auth.town.sql("SELECT password_hash FROM auth.person WHERE username = 'ayse'") == [
        (None,)
    ]


def test_inst_login_of_reliability_a_an_empty_password_never_reaches_a_bind(
    auth: AuthServer,
) -> None:
    """RFC 4513, 5.1.2: the bind would succeed. The edge refuses it, and so does the adapter."""
    log_in(auth, "veli", VELI)
    for password in ("", "\0", "x\0"):
        answer = log_in(auth, "veli", password)
        assert code_of(answer) == (400, "invalid_request")
    directory = auth.parts.directories.with_password["ldap"]
    for password in ("", "\0", "x\0"):
        attempt = Attempt(username="veli", password=password)
        assert directory.verify(attempt) is Refusal.WRONG


@pytest.mark.parametrize(
    "username",
    [
        "*",
        "a*",
        "*)(uid=*",
        "ayse)(|(uid=*",
        "ayse*",
        "(ayse)",
        "\\61yse",
        "ayse\\2a",
        f"uid=ayse,ou=people,{SUFFIX}",
        "cn=reader",
        "ayse,ou=people",
    ],
)
def test_inst_login_filters_are_escaped(auth: AuthServer, username: str) -> None:
    before = auth.accounts()
    assert code_of(log_in(auth, username, AYSE)) == WRONG
    assert auth.accounts() == before


def test_signs_in_a_name_are_only_signs(auth: AuthServer) -> None:
    assert log_in(auth, "st*r(x)", "star's own words").status_code == 200


def test_spaces_that_the_server_overlooks_make_no_other_name(auth: AuthServer) -> None:
    for username in (" veli", "veli ", "ve  li"):
        assert code_of(log_in(auth, username, VELI)) == WRONG


@pytest.mark.parametrize(
    ("username", "password"),
    [("ayse", VELI), ("bare", "anything"), ("nobody.here", AYSE), ("guest", "guest's own word")],
)
def test_what_is_not_proved_is_401_and_makes_nothing(
    auth: AuthServer, username: str, password: str
) -> None:
    before = auth.accounts()
    assert code_of(log_in(auth, username, password)) == WRONG
    assert auth.accounts() == before


def test_guesses_are_counted_before_the_directory_is_asked(
    fresh_database: TestDatabase, slapd: Slapd
) -> None:
    limits = {"LOGIN_FAILURES_PER_ACCOUNT": "3"}
    with running_auth(fresh_database, **slapd.settings(**(UNCOUNTED | limits))) as auth:
        guesses = [log_in(auth, "ayse", f"guess {n}").status_code for n in range(5)]
        assert guesses == [401] * 3 + [429] * 2
        # Not even the right one is shown to the directory any more.
        assert log_in(auth, "ayse", AYSE).status_code == 429


def test_the_choices_are_told(auth: AuthServer) -> None:
    choices = auth.client.get("/api/v1/auth/choices").json()
    assert choices == {
        "directories": [
            {"name": "local", "kind": "local", "label": "Hazir"},
            {"name": "ldap", "kind": "ldap", "label": "University"},
        ],
        "registration": True,
        "registration_mode": "open",
        "demo": False,
    }
    strange = log_in_by(auth, "moon", "a", "b")
    assert (strange.status_code, strange.json()["field"]) == (422, "directory")


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"LDAP_URL": "ldap://localhost:{port}", "LDAP_START_TLS": "1"}, 200),
        ({"LDAP_URL": "ldap://127.0.0.1:{port}"}, 200),
        ({"LDAP_GROUP_BASE": f"ou=groups,{SUFFIX}"}, 200),
        # The certificate is for another name, or by an authority that nobody knows.
        ({"LDAP_URL": "ldaps://127.0.0.1:{tls_port}"}, 503),
        ({"LDAP_URL": "ldap://127.0.0.1:{port}", "LDAP_START_TLS": "1"}, 503),
        ({"LDAP_CA_FILE": ""}, 503),
        ({"LDAP_CA_FILE": "", "LDAP_URL": "ldap://localhost:{port}", "LDAP_START_TLS": "1"}, 503),
        # No TLS where TLS is asked for.
        ({"LDAP_URL": "ldaps://localhost:{port}"}, 503),
        # A referral is followed nowhere.
        ({"LDAP_BASE": f"ou=elsewhere,{SUFFIX}"}, 503),
        ({"LDAP_BASE": SUFFIX}, 200),
        ({"LDAP_BASE": "dc=nowhere"}, 503),
        ({"HAZIR_SECRET_LDAP_BIND": "not the reader's password"}, 503),
        ({"LDAP_BIND_DN": ""}, 503),
        ({"LDAP_LOGIN": "objectClass", "LDAP_FILTER": "(uid=ayse)"}, 401),
        ({"LDAP_SUBJECT": "telephoneNumber"}, 503),
        ({"LDAP_URL": "ldap://127.0.0.1:9"}, 503),
    ],
)
def test_every_way_of_asking(
    fresh_database: TestDatabase, slapd: Slapd, change: dict[str, str], answer: int
) -> None:
    ports = {"port": slapd.port, "tls_port": slapd.tls_port}
    settings = {name: value.format(**ports) for name, value in change.items()}
    with running_auth(fresh_database, **slapd.settings(**settings)) as auth:
        before = auth.accounts()
        done = log_in(auth, "ayse", AYSE)
        assert done.status_code == answer, done.text
        if answer == 503:
            assert code_of(done) == UNAVAILABLE
            assert float(done.headers["Retry-After"]) >= 1
        assert auth.accounts() == before + (answer == 200)
        # The local ones sign in whatever the directory does.
        auth.signed_in(auth.register()["username"])
    with pytest.raises(BlockingIOError):
        slapd.trap.accept()


def test_inst_login_a_server_that_hangs_costs_five_seconds_and_no_local_sign_in(
    fresh_database: TestDatabase, slapd: Slapd
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"ldap://127.0.0.1:{deaf.getsockname()[1]}"
        with running_auth(fresh_database, **slapd.settings(LDAP_URL=url)) as auth:
            began = time.monotonic()
            assert code_of(log_in(auth, "ayse", AYSE)) == UNAVAILABLE
            assert 4 < time.monotonic() - began < 10
            auth.signed_in(auth.register()["username"])


def test_what_is_typed_is_kept_and_told_nowhere(fresh_database: TestDatabase, slapd: Slapd) -> None:
    with listening("auth") as said:
        with running_auth(fresh_database, **slapd.settings(LDAP_URL="ldap://127.0.0.1:9")) as down:
            log_in(down, "ayse", AYSE)
        with running_auth(fresh_database, **slapd.settings()) as auth:
            log_in(auth, "ayse", AYSE)
            log_in(auth, "ayse", "a wrong word of ayse's")
            everything: list[Any] = []
            tables = auth.town.sql(
                "SELECT format('%%I.%%I', table_schema, table_name) FROM information_schema.tables"
                " WHERE table_schema IN ('auth', 'org')"
            )
            for (table,) in tables:
                everything += auth.town.sql(f"SELECT t::text FROM {table} t")
    told = said.getvalue()
    kept = str(everything)
    assert "account.arrived" in kept
    for secret in (AYSE, "a wrong word of ayse's", READER_PASSWORD):
        assert secret not in told
        assert secret not in kept
    assert READER not in kept


def test_every_name_costs_one_hash_whoever_has_it(
    fresh_database: TestDatabase, slapd: Slapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Local, the directory's, or nobody's: time does not tell who has an account here."""
    hashed: list[bool] = []
    check = Passwords._check

    def counted(self: Passwords, stored: str | None, password: str) -> Any:
        hashed.append(stored is not None)
        return check(self, stored, password)

    monkeypatch.setattr(Passwords, "_check", counted)
    with running_auth(fresh_database, **slapd.settings(**UNCOUNTED)) as auth:
        local = auth.register()["username"]
        log_in(auth, "ayse", AYSE)
        hashed.clear()
        for name in (local, "ayse", "veli", "nobody.at.all"):
            assert code_of(log_in(auth, name, "a guess")) == WRONG
        assert hashed == [True, False, False, False]
