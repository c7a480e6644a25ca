"""The use cases of jobs on this module's database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from common.db import Database
from common.sql import dsn
from common.unsafe import key_bytes
from face_service.service.working import Judging
from face_service.store.jobs import Jobs, vault_of
from local import keys
from tests.support.cluster import TestDatabase
from tests.support.people import Town


@pytest.fixture(autouse=True)
def no_jobs(town: Town) -> None:
    town.sql("DELETE FROM face.job")
    town.sql("DELETE FROM face.procrastinate_jobs")


@pytest.fixture
def db(database: TestDatabase) -> Iterator[Database]:
    password = keys.read(database.secrets_dir, "db_face")
    opened = Database(dsn(database, "hazir_face", password), size=2)
    yield opened
    opened.close()


@pytest.fixture
def jobs(db: Database, database: TestDatabase) -> Jobs:
    return Jobs(db, vault_of(key_bytes(keys.read(database.secrets_dir, "face_key"))))


@pytest.fixture
def judging(jobs: Jobs) -> Judging:
    return Judging(jobs, (2, 20), 60)
