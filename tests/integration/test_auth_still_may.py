"""Rights that end while a request waits for its passwords: nothing is written any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from auth_service.passwords import Passwords, Turn
from common.errors import DomainError
from common.identity import Role
from common.org import identifier
from tests.support.auth import PASSWORD, AuthServer, as_user, code_of, running_auth
from tests.support.cluster import TestDatabase

USERS = "/api/v1/users"
REFUSED = (403, "forbidden")


@dataclass
class Interrupted:
    """The real password thread, with something that happens once the first hash is made."""

    real: Passwords
    happens: Callable[[], Any]
    hashes: list[str] = field(default_factory=list)

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        with self.real.turn() as turn:

            def hashed(password: str) -> str:
                self.hashes.append(turn.hash(password))
                if len(self.hashes) == 1:
                    self.happens()
                return self.hashes[-1]

            yield Turn(hashed, turn.verify)


@dataclass
class Fallen:
    """An admin, and another who takes something away from them while they work."""

    auth: AuthServer
    number: int
    token: str
    other: str

    def change(self, **values: Any) -> None:
        """The other admin changes this one's account."""
        path = f"{USERS}/{self.number}"
        answer = self.auth.client.patch(path, json=values, **as_user(self.other))
        assert answer.status_code == 200, answer.text

    def log_out(self) -> None:
        """The session that the request came in ends."""
        answer = self.auth.post("/api/v1/auth/logout", **as_user(self.token))
        assert answer.status_code == 204, answer.text


#: What is taken away, and how.
TAKEN: dict[str, Callable[[Fallen], None]] = {
    "locked": lambda one: one.change(locked=True),
    "demoted": lambda one: one.change(roles=["staff"]),
    "session over": Fallen.log_out,
}


@pytest.fixture(scope="module")
def auth(database: TestDatabase) -> Iterator[AuthServer]:
    with running_auth(database) as server:
        yield server


@pytest.fixture
def fallen(auth: AuthServer) -> Fallen:
    number = auth.register()
    town = auth.town
    town.sql(
        "INSERT INTO auth.person_role (employee_id, role) VALUES (%s, 'admin')",
        number["employee_id"],
    )
    other = town.person(Role.ADMIN)
    auth.parts.org.refresh()
    token = auth.signed_in(number["username"])["token"]
    return Fallen(auth, number["employee_id"], token, town.token(other))


@pytest.fixture(params=TAKEN)
def taken(request: pytest.FixtureRequest, fallen: Fallen) -> Callable[[], None]:
    return lambda: TAKEN[request.param](fallen)


def interrupt(
    patch: pytest.MonkeyPatch, auth: AuthServer, user: object, happens: Callable[[], None]
) -> Interrupted:
    thread = Interrupted(auth.parts.passwords, happens)
    patch.setattr(user, "_passwords", thread)
    return thread


def test_an_import_ends_with_its_senders_rights(
    auth: AuthServer, fallen: Fallen, taken: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = interrupt(monkeypatch, auth, auth.parts.bulk, taken)
    rows = "".join(f"never-{number},{PASSWORD}\n" for number in range(20))
    headers = as_user(fallen.token)["headers"] | {"Content-Type": "text/csv"}
    before = auth.accounts()
    answer = auth.client.post(
        f"{USERS}/import", content=f"username,password\n{rows}".encode(), headers=headers
    )
    assert code_of(answer) == REFUSED
    assert auth.accounts() == before
    assert len(thread.hashes) == 1
    assert not auth.town.sql("SELECT 1 FROM auth.audit WHERE action = 'people.imported'")


def test_no_account_is_made_with_rights_that_ended(
    auth: AuthServer, fallen: Fallen, taken: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(monkeypatch, auth, auth.parts.accounts, taken)
    before = auth.accounts()
    body = {"username": "never-made", "password": PASSWORD, "roles": ["admin"]}
    answer = auth.post(USERS, body, **as_user(fallen.token))
    assert code_of(answer) == REFUSED
    assert auth.accounts() == before


def test_nobody_is_registered_with_rights_that_ended(
    auth: AuthServer, fallen: Fallen, taken: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(monkeypatch, auth, auth.parts.accounts, taken)
    before = auth.accounts()
    body = {"username": "never-registered", "password": PASSWORD, "role": "manager"}
    answer = auth.post("/api/register", body, **as_user(fallen.token))
    assert code_of(answer) == REFUSED
    assert auth.accounts() == before


def test_no_password_is_set_with_rights_that_ended(
    auth: AuthServer, fallen: Fallen, taken: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = auth.register()
    interrupt(monkeypatch, auth, auth.parts.accounts, taken)
    path = f"{USERS}/{victim['employee_id']}"
    new = {"password": "another battery staple"}
    answer = auth.client.patch(path, json=new, **as_user(fallen.token))
    assert code_of(answer) == REFUSED
    auth.signed_in(victim["username"])


def test_a_request_that_was_let_in_changes_and_grants_nothing(
    auth: AuthServer, fallen: Fallen
) -> None:
    """The rights end between the look at the token and the transaction."""
    victim = auth.register()["employee_id"]
    let_in = identifier(auth.parts.org, auth.parts.settings.token_issuer)(fallen.token)
    auth.town.sql(
        "DELETE FROM auth.person_role WHERE employee_id = %s AND role = 'admin'", fallen.number
    )
    people = auth.parts.people
    for act in (
        lambda: people.change(let_in, victim, {"full_name": "No"}, reason=None, request_id=""),
        lambda: people.grant(let_in, victim, Role.ADMIN, None, ""),
    ):
        with pytest.raises(DomainError) as refused:
            act()
        assert refused.value.code == "forbidden"
    assert len(auth.audit(f"person:{victim}")) == 1
