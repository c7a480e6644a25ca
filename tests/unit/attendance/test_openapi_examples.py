"""Every body in the attendance service's OpenAPI document has an example that it would take."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

import common.audit.rest
from attendance_service import rest
from tests.support.examples import assert_shows_itself, bodies

BODIES = list(bodies(rest, common.audit.rest))


def test_the_bodies_are_found() -> None:
    names = {model.__name__ for model in BODIES}
    assert {"PunchIn", "RecordOut", "LookOut", "ReviewOut", "PlaceIn", "AuditItem"} <= names


@pytest.mark.parametrize("model", BODIES, ids=lambda model: model.__name__)
def test_an_example_is_what_it_shows(model: type[BaseModel]) -> None:
    assert_shows_itself(model)
