"""Decoding in the child: what comes back, what is refused, and what a child may do to us."""

from __future__ import annotations

import os
import random
import signal
import struct
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from common.errors import DomainError, Kind
from common.imaging import child, process
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


def flips(count: int, seed: int) -> Iterator[bytes]:
    """Images with some bytes changed: ``count`` of them, always the same for a ``seed``."""
    luck = random.Random(seed)
    sources = [pictures.photo(64, 48, kind) for kind in (".jpg", ".png", ".webp")]
    sources += [pictures.photo(64, 48, ".jpg", [2, 1]), pictures.CMYK]
    for _ in range(count):
        data = bytearray(luck.choice(sources))
        for _ in range(luck.randint(1, 6)):
            data[luck.randrange(len(data))] = luck.randrange(256)
        yield bytes(data[: luck.randint(1, len(data))]) if luck.random() < 0.2 else bytes(data)


def survive(reader: ImageReader, count: int, seed: int) -> int:
    read, codes = 0, set()
    for data in flips(count, seed):
        began = time.monotonic()
        try:
            reader.both(data)
            read += 1
        except DomainError as fault:
            codes.add(fault.code)
        assert time.monotonic() - began < child.JOB_SECONDS + 2
    assert codes <= {"not_an_image", "too_small", "too_large"}
    return read


def test_a_thousand_damaged_pictures_harm_nobody(reader: ImageReader) -> None:
    assert 0 < survive(reader, 1_000, seed=20) < 1_000
    assert reader.pixels(pictures.photo()).width == 64


@pytest.mark.faults
def test_ten_thousand_damaged_pictures_harm_nobody(reader: ImageReader) -> None:
    assert 0 < survive(reader, 10_000, seed=21) < 10_000
    assert reader.pixels(pictures.photo()).width == 64


def test_many_threads_get_their_own_pictures(reader: ImageReader) -> None:
    def read(number: int) -> bool:
        picture = reader.pixels(pictures.photo(40 + number, 60))
        return picture.width == 40 + number

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, range(64)))
    assert len(reader._idle) <= 2


class Impostor(Child):
    """A child that runs ``code`` instead of the decoder."""

    def __init__(self, code: str) -> None:
        super().__init__((sys.executable, "-I", "-c", code))


def impostors(*codes: str) -> Any:
    """A maker of children that runs each code once, then real children."""
    left = list(codes)
    return lambda: Impostor(left.pop(0)) if left else Child()


def answered(reader: ImageReader) -> DomainError:
    with pytest.raises(DomainError) as caught:
        reader.pixels(pictures.photo())
    return caught.value


def works_again(reader: ImageReader) -> bool:
    try:
        return reader.pixels(pictures.photo()).width == 64
    finally:
        reader.close()


def test_a_child_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "JOB_SECONDS", 0.5)
    started: list[Child] = []

    def start() -> Child:
        code = "import time; time.sleep(60)"
        started.append(Impostor(code) if not started else Child())
        return started[-1]

    reader = ImageReader(start=start)
    began = time.monotonic()
    assert answered(reader).code == "not_an_image"
    assert time.monotonic() - began < 3
    assert not started[0].usable
    with pytest.raises(ProcessLookupError):
        os.kill(started[0].pid, 0)
    monkeypatch.setattr(child, "JOB_SECONDS", 5)
    assert works_again(reader)


def test_a_child_that_crashes_costs_its_picture_only() -> None:
    reader = ImageReader(start=impostors("import os; os.abort()"))
    assert answered(reader).code == "not_an_image"
    assert works_again(reader)


def test_a_child_killed_from_outside_is_nobodys_fault() -> None:
    reader = ImageReader(start=impostors("import os; os.kill(os.getpid(), 9)"))
    error = answered(reader)
    assert (error.code, error.kind) == ("unavailable", Kind.UNAVAILABLE)
    assert works_again(reader)


def test_a_child_that_ended_while_idle_is_replaced() -> None:
    reader = ImageReader(size=1)
    reader.pixels(pictures.photo())
    idle = reader._idle[0]
    os.kill(idle.pid, signal.SIGKILL)
    assert works_again(reader)


def test_a_used_child_that_dies_on_the_job_is_replaced_within_it() -> None:
    reader = ImageReader(size=1)
    reader.pixels(pictures.photo())
    idle = reader._idle[0]
    os.kill(idle.pid, signal.SIGSTOP)

    def finish() -> None:
        time.sleep(0.3)
        os.kill(idle.pid, signal.SIGKILL)

    killer = threading.Thread(target=finish)
    killer.start()
    assert works_again(reader)
    killer.join()


LIE = "import sys; sys.stdin.buffer.read(16); sys.stdout.buffer.write({!r})"


@pytest.mark.parametrize(
    "answer",
    [
        child.ANSWER.pack(child.DONE, 64, 4800, 64 * 4800 * 3, 0),
        child.ANSWER.pack(child.DONE, 64, 48, 2**31, 0),
        child.ANSWER.pack(child.DONE, 64, 48, 64 * 48 * 3, 2**31),
    ],
)
def test_a_child_that_lies_about_sizes_is_not_believed(answer: bytes) -> None:
    reader = ImageReader(start=impostors(LIE.format(answer)))
    assert answered(reader).code == "not_an_image"
    assert works_again(reader)


def test_a_jpeg_that_was_not_asked_for_or_is_missing_is_refused() -> None:
    answer = child.ANSWER.pack(child.DONE, 64, 48, 0, 0)
    reader = ImageReader(start=impostors(LIE.format(answer)))
    with pytest.raises(DomainError) as caught:
        reader.jpeg(pictures.photo())
    assert caught.value.code == "not_an_image"
    assert works_again(reader)


def test_when_all_children_are_busy_the_wait_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.imaging.reader._WAIT_SECONDS", 0.05)
    reader = ImageReader(size=1)
    reader._slots.acquire()
    assert answered(reader).kind is Kind.UNAVAILABLE


def test_a_forked_process_starts_children_of_its_own() -> None:
    reader = ImageReader(size=1)
    reader.pixels(pictures.photo())
    ours = {one.pid for one in reader._idle}
    reader._pid = -1
    first = reader._idle[0]
    reader.pixels(pictures.photo())
    assert ours.isdisjoint({one.pid for one in reader._idle})
    first.kill()
    reader.close()


def test_the_child_is_confined() -> None:
    reader = ImageReader(size=1)
    reader.pixels(pictures.photo())
    pid = reader._idle[0].pid
    limits = Path(f"/proc/{pid}/limits").read_text()
    values = {line[:25].strip(): line[25:].split()[0] for line in limits.splitlines()}
    assert values["Max address space"] == str(child.ADDRESS_SPACE)
    assert values["Max file size"] == "0"
    assert values["Max open files"] == "16"
    assert values["Max processes"] == "0"
    names = {item.split(b"=")[0] for item in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")}
    assert names <= {b"", *(name.encode() for name in process._ENVIRONMENT)}
    open_files = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
    assert all(name.startswith(("pipe:", "/dev/null")) for name in open_files)
    reader.close()


def test_the_child_ends_with_its_input() -> None:
    made = Child()
    made.forget()
    assert made._process.wait(5) == 0
    assert not made.usable


def test_the_child_says_no_to_a_picture_beyond_its_memory() -> None:
    # Without the header check before it: the limits inside the child hold by themselves.
    made = Child()
    header = process.Header("png", 19000, 19000)
    with pytest.raises((process.Refused, process.Died)):
        made.run(pictures.bomb(19000, 19000), header, flags=1, quality=85, edge=0)
    made.kill()


def test_serving_ends_when_input_ends_or_stays_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "IDLE_SECONDS", 0.05)
    asked, answers = os.pipe(), os.pipe()
    child.serve(asked[0], answers[1], child.decode)
    data = pictures.photo()
    os.write(asked[1], child.REQUEST.pack(child.WANT_PIXELS | child.WANT_JPEG, 85, 32, len(data)))
    os.write(asked[1], data + b"\0")
    os.close(asked[1])
    child.serve(asked[0], answers[1], child.decode)
    os.close(answers[1])
    with os.fdopen(answers[0], "rb") as stream:
        status, width, height, raw, jpeg = child.ANSWER.unpack(stream.read(child.ANSWER.size))
        rest = stream.read()
    assert (status, width, height, raw) == (child.DONE, 64, 48, 64 * 48 * 3)
    assert len(rest) == raw + jpeg
    os.close(asked[0])


def test_decode_refuses_without_an_exception() -> None:
    refused = struct.pack("<BIIII", child.REFUSED, 0, 0, 0, 0)
    assert child.decode(b"nothing", child.WANT_PIXELS, 85, 0)[0] == refused
