"""Whatever the audit notes, the page has words for, in each of its languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from common.config import ROOT

_ACTION = re.compile(r"[a-z_]+\.(?!sql|json)[a-z_]+")
#: Written with the kind of place in the name (`auth_service.service.sites`).
_COMPOSED = {"team.members", "team.managers"}


def _noted(service: str) -> Iterator[str]:
    """The names of decisions in ``service``."""
    for folder in ("service", "store"):
        for path in (ROOT / service / folder).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                text = node.value if isinstance(node, ast.Constant) else None
                if isinstance(text, str) and _ACTION.fullmatch(text):
                    yield text


@pytest.mark.parametrize("language", ["en", "tr", "fa", "ar"])
def test_every_decision_has_words(language: str) -> None:
    words = (ROOT / f"client/i18n/identity/{language}.js").read_text(encoding="utf-8")
    noted = _COMPOSED | set(_noted("auth_service")) | set(_noted("attendance_service"))
    assert {"account.seeded", "signin.gone", "place.add"} <= noted
    assert [action for action in sorted(noted) if f'"audit.{action}":' not in words] == []


def test_each_of_them_can_be_filtered_for() -> None:
    screen = (ROOT / "client/screens/admin_audit.js").read_text(encoding="utf-8")
    noted = _COMPOSED | set(_noted("auth_service")) | set(_noted("attendance_service"))
    assert [action for action in sorted(noted) if f'"{action}"' not in screen] == []
