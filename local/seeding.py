"""Whether the demo people still need making, found out without starting what makes them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from local.place import Place, read_json, write_json


class Seeding:
    """What was seeded last. Migrating forgets it, for the database may then be another one."""

    def __init__(self, root: Path, place: Place, owner_url: str) -> None:
        self._root = root
        self._owner_url = owner_url
        self._file = place.data / "seeded.json"

    def needed(self) -> bool:
        """Whether anything differs from what was seeded."""
        return read_json(self._file) != self._now()

    def remember(self) -> None:
        """Note that everything is seeded."""
        write_json(self._file, self._now())

    def forget(self) -> None:
        """Seed again at the next occasion."""
        self._file.unlink(missing_ok=True)

    def _now(self) -> dict[str, object]:
        sha = hashlib.sha256(self._owner_url.encode())
        for path in sorted(self._root.glob("*_service/**/*demo*")):
            if path.is_file() and path.suffix in {".py", ".sql"}:
                sha.update(path.read_bytes())
        return {"digest": sha.hexdigest()}
