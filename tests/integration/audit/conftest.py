"""An audit of its own for each test, empty or with ten chained rows in each chain."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from common.audit.chain import CHAINS
from tests.integration.attendance.test_sequencer import until
from tests.support.audit import chaining, decide, waiting
from tests.support.cluster import TestDatabase
from tests.support.people import Town


@pytest.fixture
def audited(fresh_database: TestDatabase) -> Iterator[Town]:
    """A database without a decision in it."""
    town = Town(fresh_database)
    yield town
    town.close()


@pytest.fixture
def chained(audited: Town) -> Town:
    """Ten rows in each chain."""
    for chain in CHAINS:
        decide(audited, chain, 10)
    with chaining(audited.database):
        until(lambda: waiting(audited) == 0, 10)
    return audited
