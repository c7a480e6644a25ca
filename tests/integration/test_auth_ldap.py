"""Signing in with a real OpenLDAP server."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from auth_service.passwords import Passwords
from tests.support.auth import PASSWORD, AuthServer, as_user, running_auth
from tests.support.cluster import TestDatabase
from tests.support.logged import listening
from tests.support.slapd import READER, SUFFIX, Slapd, running_slapd

AYSE, VELI = "ayse's own words", "veli's own words"
ME = "/api/v1/users/me"


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    with running_slapd(tmp_path_factory.mktemp("slapd")) as server:
        yield server


@pytest.fixture(scope="module")
def auth(database: TestDatabase, slapd: Slapd) -> Iterator[AuthServer]:
    with running_auth(database, **NO_LIMITS, **slapd.settings()) as server:
        yield server


NO_LIMITS = {"LOGIN_FAILURES_PER_ADDRESS": "10000", "LOGIN_FAILURES_PER_SITE": "100000"}


def log_in(auth: AuthServer, username: str, password: str) -> httpx.Response:
    return auth.post("/login", {"username": username, "password": password})


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


WRONG = (401, "invalid_credentials")
UNCLEAR = (503, "directory_unavailable")


def accounts(auth: AuthServer) -> int:
    return int(auth.town.sql("SELECT count(*) FROM auth.person")[0][0])


def test_the_first_sign_in_makes_the_account_and_later_ones_find_it(auth: AuthServer) -> None:
    first = log_in(auth, "ayse", AYSE)
    assert first.status_code == 200, first.text
    number = first.json()["employee_id"]
    me = auth.client.get(ME, **as_user(first.json()["token"])).json()
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
    chosen = auth.form(
        "/api/v1/auth/token",
        grant_type="password",
        username="ayse",
        password=AYSE,
        directory="ldap",
    )
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
        assert refusal(answer) == (400, "invalid_request")
    directory = auth.parts.directories.with_password["ldap"]
    from auth_service.domain.directories import Refusal
    from auth_service.service.proving import Attempt

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
    before = accounts(auth)
    assert refusal(log_in(auth, username, AYSE)) == WRONG
    assert accounts(auth) == before


def test_signs_in_a_name_are_only_signs(auth: AuthServer) -> None:
    assert log_in(auth, "st*r(x)", "star's own words").status_code == 200


def test_spaces_that_the_server_overlooks_make_no_other_name(auth: AuthServer) -> None:
    for username in (" veli", "veli ", "ve  li"):
        assert refusal(log_in(auth, username, VELI)) == WRONG


@pytest.mark.parametrize(
    ("username", "password"),
    [("ayse", VELI), ("bare", "anything"), ("nobody.here", AYSE), ("guest", "guest's own word")],
)
def test_what_is_not_proved_is_401_and_makes_nothing(
    auth: AuthServer, username: str, password: str
) -> None:
    before = accounts(auth)
    assert refusal(log_in(auth, username, password)) == WRONG
    assert accounts(auth) == before


def test_without_a_role_nobody_comes_in(auth: AuthServer) -> None:
    before = accounts(auth)
    assert refusal(log_in(auth, "guest", "guest's own words")) == (403, "not_admitted")
    assert accounts(auth) == before
    ((_, action, _, after, _),) = auth.audit("directory:ldap")
    assert (action, after["username"], after["code"]) == ("signin.refused", "guest", "not_admitted")


def test_nobody_takes_over_a_local_account_of_the_same_name(auth: AuthServer, slapd: Slapd) -> None:
    slapd.change(
        f"dn: uid=twin,ou=people,{SUFFIX}\nchangetype: add\nobjectClass: inetOrgPerson\n"
        "uid: twin\ncn: Twin\nsn: Twin\nuserPassword: the other twin's\n\n"
        f"dn: cn=teachers,ou=groups,{SUFFIX}\nchangetype: modify\nadd: member\n"
        f"member: uid=twin,ou=people,{SUFFIX}\n"
    )
    local = auth.register("Twin")
    # The name has an account, so its password is shown to no directory …
    assert refusal(log_in(auth, "twin", "the other twin's")) == WRONG
    # … and whoever chooses the directory proves who they are, but not that they are this account.
    chosen = auth.form(
        "/api/v1/auth/token",
        grant_type="password",
        username="twin",
        password="the other twin's",
        directory="ldap",
    )
    assert refusal(chosen) == (409, "account_exists")
    assert log_in(auth, "twin", PASSWORD).json()["employee_id"] == local["employee_id"]
    registered, refused = auth.audit(f"person:{local['employee_id']}")
    assert registered[1] == "account.registered"
    assert (refused[1], refused[3]["directory"]) == ("signin.refused", "ldap")
    assert "the other twin's" not in str(refused)


def test_an_account_follows_its_subject_not_its_name(auth: AuthServer, slapd: Slapd) -> None:
    def add(uid: str, name: str) -> None:
        slapd.change(
            f"dn: uid={uid},ou=people,{SUFFIX}\nchangetype: add\nobjectClass: inetOrgPerson\n"
            f"uid: {uid}\ncn: {name}\nsn: X\nuserPassword: {uid}'s own words\n\n"
            f"dn: cn=students,ou=groups,{SUFFIX}\nchangetype: modify\nadd: member\n"
            f"member: uid={uid},ou=people,{SUFFIX}\n"
        )

    add("maiden", "Before")
    number = log_in(auth, "maiden", "maiden's own words").json()["employee_id"]
    slapd.change(
        f"dn: uid=maiden,ou=people,{SUFFIX}\nchangetype: modrdn\nnewrdn: uid=married\n"
        "deleteoldrdn: 1\n\n"
        f"dn: cn=students,ou=groups,{SUFFIX}\nchangetype: modify\nreplace: member\n"
        f"member: uid=married,ou=people,{SUFFIX}\nmember: uid=veli,ou=people,{SUFFIX}\n"
    )
    again = log_in(auth, "married", "maiden's own words").json()
    assert again["employee_id"] == number
    # The old name is tried: it is nobody's now, but the person is still there and stays signed in.
    assert refusal(log_in(auth, "maiden", "maiden's own words")) == WRONG
    assert auth.client.get(ME, **as_user(again["token"])).status_code == 200
    # Somebody new gets the old name there: they get neither the account nor its name here.
    add("maiden", "Another")
    assert refusal(log_in(auth, "maiden", "maiden's own words")) == (409, "account_exists")


def test_names_and_roles_follow_the_directory_and_what_was_given_here_stays(
    auth: AuthServer, slapd: Slapd
) -> None:
    slapd.change(
        f"dn: uid=can,ou=people,{SUFFIX}\nchangetype: add\nobjectClass: inetOrgPerson\n"
        "uid: can\ncn: Can\nsn: Can\nuserPassword: can's own words\nemployeeNumber: 7001\n\n"
        f"dn: cn=teachers,ou=groups,{SUFFIX}\nchangetype: modify\nadd: member\n"
        f"member: uid=can,ou=people,{SUFFIX}\n"
    )
    first = log_in(auth, "can", "can's own words").json()
    number = first["employee_id"]
    auth.town.sql("INSERT INTO auth.person_role (employee_id, role) VALUES (%s, 'manager')", number)
    auth.town.announce("person", number)
    slapd.change(
        f"dn: uid=can,ou=people,{SUFFIX}\nchangetype: modify\nreplace: cn\ncn: Can Öz\n-\n"
        "replace: employeeNumber\nemployeeNumber: 7002\n\n"
        f"dn: cn=teachers,ou=groups,{SUFFIX}\nchangetype: modify\ndelete: member\n"
        f"member: uid=can,ou=people,{SUFFIX}\n\n"
        f"dn: cn=students,ou=groups,{SUFFIX}\nchangetype: modify\nadd: member\n"
        f"member: uid=can,ou=people,{SUFFIX}\n"
    )
    again = log_in(auth, "can", "can's own words").json()
    me = auth.client.get(ME, **as_user(again["token"])).json()
    assert (me["full_name"], me["school_number"], sorted(me["roles"])) == (
        "Can Öz",
        "7002",
        ["manager", "student"],
    )
    # Tokens that say the old roles are over.
    assert auth.client.get(ME, **as_user(first["token"])).status_code == 401
    changed = auth.audit(f"person:{number}")[-1]
    assert changed[1] == "account.changed"
    assert changed[2]["roles"] == ["manager", "teacher"]
    assert changed[3]["roles"] == ["manager", "student"]
    assert changed[4] == "as the directory ldap says"


def test_whose_last_role_is_withdrawn_is_out(auth: AuthServer, slapd: Slapd) -> None:
    slapd.change(
        f"dn: uid=brief,ou=people,{SUFFIX}\nchangetype: add\nobjectClass: inetOrgPerson\n"
        "uid: brief\ncn: Brief\nsn: Brief\nuserPassword: brief's own words\n\n"
        f"dn: cn=teachers,ou=groups,{SUFFIX}\nchangetype: modify\nadd: member\n"
        f"member: uid=brief,ou=people,{SUFFIX}\n"
    )
    first = log_in(auth, "brief", "brief's own words").json()
    slapd.change(
        f"dn: cn=teachers,ou=groups,{SUFFIX}\nchangetype: modify\ndelete: member\n"
        f"member: uid=brief,ou=people,{SUFFIX}\n"
    )
    assert refusal(log_in(auth, "brief", "brief's own words")) == (403, "not_admitted")
    assert auth.client.get(ME, **as_user(first["token"])).status_code == 401
    refreshed = auth.post("/api/v1/auth/refresh", {"refresh_token": first["refresh_token"]})
    assert refreshed.status_code == 401


def test_whom_the_directory_no_longer_knows_is_signed_out(auth: AuthServer, slapd: Slapd) -> None:
    slapd.change(
        f"dn: uid=leaver,ou=people,{SUFFIX}\nchangetype: add\nobjectClass: inetOrgPerson\n"
        "uid: leaver\ncn: Leaver\nsn: Leaver\nuserPassword: leaver's own words\n\n"
        f"dn: cn=teachers,ou=groups,{SUFFIX}\nchangetype: modify\nadd: member\n"
        f"member: uid=leaver,ou=people,{SUFFIX}\n"
    )
    first = log_in(auth, "leaver", "leaver's own words").json()
    # A wrong password is no news from the directory: it ends nothing.
    assert refusal(log_in(auth, "leaver", "a guess")) == WRONG
    assert auth.client.get(ME, **as_user(first["token"])).status_code == 200
    slapd.change(f"dn: uid=leaver,ou=people,{SUFFIX}\nchangetype: delete\n")
    assert refusal(log_in(auth, "leaver", "leaver's own words")) == WRONG
    assert auth.client.get(ME, **as_user(first["token"])).status_code == 401
    assert auth.audit(f"person:{first['employee_id']}")[-1][1] == "signin.gone"


def test_a_locked_account_stays_locked(auth: AuthServer) -> None:
    number = log_in(auth, "veli", VELI).json()["employee_id"]
    auth.town.sql("UPDATE auth.person SET locked_at = now() WHERE employee_id = %s", number)
    assert refusal(log_in(auth, "veli", VELI)) == WRONG
    auth.town.sql("UPDATE auth.person SET locked_at = NULL WHERE employee_id = %s", number)
    assert log_in(auth, "veli", VELI).status_code == 200


def test_guesses_are_counted_before_the_directory_is_asked(
    fresh_database: TestDatabase, slapd: Slapd
) -> None:
    limits = {"LOGIN_FAILURES_PER_ACCOUNT": "3"}
    with running_auth(fresh_database, **slapd.settings(**NO_LIMITS, **limits)) as auth:
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
        "demo": False,
    }
    strange = auth.form(
        "/api/v1/auth/token", grant_type="password", username="a", password="b", directory="moon"
    )
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
        before = accounts(auth)
        done = log_in(auth, "ayse", AYSE)
        assert done.status_code == answer, done.text
        if answer == 503:
            assert refusal(done) == UNCLEAR
            assert float(done.headers["Retry-After"]) >= 1
        assert accounts(auth) == before + (answer == 200)
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
            assert refusal(log_in(auth, "ayse", AYSE)) == UNCLEAR
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
    for secret in (AYSE, "a wrong word of ayse's", "reads all but passwords"):
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
    with running_auth(fresh_database, **slapd.settings(**NO_LIMITS)) as auth:
        local = auth.register()["username"]
        log_in(auth, "ayse", AYSE)
        hashed.clear()
        for name in (local, "ayse", "veli", "nobody.at.all"):
            assert refusal(log_in(auth, name, "a guess")) == WRONG
        assert hashed == [True, False, False, False]
