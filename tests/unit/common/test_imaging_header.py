"""What images say about themselves, and what is refused on their word alone."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.imaging.header import (
    MAX_BYTES,
    Header,
    NotAnImage,
    TooLarge,
    TooSmall,
    check,
    parse,
)
from tests.support import pictures


@pytest.mark.parametrize("kind", [".jpg", ".png", ".webp"])
def test_the_size_is_read(kind: str) -> None:
    name = {".jpg": "jpeg"}.get(kind, kind[1:])
    assert parse(pictures.photo(70, 50, kind)) == Header(name, 70, 50)


def test_lossless_webp_and_progressive_jpeg_are_read() -> None:
    assert parse(pictures.photo(70, 50, ".webp", [64, 101])) == Header("webp", 70, 50)
    assert parse(pictures.photo(70, 50, ".jpg", [2, 1])) == Header("jpeg", 70, 50)


def test_an_extended_webp_gives_its_canvas() -> None:
    body = b"VP8X" + struct.pack("<I", 10) + b"\x10\0\0\0"
    canvas = (69).to_bytes(3, "little") + (49).to_bytes(3, "little")
    data = b"RIFF" + struct.pack("<I", 30) + b"WEBP" + body + canvas
    assert parse(data) == Header("webp", 70, 50)
    animated = data.replace(b"\x10\0\0\0", b"\x02\0\0\0")
    with pytest.raises(NotAnImage):
        parse(animated)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe0",
        b"\xff\xd8\xff\xe0\x00\x01",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8" + b"\xff\x01" * 5000,
        b"\xff\xd8\xff\xdb\x00\x04ab",
        b"hello, I am a photo.jpg",
        pictures.GIF,
        pictures.SVG,
        b"BM" + b"\0" * 100,
        b"RIFF\0\0\0\0WEBPVP8X",
        b"RIFF\0\0\0\0WEBPALPH" + b"\0" * 40,
        b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 40,
        b"RIFF\0\0\0\0WEBPVP8L" + b"\0" * 40,
        b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + b"\0" * 40,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        pictures.png(0, 10, b""),
        pictures.png(10, 10, b"", depth=3),
        pictures.png(10, 10, b"", before=pictures.chunk(b"acTL", b"\0" * 8)),
        pictures.png(20, 20, b"")[:33],
        pictures.png(20, 20, b"")[:33] + pictures.chunk(b"tEXt", b"a") * 5000,
    ],
)
def test_anything_else_is_not_an_image(data: bytes) -> None:
    with pytest.raises(NotAnImage):
        parse(data)


@pytest.mark.parametrize("marker", [0xC3, 0xC5, 0xC9])
def test_lossless_and_arithmetic_jpegs_are_refused(marker: int) -> None:
    frame = pictures.segment(marker, b"\x08\x00\x30\x00\x40\x01\x01\x11\x00")
    with pytest.raises(NotAnImage):
        parse(b"\xff\xd8" + frame)


@pytest.mark.parametrize(
    "frame", [b"\x0c\x00\x30\x00\x40\x01", b"\x08\x00\x00\x00\x40\x01", b"\x08\x00\x30\x00\x40\x02"]
)
def test_a_jpeg_frame_must_be_a_usual_one(frame: bytes) -> None:
    with pytest.raises(NotAnImage):
        parse(b"\xff\xd8" + pictures.segment(0xC0, frame + b"\x01\x11\x00"))


def test_junk_before_a_marker_is_skipped_as_decoders_do() -> None:
    jpeg = pictures.photo(70, 50)
    assert parse(jpeg[:2] + b"\xff\xd0" + jpeg[2:]) == Header("jpeg", 70, 50)
    odd = jpeg[:2] + pictures.segment(0xE1, b"x") + b"junk\xff\x00" + jpeg[2:]
    assert parse(odd) == Header("jpeg", 70, 50)


def test_limits_hold_at_their_edges() -> None:
    def said(width: int, height: int) -> bytes:
        frame = b"\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"
        return b"\xff\xd8" + pictures.segment(0xC0, frame)

    assert check(said(4032, 3024)) == Header("jpeg", 4032, 3024)
    assert check(said(16, 16)) == Header("jpeg", 16, 16)
    with pytest.raises(TooLarge):
        check(said(4033, 3024))
    with pytest.raises(TooLarge):
        check(said(65535, 65535))
    for width, height in ((15, 100), (100, 15), (1, 65535)):
        with pytest.raises(TooSmall):
            check(said(width, height))


def test_too_many_bytes_are_refused_before_anything_is_read() -> None:
    jpeg = pictures.photo()
    assert check(jpeg + b"\0" * (MAX_BYTES - len(jpeg))).format == "jpeg"
    with pytest.raises(TooLarge):
        check(b"\0" * (MAX_BYTES + 1))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([".jpg", ".png", ".webp"]),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8),
    st.integers(0, 500),
)
def test_damage_never_raises_anything_unexpected(
    kind: str, changes: list[tuple[int, int]], length: int
) -> None:
    data = bytearray(pictures.photo(64, 48, kind))
    for place, value in changes:
        data[place % len(data)] = value
    for damaged in (bytes(data), bytes(data[:length])):
        try:
            header = parse(damaged)
        except NotAnImage:
            continue
        assert header.width > 0
        assert header.height > 0
