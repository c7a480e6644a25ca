"""Files of people through HTTP: nothing with a fault, everything without, and round again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from common.identity import Role
from tests.support.auth import PASSWORD, AuthServer, as_user, running_auth
from tests.support.auth_cast import Cast, ask
from tests.support.cluster import TestDatabase

IMPORT = "/api/v1/users/import"
EXPORT = "/api/v1/users/export"


@pytest.fixture(scope="module")
def auth(database: TestDatabase) -> Iterator[AuthServer]:
    with running_auth(database) as server:
        yield server


def send(auth: AuthServer, cast: Cast, text: str, query: str = "") -> Any:
    headers = as_user(cast.tokens["admin"])["headers"] | {"Content-Type": "text/csv"}
    return auth.client.post(f"{IMPORT}{query}", content=text.encode(), headers=headers)


def faults(answer: Any) -> list[tuple[int, str, str]]:
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["applied"] is False
    return [(one["row"], one["field"], one["code"]) for one in body["errors"]]


def people(auth: AuthServer) -> int:
    ((count,),) = auth.town.sql("SELECT count(*) FROM auth.person")
    return int(count)


def exported(auth: AuthServer, cast: Cast) -> list[dict[str, str]]:
    answer = ask(auth, cast, "admin", "GET", EXPORT)
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "people.csv" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_a_dry_run_says_what_a_run_does(auth: AuthServer, cast: Cast) -> None:
    text = (
        "username,full_name,school_number,external_code,roles,site,teams,password\n"
        f"imp-ada,Ada,S-77,E-77,staff|teacher,Head Office,Led|Other,{PASSWORD}\n"
        "imp-bob,,,,,,,\n"
    )
    before = people(auth)
    planned = {
        "rows": 2,
        "created": 2,
        "changed": 0,
        "unchanged": 0,
        "applied": False,
        "errors": [],
    }
    assert send(auth, cast, text, "?dry_run=true").json() == planned
    assert people(auth) == before
    assert send(auth, cast, text, "?dry_run=false").json() == planned | {"applied": True}
    assert people(auth) == before + 2
    token = auth.signed_in("imp-ada")["token"]
    me = auth.client.get("/api/v1/users/me", **as_user(token)).json()
    assert (me["full_name"], me["school_number"]) == ("Ada", "S-77")
    assert me["roles"] == ["staff", "teacher"]
    assert {team["id"] for team in me["teams"]} == {cast.led, cast.other}
    assert me["site"]["id"] == cast.site
    actions = [entry[1] for entry in auth.audit(f"person:{me['employee_id']}")]
    assert actions == ["account.created", "person.teams"]
    *_, summary = auth.audit("people")
    assert summary[1:4] == ("people.imported", None, {"created": 2, "changed": 0})
    assert PASSWORD not in str(auth.town.sql("SELECT a::text FROM auth.audit a"))
    # The same file again changes only what is a secret.
    again = send(auth, cast, text).json()
    assert (again["changed"], again["unchanged"]) == (1, 1)
    assert auth.client.get("/api/v1/users/me", **as_user(token)).status_code == 401


def test_only_what_a_cell_says_is_changed(auth: AuthServer, cast: Cast) -> None:
    account = auth.register("imp-carol")
    text = "username,full_name,roles,teams,site\nIMP-CAROL,Carol,,,\n"
    assert send(auth, cast, text).json()["changed"] == 1
    path = f"/api/v1/users/{account['employee_id']}"
    carol = ask(auth, cast, "admin", "GET", path).json()
    assert (carol["username"], carol["full_name"], carol["roles"]) == (
        "imp-carol",
        "Carol",
        ["staff"],
    )
    assert send(auth, cast, text).json()["unchanged"] == 1
    moved = "username,site,teams\nimp-carol,Head Office,Led\n"
    assert send(auth, cast, moved).json()["changed"] == 1
    moved = "username,teams\nimp-carol,Other\n"
    assert send(auth, cast, moved).json()["changed"] == 1
    carol = ask(auth, cast, "admin", "GET", path).json()
    assert (carol["team_ids"], carol["site_id"]) == ([cast.other], cast.site)
    *_, entry = auth.audit(f"person:{account['employee_id']}")
    assert entry[1:4] == ("person.teams", {"team_ids": [cast.led]}, {"team_ids": [cast.other]})
    found = auth.parts.org.person(account["employee_id"])
    assert found is not None
    assert found.team_ids == frozenset({cast.other})


def test_every_fault_is_told_and_nothing_is_applied(auth: AuthServer, cast: Cast) -> None:
    auth.town.sql(
        "UPDATE auth.person SET school_number = 'TAKEN' WHERE employee_id = %s",
        cast.people["foreign"],
    )
    before = people(auth)
    text = (
        "username,full_name,school_number,external_code,roles,site,teams,password\n"
        "good-one,,,,,,,\n"
        "Good-One,,,,,,,\n"
        ",No Name,,,,,,\n"
        "bad\u200bname,,,,,,,\n"
        "service:x,,,,,,,\n"
        "service:unlisted,,,,,,,\n"
        "b1,,TAKEN,,,,,\n"
        "b2,,,SAME,,,,\n"
        "b3,,,SAME,,,,\n"
        "b4,,,,king,,,\n"
        "b5,,,,service,,,\n"
        "b6,,,,,Nowhere,,\n"
        "b7,,,,,Head Office,Nobody's,\n"
        "b8,,,,,,Led,\n"
        "b9,,,,,,,short\n"
        "b10,,,,,,,password1\n"
        f"boss,,,,staff,,,{PASSWORD}\n"
    )
    answer = send(auth, cast, text)
    assert faults(answer) == [
        (3, "username", "duplicate"),
        (4, "username", "invalid"),
        (5, "username", "invalid"),
        (6, "username", "invalid"),
        (7, "username", "invalid"),
        (8, "school_number", "school_number_taken"),
        (10, "external_code", "external_code_taken"),
        (11, "roles", "invalid"),
        (12, "roles", "invalid"),
        (13, "site", "unknown_site"),
        (14, "teams", "unknown_team"),
        (15, "teams", "unknown_team"),
        (16, "password", "invalid"),
        (17, "password", "invalid"),
        (18, "roles", "own_roles"),
        (18, "password", "own_password"),
    ]
    assert answer.json()["rows"] == 17
    assert people(auth) == before
    form = send(auth, cast, "username,shoe_size\nx,44\n")
    assert faults(form) == [(1, "shoe_size", "unknown_column")]


def test_what_is_written_changes_nothing_when_read(auth: AuthServer, cast: Cast) -> None:
    far = auth.town.site("Branch / 2")
    auth.town.person(
        Role.STAFF, site_id=far, teams=[auth.town.team(far, 'A|B "C"'), cast.led], username="=cmd"
    )
    rows = exported(auth, cast)
    names = {row["username"] for row in rows}
    assert "'=cmd" in names
    assert "service:unlisted" not in names
    (formula,) = (row for row in rows if row["username"] == "'=cmd")
    assert formula["site"] == "Branch / 2"
    assert "Head Office / Led" in formula["teams"]
    assert "password" not in rows[0]
    text = ask(auth, cast, "admin", "GET", EXPORT).text
    done = send(auth, cast, text).json()
    assert done["errors"] == []
    assert (done["created"], done["changed"], done["unchanged"]) == (0, 0, len(rows))


def test_a_form_carries_a_file_too(auth: AuthServer, cast: Cast) -> None:
    admin = as_user(cast.tokens["admin"])
    file = ("people.csv", b"username\nimp-form\n", "text/csv")
    done = auth.client.post(IMPORT, files={"file": file}, **admin)
    assert done.json()["created"] == 1
    missing = auth.client.post(IMPORT, files={"other": file}, **admin)
    assert (missing.status_code, missing.json()["field"]) == (400, "file")
    wrong = auth.client.post(IMPORT, json={"file": "x"}, **admin)
    assert (wrong.status_code, wrong.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"\xff", 400), (b'username\n"open\n', 400), (b"x" * (1 << 20) + b"x", 413)],
)
def test_what_is_no_file(auth: AuthServer, cast: Cast, content: bytes, status: int) -> None:
    headers = as_user(cast.tokens["admin"])["headers"] | {"Content-Type": "text/csv"}
    answer = auth.client.post(IMPORT, content=content, headers=headers)
    assert answer.status_code == status
    odd = send(auth, cast, "username\nx\n", "?dry_run=perhaps")
    assert (odd.status_code, odd.json()["field"]) == (400, "dry_run")


def test_somebody_takes_a_name_meanwhile(
    auth: AuthServer, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the plan and the writing a password is hashed, and the world goes on."""
    bulk = auth.parts.bulk
    hashes = bulk._hashes

    def and_meanwhile(*given: Any) -> Any:
        auth.town.sql(
            "UPDATE auth.person SET external_code = 'RACED' WHERE employee_id = %s",
            cast.people["own"],
        )
        return hashes(*given)

    monkeypatch.setattr(bulk, "_hashes", and_meanwhile)
    answer = send(auth, cast, "username,external_code\nimp-racer,RACED\n")
    assert faults(answer) == [(2, "external_code", "external_code_taken")]
    assert auth.town.sql("SELECT 1 FROM auth.person WHERE username = 'imp-racer'") == []


@pytest.mark.parametrize("run", ["?dry_run=true", "?dry_run=false"])
def test_a_trial_foresees_what_the_directory_gives(auth: AuthServer, cast: Cast, run: str) -> None:
    name = f"given{run[-4:]}"
    of_directory(auth, auth.town.person(Role.TEACHER, Role.STAFF, username=name))
    before = people(auth)
    refused = send(auth, cast, f"username,roles\nnever,staff\n{name},staff\n", run)
    assert faults(refused) == [(3, "roles", "role_of_directory")]
    assert people(auth) == before
    taken = send(auth, cast, f"username,roles\n{name},teacher|manager\n", run).json()
    assert (taken["changed"], taken["errors"]) == (1, [])


def of_directory(auth: AuthServer, number: int) -> None:
    """A university makes this teacher a teacher."""
    auth.town.of_directory(number)
    auth.town.sql(
        "UPDATE auth.person_role SET from_directory = true"
        " WHERE employee_id = %s AND role = 'teacher'",
        number,
    )


def test_a_thousand_at_once(auth: AuthServer, cast: Cast) -> None:
    text = "username,roles,site,teams\n" + "".join(
        f"mass-{n},student,Head Office,Other\n" for n in range(1000)
    )
    assert send(auth, cast, text).json()["created"] == 1000
    assert send(auth, cast, text).json()["unchanged"] == 1000
