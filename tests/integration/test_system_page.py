"""The page in a real browser: on the running system, and every outcome on the test double."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.node import run_node_tests
from tests.support.portraits import ensure
from tests.support.system import System

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def portraits() -> Path:
    """The photographs for the fake webcam, fetched before a browser waits for them."""
    return ensure()


@pytest.mark.parametrize("part", ["page", "identity"])
def test_the_page_works_on_the_running_system(system: System, part: str) -> None:
    where = system.addresses() | {"data": str(system.place.data)}
    run_node_tests(f"real/{part}.test.mjs", HAZIR_REAL=json.dumps(where))
    for name, text in system.logs().items():
        assert "eyJ" not in text, name


@pytest.mark.parametrize(
    "part", ["access", "account", "admin", "live", "signin", "today", "values"]
)
def test_the_page_meets_every_outcome(part: str) -> None:
    run_node_tests(f"page_{part}.test.mjs")
