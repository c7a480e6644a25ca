"""Changing the signing key: both are good for a while, then the old one opens nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from common.clock import FixedClock
from common.errors import ConnectionLost
from local import keys
from tests.support.auth import AuthServer, as_user, running_auth
from tests.support.cluster import TestDatabase

ME = "/api/v1/users/me"


def kids(auth: AuthServer) -> list[str]:
    return [key["kid"] for key in auth.client.get("/.well-known/jwks.json").json()["keys"]]


@pytest.fixture
def rotated(fresh_database: TestDatabase, tmp_path: Path) -> TestDatabase:
    """The same database for an installation whose signing key was made anew."""
    folder = tmp_path / "secrets"
    shutil.copytree(fresh_database.secrets_dir, folder)
    (folder / "token_signing_key").write_text(keys.signing_key())
    return replace(fresh_database, secrets_dir=folder)


def test_two_keys_during_a_rotation(fresh_database: TestDatabase, rotated: TestDatabase) -> None:
    with running_auth(fresh_database) as before:
        (old,) = kids(before)
        account = before.register()
    clock = FixedClock(datetime.now(UTC))
    with running_auth(rotated, clock) as after:
        new, *others = kids(after)
        assert others == [old]
        assert after.parts.signer.public != before.parts.signer.public
        assert after.client.get(ME, **as_user(account["token"])).status_code == 200
        fresh = after.signed_in(account["username"])["token"]
        after.parts.keeping.tidy(new)
        assert len(kids(after)) == 2
        clock.advance(timedelta(hours=1, seconds=1))
        after.parts.keeping.tidy(new)
        assert kids(after) == [new]
        assert after.client.get(ME, **as_user(account["token"])).status_code == 401
        assert after.client.get(ME, **as_user(fresh)).status_code == 200


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
