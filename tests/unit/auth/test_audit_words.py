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
#: Written with why it ended (`face_service.store.consents`).
_CONSENTS = {f"consent_{kind}" for kind in ("given", "withdrawn", "erased", "expired")}


def _noted(service: str) -> Iterator[str]:
    """The names of decisions in ``service``."""
    for folder in ("service", "store"):
        for path in (ROOT / service / folder).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                text = node.value if isinstance(node, ast.Constant) else None
                if isinstance(text, str) and _ACTION.fullmatch(text):
                    yield text


def _noted_of_faces() -> Iterator[tuple[str, str]]:
    """The names of decisions in face_service: what `audit.note` and its like are given."""
    for path in (ROOT / "face_service/store").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        yield from re.findall(r"note\(\s*tx, \"([a-z_.]+)\"|_entry\(\"([a-z_]+)\"", text)


def _all_noted() -> set[str]:
    faces = {one or other for one, other in _noted_of_faces()}
    assert {"data.erase", "verify_face", "raise_alarm"} <= faces
    noted = faces | _COMPOSED | _CONSENTS
    return noted | set(_noted("auth_service")) | set(_noted("attendance_service"))


@pytest.mark.parametrize("language", ["en", "tr", "fa", "ar"])
def test_every_decision_has_words(language: str) -> None:
    words = (ROOT / f"client/i18n/identity/{language}.js").read_text(encoding="utf-8")
    noted = _all_noted()
    assert {"account.seeded", "signin.gone", "place.add"} <= noted
    assert [action for action in sorted(noted) if f'"audit.{action}":' not in words] == []


def test_each_of_them_can_be_filtered_for() -> None:
    screen = (ROOT / "client/screens/admin_audit.js").read_text(encoding="utf-8")
    noted = _all_noted()
    assert [action for action in sorted(noted) if f'"{action}"' not in screen] == []
