"""What an erasure leaves behind, said to whoever asked for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remains:
    """What stays, as a stable word, and why."""

    what: str
    why: str


def everywhere(look_days: int) -> list[Remains]:
    """What stays in every service that keeps photos; nothing of it shows a face.

    ``look_days`` is how long the access log is kept.
    """
    return [
        Remains(
            "audit",
            "What was decided and by whom, comparisons with their similarity and this erasure among"
            " it, and no picture; it can only be added to.",
        ),
        Remains("access_log", f"Who looked at photos, for {look_days} days after the look."),
        Remains(
            "disk",
            "Encrypted bytes whose key is destroyed; the key's own traces are overwritten"
            " within about an hour.",
        ),
        Remains("backups", "What was backed up before, until the backup is deleted."),
    ]
