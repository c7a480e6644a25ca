"""The accounts that invitations make, through HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.clock import FixedClock
from tests.support.auth import PASSWORD, AuthServer, as_user, code_of, running_auth
from tests.support.auth_cast import Cast, ask, small_organisation
from tests.support.cluster import TestDatabase
from tests.support.invitations import (
    ALL,
    INVALID,
    check,
    invite,
    person_of,
    register,
    running_inviting,
)


@pytest.fixture(scope="module")
def auth(database: TestDatabase) -> Iterator[AuthServer]:
    with running_inviting(database) as server:
        yield server


class TestUsing:
    def test_a_manager_registers_with_one(self, auth: AuthServer, cast: Cast) -> None:
        made = invite(auth, cast, team_ids=[cast.led])
        answer = register(auth, "invited-manager", made["code"], role="Manager")
        assert (answer.status_code, answer.json()) == (
            201,
            {"username": "invited-manager", "role": "manager"},
        )
        employee_id, _, roles = person_of(auth, "invited-manager")
        assert roles == ["manager"]
        led = auth.town.sql(
            "SELECT team_id FROM auth.team_manager WHERE employee_id = %s", employee_id
        )
        assert led == [(cast.led,)]
        token = auth.signed_in("invited-manager")["token"]
        assert auth.client.get("/employees", **as_user(token)).status_code == 200
        *_, used = auth.audit(f"invitation:{made['id']}")
        assert used[:2] == (employee_id, "invitation.used")
        assert code_of(register(auth, "second", made["code"])) == INVALID

    def test_the_oldest_path_takes_one_too(self, auth: AuthServer, cast: Cast) -> None:
        made = invite(auth, cast, role="teacher")
        body = {"username": "invited-teacher", "password": PASSWORD, "invitation": made["code"]}
        answer = auth.post("/register", body | {"role": "admin"})
        assert answer.status_code == 201
        assert person_of(auth, "invited-teacher")[2] == ["teacher"]
        me = auth.client.get("/api/v1/users/me", **as_user(answer.json()["token"]))
        assert me.json()["roles"] == ["teacher"]
        assert code_of(auth.post("/register", body | {"username": "more"})) == INVALID

    @pytest.mark.parametrize("word", ["admin", "Employee", "Teacher"])
    def test_it_gives_its_own_role_only(self, auth: AuthServer, cast: Cast, word: str) -> None:
        made = invite(auth, cast)
        refused = register(auth, f"wisher-{word}", made["code"], role=word)
        assert code_of(refused) == (403, "invitation_for_another_role")
        assert check(auth, made["code"]).status_code == 200

    def test_a_bad_one_is_as_none_for_a_role(self, auth: AuthServer) -> None:
        refused = register(auth, "climber", "please", role="Manager")
        assert code_of(refused) == (403, "invitation_required")
        assert code_of(register(auth, "climber", "please", role="Staff")) == INVALID
        assert code_of(register(auth, "climber", "please")) == INVALID

    def test_nothing_is_used_up_when_no_account_is_made(self, auth: AuthServer, cast: Cast) -> None:
        made = invite(auth, cast)
        taken = register(auth, "member", made["code"])
        assert code_of(taken) == (409, "username_taken")
        weak = register(auth, "weakling", made["code"], password="password1")
        assert weak.status_code == 400
        assert check(auth, made["code"]).status_code == 200

    def test_fifty_at_once_make_one_account(self, auth: AuthServer, cast: Cast) -> None:
        made = invite(auth, cast)
        gate = threading.Barrier(50)

        def attempt(number: int) -> tuple[int, str]:
            gate.wait()
            answer = register(auth, f"crowd-{number}", made["code"])
            return answer.status_code, answer.json().get("code", "")

        with ThreadPoolExecutor(50) as pool:
            found = list(pool.map(attempt, range(50)))
        assert found.count((201, "")) == 1
        # Whoever found no connection in time was promised nothing either.
        assert set(found) <= {(201, ""), INVALID, (503, "unavailable")}
        assert found.count(INVALID) > 25
        rows = auth.town.sql("SELECT 1 FROM auth.person WHERE username LIKE 'crowd-%%'")
        assert len(rows) == 1
        listed = ask(auth, cast, "admin", "GET", ALL).json()["items"]
        (used,) = (one["used"] for one in listed if one["id"] == made["id"])
        assert used == 1

    def test_it_ends_when_it_says(self, fresh_database: TestDatabase) -> None:
        clock = FixedClock(datetime.now(UTC))
        with running_auth(fresh_database, clock) as auth:
            cast = small_organisation(auth)
            made = invite(auth, cast)
            clock.advance(timedelta(days=6, hours=23))
            assert check(auth, made["code"]).status_code == 200
            clock.advance(timedelta(hours=1))
            assert code_of(check(auth, made["code"])) == INVALID
            assert code_of(check(auth, "0000-0000-0000-0000-0000")) == INVALID

    def test_it_runs_out_while_the_password_is_hashed(
        self, auth: AuthServer, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = invite(auth, cast)
        accounts = auth.parts.accounts
        prepared = accounts._prepared

        def and_meanwhile(*arguments: Any) -> Any:
            auth.town.sql("UPDATE auth.invitation SET used = uses WHERE id = %s", made["id"])
            return prepared(*arguments)

        monkeypatch.setattr(accounts, "_prepared", and_meanwhile)
        assert code_of(register(auth, "overtaken", made["code"])) == INVALID
        assert auth.town.sql("SELECT 1 FROM auth.person WHERE username = 'overtaken'") == []
