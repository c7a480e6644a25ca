"""A zip file made while it is sent."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from common.privacy.archive import archive, document

AT = datetime(2026, 11, 26, 8, 30, 10, tzinfo=UTC)


def test_members_come_out_as_they_went_in() -> None:
    members = [("a.json", document({"name": "Ayşe"})), ("photos/1.jpg", bytes(range(256)) * 40)]
    packed = zipfile.ZipFile(io.BytesIO(b"".join(archive(members, AT))))
    assert packed.testzip() is None
    assert json.loads(packed.read("a.json")) == {"name": "Ayşe"}
    assert packed.read("photos/1.jpg") == members[1][1]
    assert packed.infolist()[0].date_time == (2026, 11, 26, 8, 30, 10)
    assert packed.getinfo("photos/1.jpg").compress_type == zipfile.ZIP_STORED


def test_a_member_is_asked_for_when_it_is_due_and_given_away_at_once() -> None:
    asked: list[str] = []

    def members() -> Iterator[tuple[str, bytes]]:
        for name in ("one", "two", "three"):
            asked.append(name)
            yield name, bytes(100_000)

    pieces = archive(members(), AT)
    first = next(pieces)
    assert asked == ["one"]
    assert first.startswith(b"PK")
    assert asked == ["one"]
    next(pieces)
    assert asked == ["one", "two"]


def test_what_cannot_be_had_ends_it_unfinished() -> None:
    def members() -> Iterator[tuple[str, bytes]]:
        yield "one", b"1"
        raise LookupError

    pieces = archive(members(), AT)
    sent = next(pieces)
    with pytest.raises(LookupError):
        next(pieces)
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(sent))
