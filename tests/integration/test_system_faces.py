"""The screens about faces in a real browser on the running system, with the real models."""

from __future__ import annotations

import json

import pytest

from tests.support.films import films
from tests.support.node import run_node_tests
from tests.support.system import System

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.usefixtures("portraits")]


@pytest.mark.parametrize("part", ["faces", "enrolment", "decisions"])
def test_faces_work_on_the_running_system(system: System, part: str) -> None:
    films()
    where = system.addresses() | {"data": str(system.place.data)}
    run_node_tests(f"real/{part}.test.mjs", HAZIR_REAL=json.dumps(where))
    for name, text in system.logs().items():
        assert "eyJ" not in text, name
