"""The migration that makes an audit a chain: the same for every service that has one."""

from __future__ import annotations

from pathlib import Path

from common.migrate import run_text


def protect(schema: str) -> None:
    """Chain the audit of ``schema`` from now on, and guard it."""
    _run("protected.up.sql", schema)


def release(schema: str) -> None:
    """Undo `protect`."""
    _run("protected.down.sql", schema)


def _run(name: str, schema: str) -> None:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    run_text(text.replace("audit_schema", schema))
