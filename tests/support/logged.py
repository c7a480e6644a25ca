"""Everything a process says, for tests of what it must not say."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

import structlog

from common import logs


@contextmanager
def listening(service: str) -> Iterator[io.StringIO]:
    """What is logged at the lowest level, and whatever else is printed, until the block ends."""
    said = io.StringIO()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    with redirect_stdout(said), redirect_stderr(said):
        logs.configure(service, "debug")
        try:
            yield said
        finally:
            structlog.reset_defaults()
            logs._access_service = None
            root.handlers[:] = handlers
            root.setLevel(level)
