"""Turning request bytes into checked values; everything wrong becomes one kind of refusal."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from common.errors import DomainError, Kind

Model = TypeVar("Model", bound=BaseModel)

DEEPEST = 32
# A string that never ends still matches, once: trying again from each quote would be quadratic.
_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_VISIBLE = re.compile(r"[\x21-\x7e]{1,128}")
# Escapes that may make a character no store takes: NUL, or half of a surrogate pair.
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_MOST_DIGITS = 400


class Malformed(ValueError):
    """Input that cannot be understood, with the member at fault where one is known."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def strict_json(raw: bytes) -> Any:
    """The value in ``raw``: UTF-8, finite numbers, no member twice, at most `DEEPEST` levels.

    Text holds no NUL and no half of a surrogate pair. Raises `Malformed` with a sentence.
    """
    if raw.count(b"[") + raw.count(b"{") > DEEPEST:
        _check_depth(raw)
    try:
        value = _DECODER.decode(raw.decode("utf-8"))
    except UnicodeDecodeError as fault:
        raise Malformed("The body is not UTF-8.") from fault
    except json.JSONDecodeError as fault:
        raise Malformed("The body is not valid JSON.") from fault
    if _SUSPECT.search(raw):
        _check_texts(value)
    return value


def _check_texts(value: Any) -> None:
    for place, text in _texts(value, ""):
        if "\0" in text:
            raise Malformed("The text holds a NUL character.", place or None)
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise Malformed("The text holds half of a character.", place or None)


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every text in ``value`` with the dotted name of where it stands."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(item, f"{place}.{number}".lstrip("."))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield place, name
            yield from _texts(item, f"{place}.{name}".lstrip("."))


def _check_depth(raw: bytes) -> None:
    depth = 0
    for match in _STRUCTURE.finditer(raw):
        mark = match.group()
        if mark in b"[{":
            depth += 1
            if depth > DEEPEST:
                raise Malformed("The JSON is nested too deeply.")
        elif mark in b"]}":
            depth -= 1


def _not_finite(constant: str) -> Any:
    raise Malformed(f"{constant} is not a JSON number.")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise Malformed("A number is too large.")
    return number


def _whole(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise Malformed("A number is too large.")
    return int(text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("A member of the JSON object is given twice.")
    return found


_DECODER = json.JSONDecoder(
    parse_constant=_not_finite, parse_float=_finite, parse_int=_whole, object_pairs_hook=_unique
)


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
    """The ``Idempotency-Key`` sent, or ``None``; raises `Malformed` for a malformed one."""
    if header is None:
        return None
    if not _VISIBLE.fullmatch(header):
        raise Malformed(
            "Idempotency-Key must be 1 to 128 visible ASCII characters.", "Idempotency-Key"
        )
    return header
