"""Temporary folders that a server without root's rights can reach, which pytest's own are not."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def open_folder() -> Iterator[Path]:
    """A new folder that other accounts may enter, removed with everything in it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="hazir-tests-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
