"""A zip file made while it is sent: no more than one of its members is ever in memory."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, cast

#: What is packed already, and would only cost time.
_PACKED = (".jpg",)


class _Pipe:
    """Takes what the archive writes, and gives it away; it cannot be sought in."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        return

    def taken(self) -> bytes:
        """What was written since the last call."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def archive(members: Iterable[tuple[str, bytes]], made_at: datetime) -> Iterator[bytes]:
    """The bytes of a zip file with these members, each of which is asked for when it is due."""
    pipe = _Pipe()
    when = made_at.timetuple()[:6]
    with zipfile.ZipFile(cast("Any", pipe), "w") as packed:
        for name, content in members:
            entry = zipfile.ZipInfo(name, when)
            packs = not name.endswith(_PACKED)
            entry.compress_type = zipfile.ZIP_DEFLATED if packs else zipfile.ZIP_STORED
            entry.external_attr = 0o600 << 16
            packed.writestr(entry, content)
            yield pipe.taken()
    yield pipe.taken()


def document(content: Any) -> bytes:
    """``content`` as a JSON file that people can read, in UTF-8."""
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"
