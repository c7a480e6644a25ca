"""Accounts that a real OpenLDAP server proves: whose they are, and what follows the server."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from auth_service.store.work import Store
from common.db import Database
from common.identity import Role
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


TEACHERS = f"cn=teachers,ou=groups,{SUFFIX}:teacher"


@pytest.fixture(scope="module")
def ruled(auth: AuthServer, database: TestDatabase, slapd: Slapd) -> Iterator[AuthServer]:
    """The same people, where the directory also makes admins."""
    slapd.change(
        f"dn: cn=admins,ou=groups,{SUFFIX}\nchangetype: add\nobjectClass: groupOfNames\n"
        f"cn: admins\nmember: uid=nobody,ou=people,{SUFFIX}\n"
    )
    roles = f"{TEACHERS};cn=admins,ou=groups,{SUFFIX}:admin"
    with running_auth(database, **UNCOUNTED, **slapd.settings(LDAP_ROLES=roles)) as server:
        yield server


def admins(auth: AuthServer) -> list[int]:
    rows = auth.town.sql("SELECT employee_id FROM auth.person_role WHERE role = 'admin'")
    return sorted(number for (number,) in rows)


def no_admins(auth: AuthServer) -> None:
    auth.town.sql("DELETE FROM auth.person_role WHERE role = 'admin'")


def test_a_directory_does_not_take_the_last_admin(ruled: AuthServer, slapd: Slapd) -> None:
    no_admins(ruled)
    password = slapd.enrol("chief")
    slapd.join("chief", "admins")
    number = log_in(ruled, "chief", password).json()["employee_id"]
    assert admins(ruled) == [number]
    slapd.leave("chief", "admins")
    kept = log_in(ruled, "chief", password).json()
    me = ruled.client.get(ME, **as_user(kept["token"])).json()
    assert sorted(me["roles"]) == ["admin", "teacher"]
    entry = ruled.audit(f"person:{number}")[-1]
    assert entry[:2] == (None, "account.admin_kept")
    assert entry[3] == {"directory": "ldap", "role": "admin"}
    # Once there is another one, the directory's word stands again.
    other = ruled.town.person(Role.ADMIN)
    log_in(ruled, "chief", password)
    assert admins(ruled) == [other]
    assert ruled.audit(f"person:{number}")[-1][3] == {"roles": ["teacher"]}


def test_a_directory_waits_for_whoever_takes_the_other_admin(
    ruled: AuthServer, database: TestDatabase, slapd: Slapd
) -> None:
    no_admins(ruled)
    password = slapd.enrol("second")
    slapd.join("second", "admins")
    number = log_in(ruled, "second", password).json()["employee_id"]
    other = ruled.town.person(Role.ADMIN, Role.STAFF)
    slapd.leave("second", "admins")
    statuses: list[int] = []
    signing_in = threading.Thread(
        target=lambda: statuses.append(log_in(ruled, "second", password).status_code)
    )
    db = Database(database.dsn("auth"))
    with closing(db), Store(db).begin() as work:
        work.rights.guard()
        signing_in.start()
        time.sleep(0.5)
        assert statuses == []
        work.people.set_roles(other, frozenset({Role.STAFF}), None)
    signing_in.join(10)
    assert (statuses, admins(ruled)) == ([200], [number])


@pytest.mark.parametrize("path", ["/api/v1/users", "/api/v1/roles", "import"])
def test_what_a_directory_gives_is_not_taken_here(
    auth: AuthServer, slapd: Slapd, path: str
) -> None:
    name = f"given-{path.rpartition('/')[2]}"
    password = slapd.enrol(name)
    number = log_in(auth, name, password).json()["employee_id"]
    admin = as_user(auth.town.token(auth.town.person(Role.ADMIN)))
    auth.parts.org.refresh()

    def wish(*roles: str) -> tuple[int, str | None]:
        if path == "import":
            body = f"username,roles\n{name},{'|'.join(roles)}\n"
            headers = admin["headers"] | {"Content-Type": "text/csv"}
            url = "/api/v1/users/import?dry_run=false"
            answer = auth.client.post(url, content=body, headers=headers)
            # A file is answered line by line, and with any fault nothing of it is applied.
            faults = answer.json()["errors"]
            assert (answer.status_code, answer.json()["applied"]) == (200, not faults)
            return (409, faults[0]["code"]) if faults else (200, None)
        if path == "/api/v1/roles":
            wanted = {"employee_id": number, "roles": roles}
            answer = auth.client.patch(path, json=wanted, **admin)
        else:
            answer = auth.client.patch(f"{path}/{number}", json={"roles": roles}, **admin)
        told = answer.json()
        if answer.status_code == 409:
            assert (told["role"], name in told["detail"]) == ("teacher", True)
        return answer.status_code, told.get("code")

    before = auth.audit(f"person:{number}")
    assert wish("staff") == (409, "role_of_directory")
    assert auth.audit(f"person:{number}") == before
    # More is given and taken here as ever.
    assert wish("teacher", "staff") == (200, None)
    assert wish("teacher") == (200, None)
