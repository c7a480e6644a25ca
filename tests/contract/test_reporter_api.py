"""reporter_service against its own OpenAPI document, with made-up input."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from common.identity import Role
from tests.support.cluster import TestDatabase
from tests.support.openapi import Contract, KeepsToItsDocument, bearer
from tests.support.people import Town
from tests.support.reporter import reporting_on_a_thread


@pytest.fixture(scope="module")
def contract(database: TestDatabase) -> Iterator[Contract]:
    """A service that follows its feed."""
    town = Town(database)
    with reporting_on_a_thread(database, town) as (host, port):
        contract = Contract(
            f"http://{host}:{port}",
            admin=bearer(lambda: town.token(town.person(Role.ADMIN))),
            staff=bearer(lambda: town.token(town.person())),
            known=lambda: {"token": [town.token(town.person())]},
        )
        yield contract
        contract.close()
    town.close()


class TestReporter(KeepsToItsDocument):
    service = "reporter"
    least = 5
    refusals = frozenset({426})
