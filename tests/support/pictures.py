"""Images for tests, sound and hostile, made on the spot."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import cv2
import numpy as np

CMYK = base64.b64decode(
    "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2RjcsLUBX"
    "QUZMTlJTUjI+WmFaUGBKUVJP/8AAFAgAGAAgBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYH"
    "CAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBka"
    "JSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeo"
    "qaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD06uSr"
    "r69Ioooooooooooooooooooooooooooooooooooooooooooor//Z"
)
GIF = b"GIF89a\x20\x00\x20\x00\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x20\x00\x20\x00\0\x02\x02D\x01\0;"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><script>1</script></svg>'


def photo(width: int = 64, height: int = 48, kind: str = ".jpg", options: Any = ()) -> bytes:
    """A picture with a bright upper left corner and some texture."""
    rows = np.linspace(0, 120, height).reshape(-1, 1)
    columns = np.linspace(0, 120, width).reshape(1, -1)
    pixels = np.repeat((rows + columns)[:, :, None], 3, axis=2).astype(np.uint8)
    pixels[: height // 4, : width // 4] = 255
    return encoded(pixels, kind, options)


def encoded(pixels: Any, kind: str = ".jpg", options: Any = ()) -> bytes:
    """``pixels`` in the format ``kind``."""
    done, data = cv2.imencode(kind, pixels, list(options))
    assert done
    return data.tobytes()


def segment(marker: int, body: bytes) -> bytes:
    """A JPEG marker segment."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def exif(orientation: int, gps: bytes = b"") -> bytes:
    """An APP1 segment with an orientation, and text that must not survive."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = b"MM\x00\x2a\x00\x00\x00\x08" + struct.pack(">H", 1) + entry + b"\0\0\0\0" + gps
    return segment(0xE1, b"Exif\0\0" + tiff)


def with_segment(jpeg: bytes, extra: bytes) -> bytes:
    """``jpeg`` with ``extra`` as its first segment."""
    return jpeg[:2] + extra + jpeg[2:]


def chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, body: bytes, *, before: bytes = b"", depth: int = 8) -> bytes:
    """A grey PNG that says it has this size; ``body`` is the compressed data."""
    head = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + before
    return start + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def bomb(width: int, height: int) -> bytes:
    """A valid PNG of this size, in a few kilobytes: all its points are black."""
    rows = 100
    assert height % rows == 0
    # The same deflate block over and over: what it unpacks to is never made here.
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeeze.compress(bytes((width + 1) * rows)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    size = (width + 1) * height
    checksum = (size % 65521) << 16 | 1
    last = b"\x03\x00" + struct.pack(">I", checksum)
    return png(width, height, b"\x78\x9c" + block * (height // rows) + last)
