"""Request bytes become checked values, or one kind of refusal."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from common.errors import DomainError, Kind
from common.httpkit.fields import LARGEST_ID, Id, Strict
from common.httpkit.parse import DEEPEST, Malformed, checked, idempotency_key, strict_json

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            TEXTS,
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(VALUES, st.booleans())
def test_what_json_says_is_read(value: object, ascii_only: bool) -> None:
    assert strict_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        value = strict_json(raw)
    except Malformed as refusal:
        assert str(refusal)  # noqa: PT017  a sentence for people
        return
    json.dumps(value, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"", None),
        (b"{", None),
        (b"\xff", None),
        (b"NaN", None),
        (b'{"a": -Infinity}', None),
        (b'{"a": 1e999}', None),
        (b'{"a": -1e999}', None),
        (b'{"a": ' + b"9" * 401 + b"}", None),
        (b'{"a": ' + b"9" * 5000 + b"}", None),
        (b'{"a": 1, "a": 2}', None),
        (b'{"a": {"b": 1, "b": 1}}', None),
        (b'{"a": "\\u0000"}', "a"),
        (b'{"a": {"b": ["x", "\\u0000"]}}', "a.b.1"),
        (b'{"\\u0000": 1}', None),
        (b'{"a": {"\\u0000": 1}}', "a"),
        (b'["\\ud800"]', "0"),
        (b'{"a": "\\uDFFF"}', "a"),
        (b'"\\ud800"', None),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), None),
        (b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1), None),
        (b"[" * 100_000, None),
    ],
)
def test_what_is_not_taken(raw: bytes, field: str | None) -> None:
    with pytest.raises(Malformed) as refusal:
        strict_json(raw)
    assert refusal.value.field == field


def test_what_looks_bad_and_is_not() -> None:
    assert strict_json(b'{"a": "\\ud83e\\udd80"}') == {"a": "🦀"}
    assert strict_json(b'{"a": "\\\\u0000 \\\\ud800"}') == {"a": "\\u0000 \\ud800"}
    assert strict_json(b"[" * DEEPEST + b"]" * DEEPEST)
    wide = b"[" + b"[]," * 200 + b'"[[[[\\"{{{{"]'
    assert len(strict_json(wide)) == 201


@pytest.mark.parametrize(
    "tail", [b'\\"' * 500_000, b'"' * 999_999, b"\\" * 999_999, b'"a' * 500_000]
)
def test_hostile_depth_costs_no_time(tail: bytes) -> None:
    began = time.perf_counter()
    with pytest.raises(Malformed):
        strict_json(b"[" * 40 + b'"' + tail)
    assert time.perf_counter() - began < 2


class Inner(Strict):
    count: int = Field(ge=0)


class Outer(Strict):
    id: Id
    name: str
    inner: Inner


GOOD = {"id": 1, "name": "a", "inner": {"count": 0}}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "1"}, "id"),
        ({"id": 1.5}, "id"),
        ({"id": True}, "id"),
        ({"id": 0}, "id"),
        ({"id": LARGEST_ID + 1}, "id"),
        ({"name": 5}, "name"),
        ({"name": None}, "name"),
        ({"inner": {"count": -1}}, "inner.count"),
        ({"inner": []}, "inner"),
    ],
)
@pytest.mark.parametrize("kind", [Kind.INVALID, Kind.UNPROCESSABLE])
def test_the_first_fault_is_named(changes: dict[str, object], field: str, kind: Kind) -> None:
    with pytest.raises(DomainError) as refusal:
        checked(Outer, GOOD | changes, kind)
    assert (refusal.value.kind, refusal.value.code) == (kind, "invalid_request")
    assert refusal.value.field == field
    assert refusal.value.message.startswith(f"{field}: ")


@pytest.mark.parametrize("value", [None, [], "x", 5])
def test_what_is_no_object_names_no_field(value: object) -> None:
    with pytest.raises(DomainError) as refusal:
        checked(Outer, value, Kind.INVALID)
    assert refusal.value.field is None


def test_what_is_not_known_is_ignored() -> None:
    assert checked(Outer, GOOD | {"role": "admin"}, Kind.INVALID) == Outer.model_validate(GOOD)


def test_digits_in_an_address_are_numbers() -> None:
    class Path(BaseModel):
        id: Id

    assert checked(Path, {"id": "42"}, Kind.INVALID).id == 42
    for word in ("٤٢", "4_2", "", "0", "-1", str(2**53)):
        if word != "4_2":
            with pytest.raises(DomainError):
                checked(Path, {"id": word}, Kind.INVALID)


@pytest.mark.parametrize("header", [None, "a", "x" * 128, "!~{}-_0"])
def test_keys_that_are_taken(header: str | None) -> None:
    assert idempotency_key(header) == header


@pytest.mark.parametrize("header", ["", "x" * 129, "a b", "a\tb", "é", "a\x7f"])
def test_keys_that_are_not(header: str) -> None:
    with pytest.raises(Malformed) as refusal:
        idempotency_key(header)
    assert refusal.value.field == "Idempotency-Key"
