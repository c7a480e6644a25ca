"""A town, a running HTTP side and a fresh cast for the tests of attendance_service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.attendance import Cast, Rest, serving
from tests.support.cluster import TestDatabase
from tests.support.people import Town


@pytest.fixture(scope="module")
def town(database: TestDatabase) -> Iterator[Town]:
    """The people of this module's database."""
    made = Town(database)
    yield made
    made.close()


@pytest.fixture(scope="module")
def rest(town: Town) -> Iterator[Rest]:
    """The HTTP side in this process."""
    with serving(town) as running:
        yield running


@pytest.fixture
def cast(town: Town) -> Cast:
    """A site of its own for one test."""
    return Cast(town)
