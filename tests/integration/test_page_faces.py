"""The page's screens about faces in a real browser, every outcome on the test double."""

from __future__ import annotations

import pytest

from tests.support.node import run_node_tests

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.usefixtures("portraits")]


@pytest.mark.parametrize("part", ["faces", "oversight", "review"])
def test_the_page_meets_every_outcome(part: str) -> None:
    run_node_tests(f"page_{part}.test.mjs")
