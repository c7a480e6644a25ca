"""The part of a migration that is the same for every service that keeps people's photos."""

from __future__ import annotations

from pathlib import Path

from common.migrate import run_text


def make(schema: str, keys: str) -> None:
    """The log of looks and the destruction of keys for ``schema``, whose keys are in ``keys``."""
    _run("kept.up.sql", schema, keys)


def remove(schema: str, keys: str) -> None:
    """Undo `make`."""
    _run("kept.down.sql", schema, keys)


def _run(name: str, schema: str, keys: str) -> None:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    run_text(text.replace("privacy_schema", schema).replace("privacy_keys", keys))
