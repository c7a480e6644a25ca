"""Looking for what is left of something in files, plain and in the forms in which it is written."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path

_WINDOW = 24


def needles(blob: bytes) -> set[bytes]:
    """Pieces of ``blob`` as they stand in it, in hexadecimal and in base64.

    They come from its middle and end: the head of a JPEG is that of every other one.
    """
    found: set[bytes] = set()
    if len(blob) <= 2 * _WINDOW + 20:
        return {blob, blob.hex().encode(), blob.hex().upper().encode()}
    for share in (0.45, 0.6, 0.75, 0.9):
        # A multiple of three, so that base64 of the whole has base64 of the piece in it.
        start = int(len(blob) * share) // 3 * 3
        piece = blob[start : start + _WINDOW]
        found |= {
            piece,
            piece.hex().encode(),
            piece.hex().upper().encode(),
            base64.b64encode(piece),
            base64.urlsafe_b64encode(piece),
        }
    return found


def places_of(wanted: Mapping[str, bytes], files: Iterable[Path]) -> dict[str, set[str]]:
    """The names of the files in which anything of each blob is found."""
    sought = {name: needles(blob) for name, blob in wanted.items()}
    found: dict[str, set[str]] = {}
    for file in files:
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            continue  # the server has removed it meanwhile
        for name, pieces in sought.items():
            if any(piece in content for piece in pieces):
                found.setdefault(name, set()).add(file.name)
    return found


def every_file(folder: Path) -> list[Path]:
    """All files under ``folder``."""
    return [path for path in folder.rglob("*") if path.is_file()]
