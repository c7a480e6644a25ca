"""Fixtures every test may use. Each pytest-xdist worker has servers of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local import keys
from tests.support.cluster import PostgresServer, TestDatabase, running_cluster
from tests.support.folders import open_folder
from tests.support.redis_server import RedisServer, running_redis
from tests.support.system import System, running_system


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first: left to the end, it would keep one core alone busy."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """Where the servers of this test run keep their files."""
    with open_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def secrets_dir(server_folder: Path) -> Path:
    """An installation's secrets, freshly made; give it to services as ``SECRETS_DIR``."""
    folder = server_folder / "secrets"
    keys.ensure(folder)
    return folder


@pytest.fixture(scope="session")
def postgres(server_folder: Path, secrets_dir: Path) -> Iterator[PostgresServer]:
    """A real PostgreSQL, shared by the tests of this worker: make databases in it."""
    with running_cluster(server_folder, secrets_dir) as server:
        yield server


@pytest.fixture(scope="module")
def database(postgres: PostgresServer) -> Iterator[TestDatabase]:
    """A migrated database for one test module, copied from a template; see `TestDatabase`."""
    made = postgres.migrated_database()
    yield made
    postgres.drop(made)


@pytest.fixture
def fresh_database(postgres: PostgresServer) -> Iterator[TestDatabase]:
    """A migrated database for one test alone."""
    made = postgres.migrated_database()
    yield made
    postgres.drop(made)


@pytest.fixture
def empty_database(postgres: PostgresServer) -> Iterator[TestDatabase]:
    """A database with no schema in it, for tests of migrations."""
    made = postgres.empty_database()
    yield made
    postgres.drop(made)


@pytest.fixture(scope="session")
def redis_server(server_folder: Path) -> Iterator[RedisServer]:
    """A real Redis, shared by the tests of this worker."""
    with running_redis(server_folder) as server:
        yield server


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """The whole product with its demo people, as ``make run`` starts it; shared by this worker."""
    with running_system() as running:
        yield running
