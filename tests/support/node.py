"""Running the page's own tests, which are written for Node.js and a real Chromium."""

from __future__ import annotations

import os
import subprocess
import sys

from common.config import ROOT

_FOLDER = ROOT / "tests" / "e2e"


def run_node_tests(*files: str, within: float = 400.0, **variables: str) -> None:
    """Run these files of ``tests/e2e``; what failed is in the assertion, with all that was said."""
    environment = {**os.environ, "HAZIR_PYTHON": sys.executable, **variables}
    command = ["node", "--test", "--test-concurrency=1", "--test-reporter=spec", *files]
    done = subprocess.run(
        command, cwd=_FOLDER, env=environment, capture_output=True, text=True, timeout=within
    )
    assert done.returncode == 0, done.stdout[-12000:] + done.stderr[-2000:]
    assert "pass 0" not in done.stdout, "no test was run"
