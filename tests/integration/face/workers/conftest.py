"""A face service whose jobs go to a receiver of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cluster import TestDatabase
from tests.support.face import FaceClient, serving_faces
from tests.support.face_cast import A, Cast, enrol
from tests.support.face_jobs import Line
from tests.support.jobs import Receiver, receiving
from tests.support.people import Town


@pytest.fixture(scope="module")
def receiver(database: TestDatabase) -> Iterator[Receiver]:
    with receiving(database.secrets_dir) as running:
        yield running


@pytest.fixture(scope="module")
def face(
    database: TestDatabase, town: Town, cast: Cast, receiver: Receiver
) -> Iterator[FaceClient]:
    with serving_faces(database, WEBHOOK_PRIVATE_TARGETS=receiver.url) as client:
        enrol(client, town, cast.staff, A)
        yield client


@pytest.fixture(autouse=True)
def clean(town: Town, receiver: Receiver) -> None:
    for table in ("job", "procrastinate_jobs", "procrastinate_workers"):
        town.sql(f"DELETE FROM face.{table}")
    receiver.taken.clear()
    receiver.tries.clear()
    receiver.answers.clear()
    receiver.status, receiver.location = 200, ""
    receiver.going.set()


@pytest.fixture
def line(
    face: FaceClient,
    town: Town,
    cast: Cast,
    receiver: Receiver,
    database: TestDatabase,
    tmp_path: Path,
) -> Line:
    return Line(face, town, cast, receiver, database, tmp_path)
