"""The statements of this package, for each schema that keeps people's photos."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from common.sql import Queries

_SCHEMA = "privacy_schema"


def statements(schema: str) -> Mapping[str, str]:
    """Them for ``schema``."""
    found = Queries(Path(__file__).with_name("kept.sql"))
    return {word: text.replace(_SCHEMA, schema) for word, text in found.items()}
