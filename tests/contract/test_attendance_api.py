"""Every operation of the attendance API against its own OpenAPI document, with made-up input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.attendance import Cast, Rest, base64_of, serving
from tests.support.cluster import TestDatabase
from tests.support.people import Town
from tests.support.pictures import photo

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 8


@pytest.fixture(scope="module")
def rest(database: TestDatabase) -> Iterator[Rest]:
    """A service with a little of everything in it."""
    town = Town(database)
    with serving(town) as running:
        yield running
    town.close()


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_operation_keeps_to_its_document(rest: Rest, mode: GenerationMode) -> None:
    cast = Cast(rest.town)
    rest.place(cast.admin, cast.site, is_default=True)
    rest.punch(cast.admin, image=base64_of(photo()))
    headers = {"Authorization": f"Bearer {rest.token(cast.admin)}"}
    schema = schemathesis.openapi.from_url(f"{rest.client.base_url}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > 12
    statuses: set[int] = set()
    for operation in operations:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: Any) -> None:
            statuses.add(case.call_and_validate(headers=headers, checks=CHECKS).status_code)

        try:
            holds()
        except Unsatisfiable:
            # Where there is nothing to get wrong, no wrong case can be made.
            assert mode is GenerationMode.NEGATIVE
    assert statuses >= ({200, 201} if mode is GenerationMode.POSITIVE else {400})
