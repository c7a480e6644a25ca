"""Recovery codes, giving a second factor up, and how often codes are guessed, through HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import jwt
import pytest

from auth_service.domain.sessions import SHORT_ACCESS
from auth_service.service.sessions import Device
from common.clock import FixedClock
from common.errors import DomainError, Kind
from common.identity import Role
from tests.support.auth import PASSWORD, AuthServer, as_user, code_of, log_in
from tests.support.authenticator import FACTOR, Person, challenge, late_clock, running_strict
from tests.support.cluster import TestDatabase

VERIFY = f"{FACTOR}/verify"


@pytest.fixture(scope="module")
def clock() -> FixedClock:
    return late_clock()


@pytest.fixture(scope="module")
def auth(database: TestDatabase, clock: FixedClock) -> Iterator[AuthServer]:
    with running_strict(database, clock) as server:
        yield server


@pytest.fixture
def person(auth: AuthServer, clock: FixedClock) -> Person:
    return Person(auth, clock)


class TestGate:
    """Nobody who may not passes it, and everybody who is proved comes to it."""

    def test_a_lock_or_a_new_password_ends_the_waiting_sign_in(self, person: Person) -> None:
        auth, sql = person.auth, person.auth.town.sql
        admin = as_user(auth.town.token(auth.town.person(Role.ADMIN)))
        path = f"/api/v1/users/{person.employee_id}"
        token = challenge(auth, person.name)
        changed = auth.client.patch(path, json={"password": "another fine phrase"}, **admin)
        assert changed.status_code == 200
        assert code_of(person.verify(person.phone.next(), token)) == (401, "challenge_over")
        token = challenge(auth, person.name, "another fine phrase")
        sql("UPDATE auth.person SET locked_at = now() WHERE employee_id = %s", person.employee_id)
        assert code_of(person.verify(person.phone.next(), token)) == (401, "challenge_over")

    def test_whoever_is_proved_another_way_passes_the_same_gate(self, person: Person) -> None:
        """The way of a directory: the identity is proved, the account is at hand."""
        sessions = person.auth.parts.sessions
        with sessions._store.begin() as work:
            account = work.people.by_id(person.employee_id)
        assert account is not None
        device = Device("OIDC", "192.0.2.1")
        with pytest.raises(DomainError) as asked:
            sessions.admit(account, device, SHORT_ACCESS)
        assert asked.value.code == "second_factor_required"
        grant = sessions.admit(account, device, SHORT_ACCESS, person.phone.next())
        assert jwt.decode(grant.access_token, options={"verify_signature": False})["sid"]
        with pytest.raises(DomainError) as refused:
            sessions.admit(replace(account, locked=True), device, SHORT_ACCESS)
        assert refused.value.kind is Kind.UNAUTHENTICATED


class TestRecovery:
    def test_each_code_is_good_once(self, person: Person) -> None:
        code = person.recovery[3].upper()
        assert person.verify(code).status_code == 200
        assert person.state()["recovery_codes_left"] == 9
        assert code_of(person.verify(code)) == (401, "invalid_code")
        *_, entry = person.auth.audit(f"person:{person.employee_id}")
        assert entry[1:4:2] == ("second_factor.recovery_used", {"left": 9})

    def test_new_ones_void_the_old(self, person: Person) -> None:
        assert code_of(person.ask("POST", "/recovery-codes", {"code": person.phone.wrong()})) == (
            401,
            "invalid_code",
        )
        made = person.ask("POST", "/recovery-codes", {"code": person.phone.next()})
        assert made.status_code == 200
        fresh = made.json()["recovery_codes"]
        assert set(fresh).isdisjoint(person.recovery)
        assert code_of(person.verify(person.recovery[0])) == (401, "invalid_code")
        assert person.verify(fresh[0]).status_code == 200

    def test_nobody_has_somebody_elses(self, auth: AuthServer, clock: FixedClock) -> None:
        one, other = Person(auth, clock), Person(auth, clock)
        assert code_of(one.verify(other.recovery[0])) == (401, "invalid_code")


class TestGivingUp:
    @pytest.mark.parametrize("kind", ["totp", "recovery"])
    def test_a_code_turns_it_off(self, person: Person, kind: str) -> None:
        waiting = challenge(person.auth, person.name)
        assert code_of(person.ask("DELETE", "", {"code": person.phone.wrong()})) == (
            401,
            "invalid_code",
        )
        code = person.phone.next() if kind == "totp" else person.recovery[0]
        assert person.ask("DELETE", "", {"code": code}).status_code == 204
        assert person.state()["enabled"] is False
        assert log_in(person.auth, person.name).status_code == 200
        over = person.verify(person.phone.next(), waiting)
        assert code_of(over) == (401, "challenge_over")
        *_, entry = person.auth.audit(f"person:{person.employee_id}")
        assert entry[1] == "second_factor.disabled"
        refused = (409, "second_factor_not_enabled")
        assert code_of(person.ask("DELETE", "", {"code": code})) == refused
        assert code_of(person.ask("POST", "/recovery-codes", {"code": code})) == refused

    def test_an_admin_takes_away_what_is_lost(self, person: Person) -> None:
        auth = person.auth
        employee_id = auth.town.person(Role.ADMIN)
        admin = as_user(auth.town.token(employee_id))
        path = f"/api/v1/users/{person.employee_id}/second-factor"
        for body in ({}, {"reason": ""}, {"reason": "x" * 501}):
            bad = auth.client.request("DELETE", path, json=body, **admin)
            assert (bad.status_code, bad.json()["field"]) == (400, "reason")
        reason = {"reason": "lost her phone"}
        done = auth.client.request("DELETE", path, json=reason, **admin)
        assert done.status_code == 204
        assert log_in(auth, person.name).status_code == 200
        *_, entry = auth.audit(f"person:{person.employee_id}")
        assert entry == (employee_id, "second_factor.removed", None, None, "lost her phone")
        again = auth.client.request("DELETE", path, json=reason, **admin)
        assert code_of(again) == (404, "not_found")
        service = auth.town.person(Role.SERVICE, username="service:factorless")
        for number in (service, 99_999_999):
            missing = auth.client.request(
                "DELETE", f"/api/v1/users/{number}/second-factor", json=reason, **admin
            )
            assert missing.status_code == 404

    def test_an_admins_own_takes_a_code(self, person: Person) -> None:
        auth = person.auth
        auth.town.sql(
            "INSERT INTO auth.person_role (employee_id, role) VALUES (%s, 'admin')",
            person.employee_id,
        )
        auth.town.announce("person", person.employee_id)
        auth.parts.org.refresh()
        stolen = as_user(auth.town.token(person.employee_id))
        path = f"/api/v1/users/{person.employee_id}/second-factor"
        refused = auth.client.request("DELETE", path, json={"reason": "mine"}, **stolen)
        assert code_of(refused) == (403, "own_second_factor")


class TestCounting:
    """Wrong codes are counted apart from passwords, and a right password forgives none."""

    def test_wrong_codes_are_counted_over_all_challenges(self, person: Person) -> None:
        auth, wrong = person.auth, person.phone.wrong()

        def guess(number: int) -> Any:
            token = auth.post(
                "/login",
                {"username": person.name, "password": PASSWORD},
                headers={"X-Forwarded-For": f"198.51.100.{number}"},
            ).json()["challenge"]
            return auth.post(
                VERIFY,
                {"challenge": token, "code": wrong},
                headers={"X-Forwarded-For": f"198.51.100.{number}"},
            )

        answers = [guess(number).status_code for number in range(12)]
        assert answers == [401] * 10 + [429] * 2
        # The owner, on an address of their own, is not locked out by it.
        assert person.verify(person.phone.next()).status_code == 200

    @pytest.mark.parametrize("path", ["/recovery-codes", "/confirm", ""])
    def test_signed_in_too(self, person: Person, path: str) -> None:
        method = "POST" if path else "DELETE"
        codes = [
            person.ask(method, path, {"code": person.phone.wrong()}).status_code for _ in range(12)
        ]
        assert codes[-1] == 429
        assert set(codes[:10]) <= {401, 409}
