"""What happens to an account while a sign-in, a link or an invitation is on its way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from argon2 import PasswordHasher

from common.clock import FixedClock
from common.identity import Role
from tests.support.auth import PASSWORD, WRONG, AuthServer, as_user, code_of, log_in, running_auth
from tests.support.authenticator import challenge, set_up
from tests.support.cluster import TestDatabase

NEW = "another fine phrase"
OVER = (410, "link_used_or_expired")
Meanwhile = Callable[[Callable[[], object]], None]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC))


@pytest.fixture
def auth(fresh_database: TestDatabase, clock: FixedClock) -> Iterator[AuthServer]:
    with running_auth(fresh_database, clock) as server:
        yield server


@pytest.fixture
def once_proved(auth: AuthServer, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Lets something happen after the next identity is proved, before it is let in."""
    arrivals = auth.parts.sessions._arrivals
    settled = arrivals.settled

    def arrange(happening: Callable[[], object]) -> None:
        def happens(*arguments: Any) -> Any:
            monkeypatch.setattr(arrivals, "settled", settled)
            account = settled(*arguments)
            happening()
            return account

        monkeypatch.setattr(arrivals, "settled", happens)

    return arrange


def admin(auth: AuthServer) -> tuple[int, dict[str, Any]]:
    number = auth.town.person(Role.ADMIN)
    return number, as_user(auth.town.token(number))


def change(auth: AuthServer, who: dict[str, Any]) -> None:
    body = {"current": PASSWORD, "new": NEW}
    answer = auth.post("/api/v1/auth/password", body, **as_user(who["token"]))
    assert answer.status_code == 204, answer.text


def signs_in(auth: AuthServer, who: dict[str, Any], password: str = PASSWORD) -> tuple[int, str]:
    answer = log_in(auth, who["username"], password)
    return (200, "") if answer.is_success else code_of(answer)


def test_a_password_that_was_changed_opens_nothing(
    auth: AuthServer, once_proved: Meanwhile
) -> None:
    who = auth.register()
    once_proved(lambda: change(auth, who))
    assert signs_in(auth, who) == WRONG
    assert signs_in(auth, who, NEW) == (200, "")


def test_a_renewed_hash_does_not_bring_the_old_password_back(
    auth: AuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = auth.register()
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    auth.town.sql(
        "UPDATE auth.person SET password_hash = %s WHERE employee_id = %s", weak, who["employee_id"]
    )
    arrivals = auth.parts.sessions._arrivals
    settled = arrivals.settled

    def after_the_change(*arguments: Any) -> Any:
        monkeypatch.setattr(arrivals, "settled", settled)
        change(auth, who)
        return settled(*arguments)

    monkeypatch.setattr(arrivals, "settled", after_the_change)
    assert signs_in(auth, who) == WRONG
    assert signs_in(auth, who) == WRONG
    assert signs_in(auth, who, NEW) == (200, "")


def test_whoever_was_locked_is_not_let_in(auth: AuthServer, once_proved: Meanwhile) -> None:
    who, (_, boss) = auth.register(), admin(auth)
    address = f"/api/v1/users/{who['employee_id']}"
    once_proved(lambda: auth.client.patch(address, json={"locked": True}, **boss))
    assert signs_in(auth, who) == WRONG
    assert auth.client.patch(address, json={"locked": False}, **boss).status_code == 200
    assert signs_in(auth, who) == (200, "")


def test_no_challenge_is_won_with_a_password_that_was_changed(
    auth: AuthServer, clock: FixedClock, once_proved: Meanwhile
) -> None:
    who = auth.register()
    set_up(auth, clock, who["token"])
    once_proved(lambda: change(auth, who))
    assert signs_in(auth, who) == WRONG
    assert signs_in(auth, who, NEW) == (401, "second_factor_required")


def test_whom_the_directory_no_longer_knows_answers_no_challenge(
    auth: AuthServer, clock: FixedClock
) -> None:
    who = auth.register()
    phone, _ = set_up(auth, clock, who["token"])
    waiting = challenge(auth, who["username"])
    with auth.parts.sessions._store.begin() as work:
        account = work.people.by_id(who["employee_id"])
    assert account is not None
    auth.parts.sessions._arrivals.lost(account)
    body = {"challenge": waiting, "code": phone.next()}
    answer = auth.post("/api/v1/auth/second-factor/verify", body)
    assert code_of(answer) == (401, "challenge_over")


@pytest.mark.parametrize("loss", [{"locked": True}, {"roles": ["staff"]}], ids=str)
def test_a_link_is_worth_no_more_than_who_made_it(auth: AuthServer, loss: dict[str, Any]) -> None:
    who, (maker, theirs), (_, boss) = auth.register(), admin(auth), admin(auth)
    made = auth.client.post(f"/api/v1/users/{who['employee_id']}/reset-link", **theirs).json()
    changed = auth.client.patch(f"/api/v1/users/{maker}", json=loss, **boss)
    assert changed.status_code == 200, changed.text
    token = {"token": made["token"]}
    assert code_of(auth.post("/api/v1/auth/reset/check", token)) == OVER
    assert code_of(auth.post("/api/v1/auth/reset", token | {"password": NEW})) == OVER
    assert signs_in(auth, who) == (200, "")


def test_an_invitation_ends_with_its_maker_while_somebody_registers(
    auth: AuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (maker, theirs), (_, boss) = admin(auth), admin(auth)
    made = auth.post("/api/v1/invitations", {"role": "admin"}, **theirs).json()
    invitations = auth.parts.invitations
    find = invitations.find

    def then_locked(*arguments: Any) -> Any:
        found = find(*arguments)
        auth.client.patch(f"/api/v1/users/{maker}", json={"locked": True}, **boss)
        return found

    monkeypatch.setattr(invitations, "find", then_locked)
    body = {"username": "late", "password": NEW, "invitation": made["code"]}
    assert code_of(auth.post("/register", body)) == (410, "invitation_invalid")
    assert signs_in(auth, {"username": "late"}, NEW) == WRONG
