"""Fixtures of the tests that run real services."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.auth import AuthServer, running_auth
from tests.support.auth_cast import Cast, small_organisation
from tests.support.cluster import TestDatabase
from tests.support.oidc import Liar, running_liar, settings
from tests.support.oidc_browser import Browser, Browsing
from tests.support.people import Town
from tests.support.portraits import ensure as ensure_portraits
from tests.support.slapd import Slapd, running_slapd


@pytest.fixture(scope="module")
def town(database: TestDatabase) -> Iterator[Town]:
    """The people of this module's database."""
    made = Town(database)
    yield made
    made.close()


@pytest.fixture(scope="module")
def cast(auth: AuthServer) -> Cast:
    """A small organisation in the service that the module calls ``auth``."""
    return small_organisation(auth)


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    """An OpenLDAP server with a small university in it, for one test module."""
    with running_slapd(tmp_path_factory.mktemp("slapd")) as server:
        yield server


@pytest.fixture
def browsing() -> Iterator[Browsing]:
    """Makes browsers that are closed at the end."""
    made: list[Browser] = []

    def make(auth: AuthServer) -> Browser:
        made.append(Browser(auth))
        return made[-1]

    yield make
    for one in made:
        one.client.close()


@pytest.fixture(scope="module")
def one_liar() -> Iterator[Liar]:
    """An OpenID provider that lies when told to, for one test module."""
    with running_liar() as running:
        yield running


@pytest.fixture(scope="module")
def believer(database: TestDatabase, one_liar: Liar) -> Iterator[AuthServer]:
    """A service that asks the liar who people are."""
    with running_auth(database, **settings(one_liar.issuer)) as server:
        yield server


@pytest.fixture
def liar(one_liar: Liar) -> Liar:
    """The liar, honest again."""
    one_liar.reset()
    return one_liar


@pytest.fixture
def lied_to(believer: AuthServer, liar: Liar) -> AuthServer:
    """A service that has asked the liar for nothing yet."""
    directory: Any = believer.parts.directories.by_redirect["oidc"]
    directory._metadata.at = directory._keys.at = -1e9
    return believer


@pytest.fixture(scope="session")
def portraits() -> Path:
    """The photographs for the fake webcam, fetched before a browser waits for them."""
    return ensure_portraits()
