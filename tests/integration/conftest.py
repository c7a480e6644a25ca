"""Fixtures of the tests that run real services."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.cluster import TestDatabase
from tests.support.people import Town


@pytest.fixture(scope="module")
def town(database: TestDatabase) -> Iterator[Town]:
    """The people of this module's database."""
    made = Town(database)
    yield made
    made.close()
