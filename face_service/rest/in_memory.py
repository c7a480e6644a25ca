"""Uploads that stay in memory."""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any

from common.httpkit.lean import LeanRequest


class InMemory(LeanRequest):
    """A request whose uploads never touch a disk: they are faces."""

    def _get_file_stream(self, *_: Any, **__: Any) -> IO[bytes]:
        return BytesIO()
