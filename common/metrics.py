"""Prometheus metrics, summed over the processes of a service.

prometheus-client picks its multi-process mode when it is imported, from a folder named in the
environment; `prepare` must therefore run before the first import of a module that counts.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def prepare(service: str, data: str | None) -> Path:
    """Name the folder in which the processes of ``service`` keep their counts, and make it."""
    base = Path(data) / "metrics" if data else Path(tempfile.mkdtemp(prefix="hazir-metrics-"))
    folder = base / service
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    return folder
