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
    _forget_the_dead(folder)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    return folder


def _forget_the_dead(folder: Path) -> None:
    """Remove the counts of processes of an earlier start, which nobody adds to any more."""
    for file in folder.glob("*_*.db"):
        number = file.stem.rpartition("_")[2]
        if number.isdigit() and not Path("/proc", number).exists():
            file.unlink(missing_ok=True)
