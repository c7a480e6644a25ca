"""Who may register where self-registration is open, for the invited, or closed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from common.identity import Role
from tests.support.auth import PASSWORD, AuthServer, as_user, code_of, running_auth
from tests.support.cluster import TestDatabase

PATHS = ("/register", "/api/register")
CLOSED = (403, "registration_closed")


@pytest.fixture(scope="module", params=["open", "invited", "closed"])
def auth(request: pytest.FixtureRequest, database: TestDatabase) -> Iterator[AuthServer]:
    with running_auth(database, REGISTRATION=request.param) as server:
        yield server


@pytest.fixture
def mode(auth: AuthServer) -> str:
    return auth.parts.settings.registration.value


def admin(auth: AuthServer) -> str:
    number = auth.town.person(Role.ADMIN)
    auth.parts.org.refresh()
    return auth.town.token(number)


@pytest.mark.parametrize("path", PATHS)
def test_strangers_register_only_where_it_is_open(auth: AuthServer, mode: str, path: str) -> None:
    before = auth.accounts()
    answer = auth.post(path, {"username": f"{mode}{path}", "password": PASSWORD})
    if mode == "open":
        assert answer.status_code == 201
    else:
        assert code_of(answer) == CLOSED
        assert auth.accounts() == before


@pytest.mark.parametrize("path", PATHS)
def test_the_invited_register_unless_it_is_closed(auth: AuthServer, mode: str, path: str) -> None:
    made = auth.post("/api/v1/invitations", {"role": "staff"}, **as_user(admin(auth))).json()
    body = {"username": f"invited{mode}{path}", "password": PASSWORD, "invitation": made["code"]}
    answer = auth.post(path, body)
    if mode == "closed":
        assert code_of(answer) == CLOSED
    else:
        assert answer.status_code == 201
    wrong = auth.post(path, body | {"username": "nobody", "invitation": "AAAA-AAAA"})
    assert code_of(wrong) == (CLOSED if mode == "closed" else (410, "invitation_invalid"))


def test_an_admin_makes_accounts_all_the_same(auth: AuthServer, mode: str) -> None:
    body = {"username": f"appointed{mode}", "password": PASSWORD, "role": "teacher"}
    more = as_user(admin(auth))
    assert auth.post("/api/register", body, **more).status_code == 201
    assert auth.post("/api/v1/users", {"username": f"made{mode}"}, **more).status_code == 201
    member = as_user(auth.town.token(auth.town.person(Role.STAFF)))
    auth.parts.org.refresh()
    answer = auth.post("/api/register", {"username": f"x{mode}", "password": PASSWORD}, **member)
    assert answer.status_code == (201 if mode == "open" else 403)


def test_the_choices_tell_it(auth: AuthServer, mode: str) -> None:
    told = auth.client.get("/api/v1/auth/choices").json()
    assert told["registration"] is (mode == "open")
    assert told["registration_mode"] == mode
