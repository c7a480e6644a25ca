"""What the reader gives back and what it refuses, with real children."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import numpy as np
import pytest

from common.errors import DomainError, Kind
from common.imaging.process import Child, Picture
from common.imaging.reader import ImageReader
from tests.support import pictures


@pytest.fixture(scope="module")
def reader() -> Iterator[ImageReader]:
    made = ImageReader()
    yield made
    made.close()


def array(picture: Picture) -> Any:
    return np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width, 3)


def refusal(reader: ImageReader, data: bytes) -> DomainError:
    with pytest.raises(DomainError) as caught:
        reader.pixels(data, field="picture")
    assert caught.value.field == "picture"
    return caught.value


@pytest.mark.parametrize("kind", [".jpg", ".png", ".webp"])
def test_pixels_are_those_of_the_decoder(reader: ImageReader, kind: str) -> None:
    data = pictures.photo(90, 60, kind)
    picture = reader.pixels(data)
    expected = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert (picture.width, picture.height, picture.jpeg) == (90, 60, b"")
    assert np.array_equal(array(picture), expected)


def test_cmyk_and_sixteen_bits_become_ordinary_pixels(reader: ImageReader) -> None:
    assert (reader.pixels(pictures.CMYK).width, reader.pixels(pictures.CMYK).height) == (32, 24)
    deep = pictures.encoded(np.full((20, 30, 3), 0x8000, np.uint16), ".png")
    assert abs(int(array(reader.pixels(deep))[0, 0, 0]) - 0x80) <= 1
    clear = pictures.encoded(np.full((20, 30, 4), 200, np.uint8), ".png")
    assert array(reader.pixels(clear)).shape == (20, 30, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_picture(reader: ImageReader, orientation: int) -> None:
    turned = pictures.with_segment(pictures.photo(80, 48), pictures.exif(orientation))
    picture = reader.both(turned)
    assert (picture.width, picture.height) == ((80, 48) if orientation < 5 else (48, 80))
    upper, left = {
        1: (True, True),
        2: (True, False),
        3: (False, False),
        4: (False, True),
        5: (True, True),
        6: (True, False),
        7: (False, False),
        8: (False, True),
    }[orientation]
    again = reader.pixels(picture.jpeg)
    for pixels in (array(picture), array(again)):
        assert pixels[4 if upper else -5, 4 if left else -5].min() > 240


def test_re_encoding_drops_everything_that_is_not_picture(reader: ImageReader) -> None:
    jpeg = pictures.with_segment(pictures.photo(), pictures.exif(1, b"GPS 41.01N 28.97E"))
    jpeg = pictures.with_segment(jpeg, pictures.segment(0xFE, b"<script>alert(1)</script>"))
    tail = b"PK\x03\x04 a zip archive follows the picture"
    clean = reader.jpeg(jpeg + tail)
    for trace in (b"Exif", b"GPS", b"<script>", b"PK\x03\x04", b"zip"):
        assert trace in jpeg + tail
        assert trace not in clean
    assert clean.startswith(b"\xff\xd8\xff")
    assert clean.endswith(b"\xff\xd9")


def test_a_longest_side_bounds_the_jpeg_and_leaves_the_pixels(reader: ImageReader) -> None:
    picture = reader.both(pictures.photo(400, 200), longest=100)
    assert (picture.width, picture.height) == (400, 200)
    small = reader.pixels(picture.jpeg)
    assert (small.width, small.height) == (100, 50)
    same = reader.pixels(reader.jpeg(pictures.photo(40, 30), longest=100))
    assert (same.width, same.height) == (40, 30)


@pytest.mark.parametrize(
    ("data", "code", "kind"),
    [
        (b"", "not_an_image", Kind.UNPROCESSABLE),
        (b"I am a photo", "not_an_image", Kind.UNPROCESSABLE),
        (pictures.GIF, "not_an_image", Kind.UNPROCESSABLE),
        (pictures.SVG, "not_an_image", Kind.UNPROCESSABLE),
        (pictures.photo()[:100], "not_an_image", Kind.UNPROCESSABLE),
        (pictures.photo(kind=".png")[:60], "not_an_image", Kind.UNPROCESSABLE),
        (pictures.png(64, 64, b"not deflate"), "not_an_image", Kind.UNPROCESSABLE),
        (pictures.photo(8, 8), "too_small", Kind.UNPROCESSABLE),
        (b"\0" * (5 * 1024 * 1024 + 1), "too_large", Kind.TOO_LARGE),
    ],
)
def test_refusals(reader: ImageReader, data: bytes, code: str, kind: Kind) -> None:
    error = refusal(reader, data)
    assert (error.code, error.kind) == (code, kind)


def test_the_caller_chooses_the_kind_of_refusal() -> None:
    with pytest.raises(DomainError) as caught:
        ImageReader(kind=Kind.UNSUPPORTED).jpeg(b"")
    assert caught.value.kind is Kind.UNSUPPORTED


def test_a_bomb_is_refused_by_its_header_alone() -> None:
    bomb = pictures.bomb(19000, 19000)
    assert len(bomb) < 600_000

    def never() -> Child:
        raise AssertionError("a child was started")

    began = time.monotonic()
    error = refusal(ImageReader(start=never), bomb)
    assert time.monotonic() - began < 0.2
    assert (error.code, error.kind) == ("too_large", Kind.TOO_LARGE)


def test_the_largest_picture_fits_the_child(reader: ImageReader) -> None:
    picture = reader.both(pictures.bomb(4032, 3000), longest=200)
    assert (picture.width, picture.height) == (4032, 3000)


def test_many_threads_get_their_own_pictures(reader: ImageReader) -> None:
    def read(number: int) -> bool:
        picture = reader.pixels(pictures.photo(40 + number, 60))
        return picture.width == 40 + number

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, range(64)))
    assert len(reader._idle) <= 2
