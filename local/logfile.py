"""A child's log: the child appends to it itself; we look at what is new and keep it small."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

LARGEST = 10 * 1024 * 1024
_LOOK = 256 * 1024


class LogFile:
    """One log file with one older generation (``NAME.log.1``).

    Nothing stands between a service and its file, so a busy service does not wait for us; rotation
    copies and empties the file, which the child goes on appending to.
    """

    def __init__(self, path: Path, largest: int = LARGEST) -> None:
        self.path = path
        self._largest = largest
        path.touch()
        self._seen = path.stat().st_size

    def open(self) -> int:
        """A descriptor for a child's output; the caller closes it."""
        return os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)

    def tail(self, lines: int = 3) -> list[str]:
        """The last ``lines`` lines, each as a person would read it."""
        return [readable(line) for line in self._since(0)[-lines:]]

    def new_errors(self) -> list[str]:
        """The errors written since the last look; rotates the file when it has grown too large."""
        found = [readable(line) for line in self._since(self._seen) if is_error(line)]
        self._seen = self.path.stat().st_size
        if self._seen > self._largest:
            shutil.copyfile(self.path, self.path.with_suffix(".log.1"))
            os.truncate(self.path, 0)
            self._seen = 0
        return found

    def _since(self, start: int) -> list[str]:
        size = self.path.stat().st_size
        with self.path.open("rb") as file:
            file.seek(max(min(start, size), size - _LOOK))
            text = file.read().decode("utf-8", errors="replace")
        return [line for line in text.splitlines() if line.strip()]


def is_error(line: str) -> bool:
    """Whether ``line`` tells of an error: our JSON's level, or PostgreSQL's severity."""
    if line.startswith("{"):
        return '"level": "error"' in line or '"level": "critical"' in line
    # PostgreSQL calls it fatal too when it turns somebody away while it starts or stops.
    return (" FATAL: " in line or " PANIC: " in line) and "the database system is" not in line


def readable(line: str) -> str:
    """A JSON line as its message and the one field that explains it; another line as it is."""
    if not line.startswith("{"):
        return line.strip()[:300]
    try:
        entry = json.loads(line)
    except ValueError:
        return line[:300]
    last = str(entry.get("exception") or entry.get("error") or "").strip().splitlines()
    words = [str(entry.get("event", "")), *last[-1:]]
    return ": ".join(word for word in words if word)[:300]
