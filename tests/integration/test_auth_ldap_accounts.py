"""Accounts that a real OpenLDAP server proves: whose they are, and what follows the server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.auth import (
    PASSWORD,
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
from tests.support.slapd import SUFFIX, VELI, Slapd

ME = "/api/v1/users/me"


@pytest.fixture(scope="module")
def auth(database: TestDatabase, slapd: Slapd) -> Iterator[AuthServer]:
    with running_auth(database, **UNCOUNTED, **slapd.settings()) as server:
        yield server


def test_without_a_role_nobody_comes_in(auth: AuthServer) -> None:
    before = auth.accounts()
    assert code_of(log_in(auth, "guest", "guest's own words")) == (403, "not_admitted")
    assert auth.accounts() == before
    ((_, action, _, after, _),) = auth.audit("directory:ldap")
    assert (action, after["username"], after["code"]) == ("signin.refused", "guest", "not_admitted")


def test_nobody_takes_over_a_local_account_of_the_same_name(auth: AuthServer, slapd: Slapd) -> None:
    password = slapd.enrol("twin")
    local = auth.register("Twin")
    # The name has an account, so its password is shown to no directory …
    assert code_of(log_in(auth, "twin", password)) == WRONG
    # … and whoever chooses the directory proves who they are, but not that they are this account.
    chosen = log_in_by(auth, "ldap", "twin", password)
    assert code_of(chosen) == (409, "account_exists")
    assert log_in(auth, "twin", PASSWORD).json()["employee_id"] == local["employee_id"]
    registered, refused = auth.audit(f"person:{local['employee_id']}")
    assert registered[1] == "account.registered"
    assert (refused[1], refused[3]["directory"]) == ("signin.refused", "ldap")
    assert password not in str(refused)


def test_an_account_follows_its_subject_not_its_name(auth: AuthServer, slapd: Slapd) -> None:
    password = slapd.enrol("maiden", "students")
    number = log_in(auth, "maiden", password).json()["employee_id"]
    slapd.change(
        f"dn: uid=maiden,ou=people,{SUFFIX}\nchangetype: modrdn\nnewrdn: uid=married\n"
        "deleteoldrdn: 1\n\n"
        f"dn: cn=students,ou=groups,{SUFFIX}\nchangetype: modify\nreplace: member\n"
        f"member: uid=married,ou=people,{SUFFIX}\nmember: uid=veli,ou=people,{SUFFIX}\n"
    )
    again = log_in(auth, "married", password).json()
    assert again["employee_id"] == number
    # The old name is tried: it is nobody's now, but the person is still there and stays signed in.
    assert code_of(log_in(auth, "maiden", password)) == WRONG
    assert auth.client.get(ME, **as_user(again["token"])).status_code == 200
    # Somebody new gets the old name there: they get neither the account nor its name here.
    slapd.enrol("maiden", "students")
    assert code_of(log_in(auth, "maiden", password)) == (409, "account_exists")


def test_names_and_roles_follow_the_directory_and_what_was_given_here_stays(
    auth: AuthServer, slapd: Slapd
) -> None:
    password = slapd.enrol("can", number=7001)
    first = log_in(auth, "can", password).json()
    number = first["employee_id"]
    auth.town.sql("INSERT INTO auth.person_role (employee_id, role) VALUES (%s, 'manager')", number)
    auth.town.announce("person", number)
    slapd.change(
        f"dn: uid=can,ou=people,{SUFFIX}\nchangetype: modify\nreplace: cn\ncn: Can Öz\n-\n"
        "replace: employeeNumber\nemployeeNumber: 7002\n"
    )
    slapd.leave("can", "teachers")
    slapd.join("can", "students")
    again = log_in(auth, "can", password).json()
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
    password = slapd.enrol("brief")
    first = log_in(auth, "brief", password).json()
    slapd.leave("brief", "teachers")
    assert code_of(log_in(auth, "brief", password)) == (403, "not_admitted")
    assert auth.client.get(ME, **as_user(first["token"])).status_code == 401
    refreshed = auth.post("/api/v1/auth/refresh", {"refresh_token": first["refresh_token"]})
    assert refreshed.status_code == 401


def test_whom_the_directory_no_longer_knows_is_signed_out(auth: AuthServer, slapd: Slapd) -> None:
    password = slapd.enrol("leaver")
    first = log_in(auth, "leaver", password).json()
    # A wrong password is no news from the directory: it ends nothing.
    assert code_of(log_in(auth, "leaver", "a guess")) == WRONG
    assert auth.client.get(ME, **as_user(first["token"])).status_code == 200
    slapd.change(f"dn: uid=leaver,ou=people,{SUFFIX}\nchangetype: delete\n")
    assert code_of(log_in(auth, "leaver", password)) == WRONG
    assert auth.client.get(ME, **as_user(first["token"])).status_code == 401
    assert auth.audit(f"person:{first['employee_id']}")[-1][1] == "signin.gone"


def test_a_locked_account_stays_locked(auth: AuthServer) -> None:
    number = log_in(auth, "veli", VELI).json()["employee_id"]
    auth.town.sql("UPDATE auth.person SET locked_at = now() WHERE employee_id = %s", number)
    assert code_of(log_in(auth, "veli", VELI)) == WRONG
    auth.town.sql("UPDATE auth.person SET locked_at = NULL WHERE employee_id = %s", number)
    assert log_in(auth, "veli", VELI).status_code == 200
