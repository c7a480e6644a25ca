"""The decoding child by itself: confined, ended with its input, and unable to raise."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from common.imaging import child, process
from common.imaging.process import Child
from common.imaging.reader import ImageReader
from tests.support import pictures


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
