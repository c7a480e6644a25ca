"""Turning request bytes into checked values; everything wrong becomes one kind of refusal."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from common.errors import DomainError, Kind

Model = TypeVar("Model", bound=BaseModel)

DEEPEST = 32
_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_VISIBLE = re.compile(r"[\x21-\x7e]{1,128}")


def strict_json(raw: bytes) -> Any:
    """The value in ``raw``: UTF-8, finite numbers, no member twice, at most `DEEPEST` levels.

    Raises ``ValueError`` with a sentence for people.
    """
    if raw.count(b"[") + raw.count(b"{") > DEEPEST:
        _check_depth(raw)
    if b"\\u0000" in raw:
        raise ValueError("The text holds a NUL character.")
    try:
        return json.loads(
            raw.decode("utf-8"), parse_constant=_not_finite, object_pairs_hook=_unique
        )
    except RecursionError as fault:
        raise ValueError("The JSON is nested too deeply.") from fault
    except UnicodeDecodeError as fault:
        raise ValueError("The body is not UTF-8.") from fault
    except json.JSONDecodeError as fault:
        raise ValueError("The body is not valid JSON.") from fault


def _check_depth(raw: bytes) -> None:
    depth = 0
    for match in _STRUCTURE.finditer(raw):
        mark = match.group()
        if mark in b"[{":
            depth += 1
            if depth > DEEPEST:
                raise ValueError("The JSON is nested too deeply.")
        elif mark in b"]}":
            depth -= 1


def _not_finite(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON number.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A member of the JSON object is given twice.")
    return found


def checked(model: type[Model], value: Any, kind: Kind) -> Model:
    """``value`` as a ``model``; raises ``invalid_request`` of ``kind`` naming the first field."""
    try:
        return model.model_validate(value)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or None
        reason = first["msg"].removeprefix("Value error, ")
        message = f"{field}: {reason}" if field else reason
        raise DomainError(kind, "invalid_request", message, field=field) from fault


def idempotency_key(header: str | None) -> str | None:
    """The ``Idempotency-Key`` sent, or ``None``; raises ``ValueError`` for a malformed one."""
    if header is None:
        return None
    if not _VISIBLE.fullmatch(header):
        raise ValueError("Idempotency-Key must be 1 to 128 visible ASCII characters.")
    return header
