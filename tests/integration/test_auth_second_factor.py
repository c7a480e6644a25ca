"""The second factor, from setting it up to losing it, through HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from common.clock import FixedClock
from common.vault import Vault
from tests.support.auth import PAGE, PASSWORD, AuthServer, as_user, code_of, log_in
from tests.support.authenticator import (
    FACTOR,
    Authenticator,
    Person,
    challenge,
    late_clock,
    running_strict,
)
from tests.support.cluster import TestDatabase

ME = "/api/v1/users/me"
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


class TestSettingUp:
    def test_it_is_pending_until_its_first_code(self, auth: AuthServer, clock: FixedClock) -> None:
        account = auth.register()
        token = as_user(auth.town.token(account["employee_id"]))
        off = {"enabled": False, "enabled_at": None, "recovery_codes_left": 0}
        assert auth.client.get(FACTOR, **token).json() == off
        begun = auth.post(FACTOR, {"password": PASSWORD}, **token)
        assert begun.status_code == 201
        assert begun.json().keys() == {"secret", "uri", "expires_at"}
        assert auth.client.get(FACTOR, **token).json() == off
        assert log_in(auth, account["username"]).status_code == 200
        # Begun again, the first secret is void.
        second = auth.post(FACTOR, {"password": PASSWORD}, **token).json()
        old = Authenticator(begun.json()["secret"], clock)
        assert code_of(auth.post(f"{FACTOR}/confirm", {"code": old.code()}, **token)) == (
            401,
            "invalid_code",
        )
        phone = Authenticator(second["secret"], clock)
        done = auth.post(f"{FACTOR}/confirm", {"code": phone.code()}, **token)
        assert len(set(done.json()["recovery_codes"])) == 10
        state = auth.client.get(FACTOR, **token).json()
        assert (state["enabled"], state["recovery_codes_left"]) == (True, 10)
        assert state["enabled_at"].endswith("Z")
        *_, entry = auth.audit(f"person:{account['employee_id']}")
        assert entry[:2] == (account["employee_id"], "second_factor.enabled")

    def test_it_asks_for_the_password(self, auth: AuthServer) -> None:
        token = as_user(auth.town.token(auth.register()["employee_id"]))
        assert code_of(auth.post(FACTOR, {"password": "wrong"}, **token)) == (
            401,
            "invalid_credentials",
        )
        missing = auth.post(FACTOR, {}, **token)
        assert (missing.status_code, missing.json()["field"]) == (422, "password")

    def test_without_a_password_here_a_recent_sign_in_does(
        self, auth: AuthServer, clock: FixedClock
    ) -> None:
        account = auth.register()
        employee_id = account["employee_id"]
        auth.town.of_directory(employee_id)
        token = as_user(account["token"])
        auth.town.sql(
            "UPDATE auth.session SET created_at = %s WHERE employee_id = %s",
            clock.now() - timedelta(minutes=10),
            employee_id,
        )
        assert auth.post(FACTOR, {}, **token).status_code == 201
        auth.town.sql(
            "UPDATE auth.session SET created_at = %s WHERE employee_id = %s",
            clock.now() - timedelta(minutes=10, seconds=1),
            employee_id,
        )
        assert code_of(auth.post(FACTOR, {"password": PASSWORD}, **token)) == (401, "sign_in_again")

    def test_it_is_not_set_up_twice(self, person: Person) -> None:
        assert code_of(person.ask("POST", "", {"password": PASSWORD})) == (
            409,
            "second_factor_enabled",
        )
        assert code_of(person.ask("POST", "/confirm", {"code": person.phone.next()})) == (
            409,
            "second_factor_enabled",
        )

    def test_what_is_not_pending_is_not_confirmed(
        self, auth: AuthServer, clock: FixedClock
    ) -> None:
        token = as_user(auth.town.token(auth.register()["employee_id"]))
        refused = (409, "second_factor_not_pending")
        assert code_of(auth.post(f"{FACTOR}/confirm", {"code": "123456"}, **token)) == refused
        begun = auth.post(FACTOR, {"password": PASSWORD}, **token).json()
        phone = Authenticator(begun["secret"], clock)
        recovery = auth.post(f"{FACTOR}/confirm", {"code": "0123-4567-89ab-cdef"}, **token)
        assert code_of(recovery) == (401, "invalid_code")
        clock.advance(timedelta(minutes=10))
        assert code_of(auth.post(f"{FACTOR}/confirm", {"code": phone.code()}, **token)) == refused

    def test_nothing_usable_is_stored(self, person: Person) -> None:
        sql = person.auth.town.sql
        rows = sql("SELECT f::text, encode(f.secret, 'escape') FROM auth.second_factor f")
        rows += sql("SELECT r::text, encode(r.code_hash, 'escape') FROM auth.recovery_code r")
        person.auth.post(VERIFY, {"challenge": "x", "code": "1"})
        waiting = challenge(person.auth, person.name)
        rows += sql("SELECT c::text, encode(c.challenge_hash, 'escape') FROM auth.challenge c")
        rows += sql("SELECT a::text, '' FROM auth.audit a")
        text = str(rows)
        for secret in (person.phone.secret, waiting, *person.recovery):
            assert secret not in text
            assert secret.encode().hex() not in text

    def test_another_installations_key_opens_nothing(
        self, person: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(person.auth.parts.factors._gate, "_vault", Vault(b"k" * 32))
        answer = person.verify(person.phone.next())
        assert code_of(answer) == (503, "unavailable")


class TestSigningIn:
    @pytest.mark.parametrize("path", ["/login", "/api/token", "/api/v1/auth/login"])
    def test_every_older_way_asks_and_takes_a_code(self, person: Person, path: str) -> None:
        body = {"username": person.name, "password": PASSWORD}
        asked = person.auth.post(path, body)
        assert code_of(asked) == (401, "second_factor_required")
        assert asked.json()["methods"] == ["totp", "recovery"]
        assert len(asked.json()["challenge"]) >= 40
        wrong = person.auth.post(path, body | {"otp": person.phone.wrong()})
        assert code_of(wrong) == (401, "invalid_code")
        assert person.auth.post(path, body | {"otp": person.phone.next()}).status_code == 200

    def test_the_form_asks_and_takes_a_code(self, person: Person) -> None:
        fields = {"grant_type": "password", "username": person.name, "password": PASSWORD}
        asked = person.auth.form("/api/v1/auth/token", **fields)
        assert code_of(asked) == (401, "second_factor_required")
        done = person.auth.form("/api/v1/auth/token", **fields, otp=person.phone.next())
        assert done.status_code == 200
        me = person.auth.client.get(ME, **as_user(done.json()["access_token"]))
        assert me.json()["username"] == person.name

    def test_a_wrong_password_does_not_say_that_there_is_one(self, person: Person) -> None:
        answer = log_in(person.auth, person.name, "not the password")
        assert code_of(answer) == (401, "invalid_credentials")
        assert "challenge" not in answer.json()

    def test_a_challenge_is_answered_once(self, person: Person) -> None:
        token = challenge(person.auth, person.name)
        code = person.phone.next()
        done = person.verify(code, token)
        assert done.status_code == 200
        body = done.json()
        assert body.keys() == {
            "access_token",
            "token_type",
            "expires_in",
            "employee_id",
            "refresh_token",
        }
        assert (body["expires_in"], body["employee_id"]) == (3600, person.employee_id)
        assert person.auth.client.get(ME, **as_user(body["access_token"])).status_code == 200
        again = person.verify(person.phone.next(), token)
        assert code_of(again) == (401, "challenge_over")

    def test_the_page_keeps_its_token_in_the_cookie(self, person: Person) -> None:
        token, body = challenge(person.auth, person.name), {"code": person.phone.next()}
        body |= {"challenge": token, "client": "page"}
        foreign = person.auth.post(VERIFY, body, headers={"Origin": "http://evil.example"})
        assert code_of(foreign) == (403, "origin_not_allowed")
        done = person.auth.post(VERIFY, body, headers={"Origin": PAGE})
        assert done.json()["expires_in"] == 600
        assert "refresh_token" not in done.json()
        assert done.headers["Set-Cookie"].startswith("hazir_refresh=")

    def test_a_code_is_good_once(self, person: Person) -> None:
        code = person.phone.next()
        assert person.verify(code).status_code == 200
        assert code_of(person.verify(code)) == (401, "invalid_code")
        assert code_of(log_in(person.auth, person.name, otp=code)) == (401, "invalid_code")

    def test_one_code_at_once_from_many_opens_one_session(self, person: Person) -> None:
        code = person.phone.next()
        tokens = [challenge(person.auth, person.name) for _ in range(6)]
        gate = threading.Barrier(6)

        def verify(token: str) -> int:
            gate.wait()
            return int(person.verify(code, token).status_code)

        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(verify, tokens)) == [200, 401, 401, 401, 401, 401]

    def test_one_challenge_at_once_opens_one_session(self, person: Person) -> None:
        token = challenge(person.auth, person.name)
        gate = threading.Barrier(4)

        def verify(code: str) -> int:
            gate.wait()
            return int(person.verify(code, token).status_code)

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(verify, person.recovery[:4])) == [200, 401, 401, 401]
        # Codes of the tries that came too late are not lost.
        assert person.state()["recovery_codes_left"] == 9

    def test_a_challenge_dies_after_five_wrong_codes(self, person: Person) -> None:
        token, wrong = challenge(person.auth, person.name), person.phone.wrong()
        answers = [code_of(person.verify(wrong, token)) for _ in range(5)]
        assert answers == [(401, "invalid_code")] * 5
        right = person.verify(person.phone.next(), token)
        assert code_of(right) == (401, "challenge_over")

    def test_a_challenge_is_good_for_five_minutes(self, person: Person, clock: FixedClock) -> None:
        token = challenge(person.auth, person.name)
        clock.advance(timedelta(minutes=5))
        assert code_of(person.verify(person.phone.next(), token)) == (401, "challenge_over")
        person.auth.parts.keeping.tidy("kid")
        rows = person.auth.town.sql(
            "SELECT 1 FROM auth.challenge WHERE employee_id = %s", person.employee_id
        )
        assert rows == []

    @pytest.mark.parametrize("token", ["x", "x" * 43])
    def test_a_challenge_that_nobody_gave(self, auth: AuthServer, token: str) -> None:
        answer = auth.post(VERIFY, {"challenge": token, "code": "123456"})
        assert code_of(answer) == (401, "challenge_over")

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"challenge": "x"},
            {"challenge": "x", "code": 123456},
            {"challenge": "x", "code": ""},
            {"challenge": "x", "code": "1", "client": "phone"},
        ],
    )
    def test_what_is_no_answer(self, auth: AuthServer, body: Any) -> None:
        assert code_of(auth.post(VERIFY, body)) == (422, "invalid_request")

    def test_persian_digits_are_typed_on_a_persian_keyboard(self, person: Person) -> None:
        code = person.phone.next().translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
        assert person.verify(f"{code[:3]} {code[3:]}").status_code == 200
