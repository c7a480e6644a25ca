"""The page in a real browser on the running system."""

from __future__ import annotations

import json

import pytest

from tests.support.node import run_node_tests
from tests.support.system import System

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.usefixtures("portraits")]


@pytest.mark.parametrize("part", ["page", "identity"])
def test_the_page_works_on_the_running_system(system: System, part: str) -> None:
    where = system.addresses() | {"data": str(system.place.data)}
    run_node_tests(f"real/{part}.test.mjs", HAZIR_REAL=json.dumps(where))
    for name, text in system.logs().items():
        assert "eyJ" not in text, name
