"""People, sites and teams through HTTP: who may read and change what, and what is written down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.auth import PASSWORD, AuthServer, as_user, running_auth
from tests.support.auth_cast import Cast, ask
from tests.support.cluster import TestDatabase

USERS = "/api/v1/users"


@pytest.fixture(scope="module")
def auth(database: TestDatabase) -> Iterator[AuthServer]:
    with running_auth(database) as server:
        yield server


EVERYBODY = ["admin", "manager", "own", "teacher", "student", "device", "service"]


@pytest.mark.parametrize("who", EVERYBODY)
def test_employees_lists_those_one_is_responsible_for(
    auth: AuthServer, cast: Cast, who: str
) -> None:
    answer = ask(auth, cast, who, "GET", "/employees")
    if who == "manager":
        assert answer.json() == [{"id": cast.people["own"], "username": "member"}]
    elif who == "admin":
        found = {one["id"] for one in answer.json()}
        assert set(cast.people.values()) - {cast.people["service"]} <= found
        assert cast.people["service"] not in found
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_employees_pages_with_a_link(auth: AuthServer, cast: Cast) -> None:
    whole = ask(auth, cast, "admin", "GET", "/employees").json()
    found, path = [], "/employees?limit=3"
    while path:
        answer = ask(auth, cast, "admin", "GET", path)
        found += answer.json()
        path = answer.links["next"]["url"] if "next" in answer.links else ""
    assert found == whole
    for query in ("limit=0", "limit=1001", "cursor=x", "cursor=-1", "limit=1&limit=2"):
        assert ask(auth, cast, "admin", "GET", f"/employees?{query}").status_code == 400


def test_users_pages_and_finds(auth: AuthServer, cast: Cast) -> None:
    first = ask(auth, cast, "admin", "GET", f"{USERS}?limit=2").json()
    assert len(first["items"]) == 2
    second = ask(auth, cast, "admin", "GET", f"{USERS}?cursor={first['next_cursor']}").json()
    assert second["next_cursor"] is None
    ids = [one["employee_id"] for one in first["items"] + second["items"]]
    assert ids == sorted(set(ids))
    (found,) = ask(auth, cast, "admin", "GET", f"{USERS}?q=STRANG").json()["items"]
    assert found == {
        "employee_id": cast.people["foreign"],
        "username": "stranger",
        "full_name": "Stranger",
        "school_number": None,
        "external_code": None,
        "roles": ["staff"],
        "site_id": cast.site,
        "team_ids": [cast.other],
        "locked": False,
    }
    for wild in ("%25", "_____", "%5C"):
        assert ask(auth, cast, "admin", "GET", f"{USERS}?q={wild}").json()["items"] == []
    mine = ask(auth, cast, "manager", "GET", USERS).json()["items"]
    assert [one["username"] for one in mine] == ["member"]
    for who in ("own", "teacher", "student", "device", "service"):
        assert ask(auth, cast, who, "GET", USERS).status_code == 403


@pytest.mark.parametrize(
    ("who", "whom", "status"),
    [
        ("admin", "foreign", 200),
        ("manager", "own", 200),
        ("manager", "foreign", 404),
        ("manager", "admin", 404),
        ("own", "own", 200),
        ("own", "foreign", 404),
        ("student", "own", 404),
        ("device", "own", 404),
        ("service", "own", 404),
    ],
)
def test_one_person_is_shown_to_whom_it_concerns(
    auth: AuthServer, cast: Cast, who: str, whom: str, status: int
) -> None:
    answer = ask(auth, cast, who, "GET", f"{USERS}/{cast.people[whom]}")
    assert answer.status_code == status
    assert (answer.json()["code"] == "not_found") is (status == 404) if status == 404 else True


@pytest.mark.parametrize(
    "word", ["0", "-1", "9007199254740992", "1.5", "1 OR 1=1", "%D9%A1", "..", "x"]
)
def test_no_number_no_person(auth: AuthServer, cast: Cast, word: str) -> None:
    answer = ask(auth, cast, "admin", "GET", f"{USERS}/{word}")
    assert answer.status_code in {400, 404}
    assert ask(auth, cast, "admin", "GET", f"{USERS}/9007199254740991").status_code == 404


def test_me_knows_its_place(auth: AuthServer, cast: Cast) -> None:
    me = ask(auth, cast, "manager", "GET", f"{USERS}/me").json()
    assert me["site"] == {
        "id": cast.site,
        "name": "Head Office",
        "zone": "Europe/Istanbul",
        "biometrics": True,
    }
    assert (me["teams"], me["manages"]) == ([], [{"id": cast.led, "name": "Led"}])
    own = ask(auth, cast, "own", "GET", f"{USERS}/me").json()
    assert (own["teams"], own["manages"]) == ([{"id": cast.led, "name": "Led"}], [])


WRITES = [
    ("POST", USERS, {"username": "nobody", "password": PASSWORD}),
    ("PATCH", f"{USERS}/{{own}}", {"full_name": "X"}),
    ("POST", "/api/v1/sites", {"name": "X", "zone": "UTC"}),
    ("PATCH", "/api/v1/sites/{site}", {"name": "X"}),
    ("POST", "/api/v1/teams", {"site_id": 1, "name": "X"}),
    ("PATCH", "/api/v1/teams/{led}", {"name": "X"}),
    ("DELETE", "/api/v1/teams/{led}", None),
    ("POST", "/api/v1/teams/{led}/members", {"employee_id": 1}),
    ("PUT", "/api/v1/teams/{led}/members", {"employee_ids": []}),
    ("PUT", "/api/v1/teams/{led}/managers/{own}", None),
    ("DELETE", "/api/v1/teams/{led}/members/{own}", None),
]


@pytest.mark.parametrize("who", [who for who in EVERYBODY if who != "admin"])
@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_only_admins_write(
    auth: AuthServer, cast: Cast, who: str, method: str, path: str, body: Any
) -> None:
    address = path.format(own=cast.people["own"], site=cast.site, led=cast.led)
    answer = ask(auth, cast, who, method, address, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert auth.client.request(method, address, json=body).status_code == 401


def test_an_admin_makes_and_changes_an_account(auth: AuthServer, cast: Cast) -> None:
    body = {
        "username": "zehra",
        "password": PASSWORD,
        "full_name": "Zehra Kaya",
        "school_number": "S-1",
        "external_code": "E-1",
        "roles": ["teacher", "staff"],
        "site_id": cast.site,
    }
    made = ask(auth, cast, "admin", "POST", USERS, body)
    assert made.status_code == 201
    zehra = made.json()
    assert zehra["roles"] == ["staff", "teacher"]
    signed_in = auth.signed_in("zehra")
    path = f"{USERS}/{zehra['employee_id']}"
    change = {
        "roles": ["manager"],
        "full_name": "Z. Kaya",
        "school_number": None,
        "reason": "moved",
    }
    answer = ask(auth, cast, "admin", "PATCH", path, change)
    assert answer.status_code == 200
    assert answer.json() == zehra | {
        "roles": ["manager"],
        "full_name": "Z. Kaya",
        "school_number": None,
    }
    # The old token speaks of roles that are gone; a refresh brings one with the new ones.
    assert auth.client.get(f"{USERS}/me", **as_user(signed_in["token"])).status_code == 401
    renewed = auth.post("/api/v1/auth/refresh", {"refresh_token": signed_in["refresh_token"]})
    me = auth.client.get(f"{USERS}/me", **as_user(renewed.json()["access_token"]))
    assert me.json()["roles"] == ["manager"]
    created, changed = auth.audit(f"person:{zehra['employee_id']}")
    assert created[:2] == (cast.people["admin"], "account.created")
    assert changed == (
        cast.people["admin"],
        "account.changed",
        {"full_name": "Zehra Kaya", "roles": ["staff", "teacher"], "school_number": "S-1"},
        {"full_name": "Z. Kaya", "roles": ["manager"], "school_number": None},
        "moved",
    )
    # Saying what is so already changes nothing and is not written down.
    assert ask(auth, cast, "admin", "PATCH", path, {"roles": ["manager"]}).status_code == 200
    assert len(auth.audit(f"person:{zehra['employee_id']}")) == 2


def test_a_lock_ends_everything_and_an_unlock_revives_nothing(auth: AuthServer, cast: Cast) -> None:
    account = auth.register()
    path = f"{USERS}/{account['employee_id']}"
    signed_in = auth.signed_in(account["username"])
    locked = ask(auth, cast, "admin", "PATCH", path, {"locked": True, "reason": "left"})
    assert locked.json()["locked"] is True
    credentials = {"username": account["username"], "password": PASSWORD}

    def outcomes() -> list[int]:
        return [
            auth.client.get(f"{USERS}/me", **as_user(signed_in["token"])).status_code,
            auth.post(
                "/api/v1/auth/refresh", {"refresh_token": signed_in["refresh_token"]}
            ).status_code,
            auth.post("/login", credentials).status_code,
        ]

    assert outcomes() == [401, 401, 401]
    ask(auth, cast, "admin", "PATCH", path, {"locked": False})
    assert outcomes() == [401, 401, 200]


def test_a_new_password_ends_the_sessions_of_the_old_one(auth: AuthServer, cast: Cast) -> None:
    account = auth.register()
    path = f"{USERS}/{account['employee_id']}"
    weak = ask(auth, cast, "admin", "PATCH", path, {"password": "password1"})
    assert (weak.status_code, weak.json()["field"]) == (400, "password")
    answer = ask(auth, cast, "admin", "PATCH", path, {"password": "another fine phrase"})
    assert answer.status_code == 200
    assert auth.client.get(f"{USERS}/me", **as_user(account["token"])).status_code == 401
    auth.signed_in(account["username"], "another fine phrase")
    *_, entry = auth.audit(f"person:{account['employee_id']}")
    assert entry[3] == {"password": "changed"}


def test_nobody_changes_their_own_rights(auth: AuthServer, cast: Cast) -> None:
    path = f"{USERS}/{cast.people['admin']}"
    for body, code in (
        ({"roles": ["admin", "manager"]}, "own_roles"),
        ({"locked": True}, "own_lock"),
        ({"password": "another fine phrase"}, "own_password"),
    ):
        answer = ask(auth, cast, "admin", "PATCH", path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    same = ask(auth, cast, "admin", "PATCH", path, {"roles": ["admin"], "full_name": "The Boss"})
    assert same.status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"username": "member", "password": PASSWORD}, 409, "username_taken"),
        ({"username": "u1", "site_id": 424242}, 400, "invalid_request"),
        ({"username": "u2", "roles": ["service"]}, 400, "invalid_request"),
        ({"username": "u3", "roles": ["king"]}, 400, "invalid_request"),
        ({"username": "u4", "roles": []}, 400, "invalid_request"),
        ({"username": "u5", "roles": "admin"}, 400, "invalid_request"),
        ({"username": "u6", "site_id": "1"}, 400, "invalid_request"),
        ({"username": "u7", "site_id": 2**70}, 400, "invalid_request"),
        ({"username": "u8", "password": "short"}, 400, "invalid_request"),
    ],
)
def test_what_no_account_can_be(
    auth: AuthServer, cast: Cast, body: Any, status: int, code: str
) -> None:
    answer = ask(auth, cast, "admin", "POST", USERS, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_school_numbers_and_codes_are_unique(auth: AuthServer, cast: Cast) -> None:
    for name, code in (("school_number", "T-9"), ("external_code", "X-9")):
        ask(auth, cast, "admin", "POST", USERS, {"username": f"first-{name}", name: code})
        answer = ask(auth, cast, "admin", "POST", USERS, {"username": f"second-{name}", name: code})
        assert (answer.status_code, answer.json()["code"]) == (409, f"{name}_taken")


def test_an_account_without_a_password_cannot_sign_in(auth: AuthServer, cast: Cast) -> None:
    ask(auth, cast, "admin", "POST", USERS, {"username": "prepared"})
    answer = auth.post("/login", {"username": "prepared", "password": PASSWORD})
    assert answer.status_code == 401


@pytest.mark.parametrize("number", ["service", "unknown"])
def test_services_and_strangers_cannot_be_changed(
    auth: AuthServer, cast: Cast, number: str
) -> None:
    employee_id = cast.people["service"] if number == "service" else 99_999_999
    answer = ask(auth, cast, "admin", "PATCH", f"{USERS}/{employee_id}", {"full_name": "X"})
    assert answer.status_code == 404
