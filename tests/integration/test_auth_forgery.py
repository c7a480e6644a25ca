"""No forged token opens anything over REST, and every refusal is the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.auth import AuthServer, as_user, running_auth
from tests.support.cluster import TestDatabase
from tests.support.forgery import Forger, forger

ME = "/api/v1/users/me"


@pytest.fixture(scope="module")
def auth(database: TestDatabase) -> Iterator[AuthServer]:
    with running_auth(database) as server:
        yield server


@pytest.fixture(scope="module")
def victim(auth: AuthServer) -> Forger:
    made = forger(auth.town, username="victim")
    auth.parts.org.refresh()
    return made


def test_the_genuine_token_opens(auth: AuthServer, victim: Forger) -> None:
    assert auth.client.get(ME, **as_user(victim.genuine())).status_code == 200


def test_every_forgery_gets_the_same_refusal(auth: AuthServer, victim: Forger) -> None:
    variants = victim.variants()
    assert len(variants) >= 60
    assert len({name for name, _ in variants}) == len(variants)
    bare = auth.client.get(ME)
    expected = {key: value for key, value in bare.json().items() if key != "request_id"}
    assert (bare.status_code, expected["code"]) == (401, "unauthenticated")
    for name, token in variants:
        answer = auth.client.get(ME, headers=[(b"Authorization", b"Bearer " + token.encode())])
        body = {key: value for key, value in answer.json().items() if key != "request_id"}
        assert (name, answer.status_code, body) == (name, 401, expected)
        assert answer.headers["WWW-Authenticate"] == bare.headers["WWW-Authenticate"]
    assert auth.client.get(ME, **as_user(victim.genuine())).status_code == 200


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Basic dXNlcjpwYXNz", "Token x", "Bearer a b", "bearer é"]
)
def test_seed_defect_D14_a_bad_header_is_401(auth: AuthServer, header: str) -> None:
    """The predecessor answered 500: ``"…" + exception`` is a TypeError."""
    answer = auth.client.get(ME, headers=[(b"Authorization", header.encode())])
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_the_scheme_is_read_in_any_capitals(auth: AuthServer, victim: Forger) -> None:
    answer = auth.client.get(ME, headers={"Authorization": f"bEaReR {victim.genuine()}"})
    assert answer.status_code == 200


def test_two_tokens_are_refused(auth: AuthServer, victim: Forger) -> None:
    good = f"Bearer {victim.genuine()}"
    answer = auth.client.get(ME, headers=[("Authorization", good), ("Authorization", good)])
    assert answer.status_code in {400, 401}


def test_a_token_of_sixty_four_kilobytes_is_refused(auth: AuthServer) -> None:
    answer = auth.client.get(ME, headers={"Authorization": "Bearer " + "x" * 65_536})
    assert answer.status_code in {400, 401, 431}
