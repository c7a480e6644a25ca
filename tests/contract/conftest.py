"""Says at the end how many requests were made up."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.support.openapi import CASES


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The number of cases of each service, and of all: the figure that the bar is about."""
    cases: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport) and report.when == "call":
                cases.update(dict(report.user_properties).get(CASES, {}))
    if cases:
        told = ", ".join(f"{service} {count}" for service, count in sorted(cases.items()))
        terminalreporter.write_line(f"contract cases: {cases.total()} ({told})")
