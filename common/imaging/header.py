"""What an image says about itself, read without decoding: JPEG, PNG and WebP, stills only.

Sources: ITU-T T.81 (JPEG), the W3C's PNG specification, RFC 9649 (WebP).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MAX_BYTES = 5 * 1024 * 1024
# What cameras sell as 12 megapixels.
MAX_PIXELS = 4032 * 3024
MIN_SIDE = 16

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
# Baseline, extended and progressive Huffman frames; lossless and arithmetic ones are not photos.
_JPEG_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_JPEG_OTHER_FRAMES = frozenset({0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
_MOST_CHUNKS = 4096


class NotAnImage(Exception):
    """The bytes are not a still JPEG, PNG or WebP image."""


class TooLarge(Exception):
    """The image has more bytes or pixels than are taken."""


class TooSmall(Exception):
    """The image has a side shorter than `MIN_SIDE`."""


@dataclass(frozen=True, slots=True)
class Header:
    """The format (``jpeg``, ``png``, ``webp``) and the size in pixels as stored, not as shown."""

    format: str
    width: int
    height: int


def check(data: bytes) -> Header:
    """The header of ``data`` if it is within the limits; raises one of this module's errors."""
    if len(data) > MAX_BYTES:
        raise TooLarge
    header = parse(data)
    if header.width * header.height > MAX_PIXELS:
        raise TooLarge
    if min(header.width, header.height) < MIN_SIDE:
        raise TooSmall
    return header


def parse(data: bytes) -> Header:
    """The header of ``data``; raises `NotAnImage` for everything but the three formats."""
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data.startswith(_PNG):
            return _png(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except IndexError as fault:
        raise NotAnImage from fault
    raise NotAnImage


def _jpeg(data: bytes) -> Header:
    at = 2
    for _ in range(_MOST_CHUNKS):
        # Like libjpeg: whatever stands before the next marker is skipped.
        at = data.find(b"\xff", at)
        if at < 0:
            break
        while data[at] == 0xFF:
            at += 1
        marker = data[at]
        at += 1
        if marker == 0 or marker in _JPEG_BARE:
            continue
        if marker in _JPEG_FRAMES:
            return _jpeg_frame(data, at)
        if marker in _JPEG_OTHER_FRAMES or marker in {0xD8, 0xD9, 0xDA}:
            break
        length = _big(data, at, 2)
        if length < 2:
            break
        at += length
    raise NotAnImage


def _jpeg_frame(data: bytes, at: int) -> Header:
    precision, height, width = data[at + 2], _big(data, at + 3, 2), _big(data, at + 5, 2)
    components = data[at + 7]
    if precision != 8 or components not in {1, 3, 4} or not height or not width:
        raise NotAnImage
    return Header("jpeg", width, height)


def _png(data: bytes) -> Header:
    width, height = _big(data, 16, 4), _big(data, 20, 4)
    depth, colour = data[24], data[25]
    if data[8:16] != b"\0\0\0\rIHDR" or not 0 < width < 2**31 or not 0 < height < 2**31:
        raise NotAnImage
    if depth not in _PNG_DEPTHS.get(colour, ()):
        raise NotAnImage
    for kind, _ in _png_chunks(data):
        if kind == b"acTL":  # an animation is not a photograph
            raise NotAnImage
        if kind == b"IDAT":
            return Header("png", width, height)
    raise NotAnImage


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int]]:
    at = 8
    for _ in range(_MOST_CHUNKS):
        if at + 8 > len(data):
            return
        yield data[at + 4 : at + 8], at
        at += 12 + _big(data, at, 4)


def _webp(data: bytes) -> Header:
    kind = data[12:16]
    if kind == b"VP8 ":
        if data[20] & 1 or data[23:26] != b"\x9d\x01\x2a":
            raise NotAnImage
        return _webp_size(_little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF)
    if kind == b"VP8L":
        bits = _little(data, 21, 4)
        if data[20] != 0x2F:
            raise NotAnImage
        return _webp_size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8X":
        if data[20] & 0x02:  # animated
            raise NotAnImage
        return _webp_size(_little(data, 24, 3) + 1, _little(data, 27, 3) + 1)
    raise NotAnImage


def _webp_size(width: int, height: int) -> Header:
    if not width or not height:
        raise NotAnImage
    return Header("webp", width, height)


def _big(data: bytes, at: int, size: int) -> int:
    return _number(data, at, size, "big")


def _little(data: bytes, at: int, size: int) -> int:
    return _number(data, at, size, "little")


def _number(data: bytes, at: int, size: int, order: str) -> int:
    if at + size > len(data):
        raise IndexError(at)
    raw = data[at : at + size]
    return int.from_bytes(raw, "big" if order == "big" else "little")
