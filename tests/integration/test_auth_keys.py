"""Changing the signing key: published, used, and then the old one opens nothing."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from auth_service import app
from auth_service.service import keeping, signing
from auth_service.settings import AuthSettings
from common.clock import FixedClock
from common.config import load
from common.errors import ConnectionLost, DomainError
from local import keys
from tests.support.auth import AuthServer, as_user, running_auth
from tests.support.cluster import TestDatabase

ME = "/api/v1/users/me"


def kids(auth: AuthServer) -> list[str]:
    return [key["kid"] for key in auth.client.get("/.well-known/jwks.json").json()["keys"]]


@pytest.fixture
def own(fresh_database: TestDatabase, tmp_path: Path) -> TestDatabase:
    """A database for an installation whose secrets may be changed."""
    folder = tmp_path / "secrets"
    shutil.copytree(fresh_database.secrets_dir, folder)
    return replace(fresh_database, secrets_dir=folder)


def until(condition: Callable[[], object], within: float = 10.0) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def kid_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def test_a_key_made_while_it_runs_is_published_before_it_signs(
    own: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "SETTLE", timedelta(seconds=1.5))
    with running_auth(own) as auth:
        (old,) = kids(auth)
        account = auth.register()
        keys.replace(own.secrets_dir, "token_signing_key")
        until(lambda: len(kids(auth)) == 2)
        new, _ = kids(auth)
        assert kid_of(auth.signed_in(account["username"])["token"]) == old
        until(lambda: kid_of(auth.signed_in(account["username"])["token"]) == new)
        assert auth.client.get(ME, **as_user(account["token"])).status_code == 200
        ((age,),) = auth.town.sql(
            "SELECT s.at - p.at FROM auth.audit s, auth.audit p"
            " WHERE s.action = 'key.signs' AND p.action = 'key.published' AND s.object = p.object"
        )
        assert age >= timedelta(seconds=1.4)


def test_a_refresh_token_survives_a_rotation_and_so_does_its_repeated_answer(
    own: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "SETTLE", timedelta())
    with running_auth(own) as auth:
        (old,) = kids(auth)
        first = auth.signed_in(auth.register()["username"])
        form = {"refresh_token": first["refresh_token"]}
        second = auth.post("/api/v1/auth/refresh", form).json()
        keys.replace(own.secrets_dir, "token_signing_key")
        until(lambda: auth.parts.signing.kid != old)
        again = auth.post("/api/v1/auth/refresh", form)
        assert again.status_code == 200
        assert again.json()["refresh_token"] == second["refresh_token"]
        assert kid_of(again.json()["access_token"]) != kid_of(second["access_token"])
        third = auth.post("/api/v1/auth/refresh", {"refresh_token": second["refresh_token"]})
        assert third.status_code == 200


def test_the_old_key_is_withdrawn_when_its_last_token_is_over(
    own: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "SETTLE", timedelta())
    with running_auth(own) as before:
        (old,) = kids(before)
        account = before.register()
    keys.replace(own.secrets_dir, "token_signing_key")
    clock = FixedClock(datetime.now(UTC))
    with running_auth(own, clock) as after:
        new, *others = kids(after)
        assert others == [old]
        assert after.client.get(ME, **as_user(account["token"])).status_code == 200
        fresh = after.signed_in(account["username"])["token"]
        clock.advance(timedelta(hours=1))
        after.parts.keeping.tidy(new)
        assert len(kids(after)) == 2
        clock.advance(timedelta(minutes=2))
        after.parts.keeping.tidy(new)
        assert kids(after) == [new]
        assert after.client.get(ME, **as_user(account["token"])).status_code == 401
        assert after.client.get(ME, **as_user(fresh)).status_code == 200
        (withdrawn,) = after.audit(f"key:{old}")[-1:]
        assert withdrawn[1] == "key.withdrawn"


def test_a_start_with_another_key_waits_until_everybody_knows_it(
    own: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    with running_auth(own):
        pass
    keys.replace(own.secrets_dir, "token_signing_key")
    made = app.parts(load(AuthSettings, own.environment()))
    monkeypatch.setattr(made.signing, "_wait", waited.append)
    made.signing.start()
    made.close()
    assert waited == [pytest.approx(signing.SETTLE.total_seconds(), abs=1.0)]


def test_what_is_no_key_changes_nothing(own: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "SETTLE", timedelta())
    with running_auth(own) as auth:
        before = kids(auth)
        file = own.secrets_dir / "token_signing_key"
        kept = file.read_text()
        for text in ("", "half a key", "-----BEGIN PRIVATE KEY-----\nMC4C\n"):
            file.write_text(text)
            auth.parts.signing.look()
        file.unlink()
        auth.parts.signing.look()
        assert kids(auth) == before
        auth.register()
        file.write_text(kept)
        auth.parts.signing.look()
        assert kids(auth) == before


def test_a_withdrawn_key_never_comes_back(
    own: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "SETTLE", timedelta())
    file = own.secrets_dir / "token_signing_key"
    first = file.read_text()
    with running_auth(own) as auth:
        (old,) = kids(auth)
        token = auth.register()["token"]
        keys.replace(own.secrets_dir, "token_signing_key")
        until(lambda: auth.parts.signing.kid != old)
        new = auth.parts.signing.kid
        with pytest.raises(DomainError, match="does not sign yet"):
            auth.parts.keeping.withdraw_others(new, "too soon")
        monkeypatch.setattr(keeping, "SETTLE", timedelta())
        assert auth.parts.keeping.withdraw_others(new, "it was stolen") == [old]
        assert auth.client.get(ME, **as_user(token)).status_code == 401
        assert auth.parts.keeping.withdraw_others(new, "again") == []
        with pytest.raises(DomainError, match="not published"):
            auth.parts.keeping.withdraw_others(old, "the wrong way round")
        file.write_text(first)
        auth.parts.signing.look()
        assert kids(auth) == [new]
    with pytest.raises(DomainError, match="withdrawn"), running_auth(own):
        pass


def test_a_restart_publishes_nothing_twice(fresh_database: TestDatabase) -> None:
    for _ in range(2):
        with running_auth(fresh_database) as auth:
            assert len(kids(auth)) == 1
            assert auth.town.sql("SELECT count(*) FROM auth.service_secret") == [(3,)]
            audited = auth.town.sql(
                "SELECT count(*) FROM auth.audit WHERE action = 'service.secret'"
            )
            assert audited == [(3,)]


def test_a_changed_service_secret_replaces_the_old_one(
    fresh_database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {"grant_type": "client_credentials", "client_id": "service:reporter"}
    with running_auth(fresh_database) as auth:
        old = auth.parts.settings.reporter_secret.reveal()
    with running_auth(fresh_database, HAZIR_SECRET_SERVICE_REPORTER="n" * 40) as auth:
        assert auth.form("/api/v1/auth/token", **form, client_secret=old).status_code == 401
        answer = auth.form("/api/v1/auth/token", **form, client_secret="n" * 40)
        assert answer.status_code == 200


def test_a_committed_change_is_not_taken_back_by_a_failing_look(
    fresh_database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The snapshot is refreshed after the commit; that it cannot be is not the caller's concern."""
    with running_auth(fresh_database) as auth:

        def lost() -> None:
            raise ConnectionLost

        with monkeypatch.context() as patch:
            patch.setattr(auth.parts.org, "refresh", lost)
            name = auth.register()["username"]
        auth.signed_in(name)
