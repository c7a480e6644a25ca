"""The corpus: damaged, cut, swollen, two-faced, odd. No crash; bounded memory and time."""

from __future__ import annotations

import os
import random
import re
import resource
import struct
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from common.errors import DomainError
from common.imaging import child
from common.imaging.process import Child
from common.imaging.reader import ImageReader
from tests.support import pictures

KINDS = [".jpg", ".png", ".webp"]
# OpenCV and Python take 50 MiB, the largest picture that is read and its file 75 more.
MOST_MIB = 160
ZERO = bytes(4)


# On a busy machine a picture waits for its turn: here nobody gives one up for that, neither parent
# nor child, and what counts against a picture is the work that it makes.
PATIENCE = 120
PATIENT = (
    sys.executable,
    "-I",
    "-c",
    f"import sys; sys.path.insert(0, {str(Path(child.__file__).parent)!r})\n"
    f"import child; child.JOB_SECONDS = {PATIENCE}; child.main()",
)
TICKS = os.sysconf("SC_CLK_TCK")


class Nursery:
    """Starts the children of a reader and remembers them: each crash or kill costs one."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self.reader = ImageReader(size=1, start=self._start)

    def _start(self) -> Child:
        self.children.append(Child(PATIENT))
        return self.children[-1]

    def worked(self) -> float:
        """Seconds of processor time that this thread and every child, dead or alive, have taken."""
        alive = sum(worked(one.pid) for one in self.children if one.usable)
        dead = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.thread_time() + alive + dead.ru_utime + dead.ru_stime

    def verdict(self, data: bytes, within: float = 2.0) -> str:
        """``read`` or the code of the refusal, which must take no more work than ``within``."""
        before = self.worked()
        try:
            self.reader.both(data)
            found = "read"
        except DomainError as fault:
            found = fault.code
        assert self.worked() - before < within
        return found

    def unharmed(self) -> bool:
        """Whether the first child is still there, works and has never been large."""
        assert self.verdict(pictures.photo()) == "read"
        (only,) = self.children
        peak = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{only.pid}/status").read_text())
        assert peak is not None
        return int(peak[1]) < MOST_MIB * 1024


def worked(pid: int) -> float:
    """Seconds of processor time that a process has taken (proc(5): fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@pytest.fixture
def nursery(monkeypatch: pytest.MonkeyPatch) -> Iterator[Nursery]:
    monkeypatch.setattr(child, "JOB_SECONDS", PATIENCE)
    made = Nursery()
    yield made
    made.reader.close()


def flips(count: int, seed: int) -> Iterator[bytes]:
    """Images with some bytes changed: ``count`` of them, always the same for a ``seed``."""
    luck = random.Random(seed)
    sources = [pictures.photo(64, 48, kind) for kind in KINDS]
    sources += [pictures.photo(64, 48, ".jpg", [2, 1]), pictures.CMYK]
    for _ in range(count):
        data = bytearray(luck.choice(sources))
        for _ in range(luck.randint(1, 6)):
            data[luck.randrange(len(data))] = luck.randrange(256)
        yield bytes(data[: luck.randint(1, len(data))]) if luck.random() < 0.2 else bytes(data)


def survive(nursery: Nursery, count: int, seed: int) -> None:
    verdicts = [nursery.verdict(data) for data in flips(count, seed)]
    assert {"read", "not_an_image"} <= set(verdicts)
    assert set(verdicts) <= {"read", "not_an_image", "too_small", "too_large"}
    assert nursery.unharmed()


def test_a_thousand_damaged_pictures_harm_nobody(nursery: Nursery) -> None:
    survive(nursery, 1_000, seed=20)


@pytest.mark.faults
def test_ten_thousand_damaged_pictures_harm_nobody(nursery: Nursery) -> None:
    survive(nursery, 10_000, seed=21)


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_may_be_cut_anywhere(nursery: Nursery, kind: str) -> None:
    whole = pictures.photo(64, 48, kind)
    verdicts = {nursery.verdict(whole[:length]) for length in range(len(whole))}
    assert verdicts <= {"read", "not_an_image"}
    assert nursery.verdict(whole) == "read"
    assert nursery.unharmed()


def swollen_png() -> bytes:
    """It says 64 x 48 points and unpacks to 361 million."""
    start = pictures.bomb(19000, 19000)
    return pictures.png(64, 48, start[41 : start.rindex(b"IEND") - 8])


def png_with(kind: bytes, text: bytes) -> bytes:
    """A small PNG with 50 MB of zeros packed into a chunk that explains it."""
    packed = text + zlib.compress(bytes(50_000_000), 9)
    body = zlib.compress(bytes(65 * 48))
    return pictures.png(64, 48, body, before=pictures.chunk(kind, packed))


def png_of_many_chunks() -> bytes:
    body = zlib.compress(bytes(65 * 48))
    return pictures.png(64, 48, body, before=pictures.chunk(b"tEXt", b"a\0b") * 4000)


def jpeg_with_a_second_frame() -> bytes:
    """After its own header comes one of a picture a thousand times as large."""
    jpeg = pictures.photo(64, 48)
    at = jpeg.index(b"\xff\xc0")
    frame = bytearray(jpeg[at : at + 19])
    frame[5:9] = struct.pack(">HH", 60_000, 60_000)
    return jpeg[: at + 19] + bytes(frame) + jpeg[at + 19 :]


def webp_with_a_small_canvas() -> bytes:
    """The container says 64 x 48, the picture in it has 12 megapixels."""
    inner = pictures.encoded(np.zeros((3000, 4000, 3), np.uint8), ".webp")[12:]
    canvas = struct.pack("<I", 63)[:3] + struct.pack("<I", 47)[:3]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + ZERO + canvas + inner
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    "make",
    [
        swollen_png,
        lambda: png_with(b"zTXt", b"a\0\0"),
        lambda: png_with(b"iCCP", b"a\0\0"),
        lambda: png_with(b"iTXt", b"a\0\1\0\0\0"),
        png_of_many_chunks,
        jpeg_with_a_second_frame,
        webp_with_a_small_canvas,
    ],
)
def test_what_is_larger_than_its_header_says_stays_small(
    nursery: Nursery, make: Callable[[], bytes]
) -> None:
    assert nursery.verdict(make()) in {"read", "not_an_image"}
    assert nursery.unharmed()


def test_a_picture_that_would_take_minutes_is_given_up(
    nursery: Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each scan of a progressive JPEG may go over every block again.
    jpeg = pictures.encoded(np.zeros((3000, 4032, 3), np.uint8), ".jpg", [2, 1])
    scan = jpeg[jpeg.rindex(b"\xff\xda") : -2]
    endless = jpeg[:-2] + scan * ((5_000_000 - len(jpeg)) // len(scan)) + jpeg[-2:]
    assert nursery.verdict(jpeg) == "read"
    with monkeypatch.context() as hurried:
        hurried.setattr(child, "JOB_SECONDS", 1)
        assert nursery.verdict(endless) == "not_an_image"
    assert not nursery.children[0].usable
    assert nursery.verdict(pictures.photo()) == "read"


PAGE = b"<!doctype html><script>alert(1)</script>"
ARCHIVE = b"PK\x05\x06" + bytes(18)


@pytest.mark.parametrize(
    "data",
    [
        pictures.photo() + ARCHIVE,
        pictures.photo() + PAGE,
        pictures.photo() + pictures.photo(4000, 3000),
        pictures.photo(kind=".png") + ARCHIVE,
        pictures.photo(kind=".webp") + PAGE,
        pictures.with_segment(pictures.photo(), pictures.segment(0xFE, PAGE)),
        pictures.png(64, 48, zlib.compress(bytes(65 * 48)), before=pictures.chunk(b"tEXt", PAGE)),
    ],
)
def test_of_a_picture_that_is_something_else_too_the_picture_remains(
    nursery: Nursery, data: bytes
) -> None:
    picture = nursery.reader.both(data)
    assert (picture.width, picture.height) == (64, 48)
    assert PAGE not in picture.jpeg
    assert ARCHIVE not in picture.jpeg


@pytest.mark.parametrize("kind", [".bmp", ".tiff", ".ppm", ".sr", ".hdr", ".jp2", ".gif", ".avif"])
def test_other_formats_never_reach_a_decoder(nursery: Nursery, kind: str) -> None:
    pixels = np.zeros((48, 64, 3), np.float32 if kind == ".hdr" else np.uint8)
    assert nursery.verdict(pictures.encoded(pixels, kind)) == "not_an_image"
    assert nursery.children == []


@pytest.mark.parametrize(
    "front", [b"GIF89a", b"%PDF-1.7\n", b"BM", b"PK\x03\x04", PAGE, b" ", b"\0"]
)
def test_a_picture_behind_something_else_never_reaches_a_decoder(
    nursery: Nursery, front: bytes
) -> None:
    for kind in KINDS:
        assert nursery.verdict(front + pictures.photo(kind=kind)) == "not_an_image"
    assert nursery.children == []
