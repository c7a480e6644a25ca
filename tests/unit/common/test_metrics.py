"""Counts live as long as the processes that make them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from common import metrics


def test_the_counts_of_ended_processes_go_with_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    folder = tmp_path / "metrics" / "attendance"
    folder.mkdir(parents=True)
    living = folder / f"counter_{os.getpid()}.db"
    dead = folder / "counter_4194305.db"
    for file in (living, dead):
        file.touch()

    assert metrics.prepare("attendance", str(tmp_path)) == folder
    assert living.exists()
    assert not dead.exists()
    assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(folder)
