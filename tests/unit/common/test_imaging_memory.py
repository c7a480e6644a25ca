"""What a decoding child keeps of its memory between two images, and what it gives back."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.imaging import child
from common.imaging.header import Header
from common.imaging.process import Child
from tests.support import pictures


@pytest.fixture
def made() -> Iterator[Child]:
    one = Child()
    yield one
    one.kill()


def run(made: Child, data: bytes, width: int, height: int) -> None:
    header = Header("any", width, height)
    assert made.run(data, header, flags=child.WANT_PIXELS, quality=85, edge=0).width == width


def page_faults(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[7])


def resident_mib(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) // 1024


def test_the_next_frame_is_decoded_into_memory_that_is_there(made: Child) -> None:
    frame = pictures.photo(640, 480)
    for _ in range(3):
        run(made, frame, 640, 480)
    before = page_faults(made.pid)
    for _ in range(20):
        run(made, frame, 640, 480)
    # A frame has 225 pages.
    assert page_faults(made.pid) - before < 20 * 20


def test_what_a_large_photo_took_goes_back_to_the_kernel(made: Child) -> None:
    run(made, pictures.photo(640, 480), 640, 480)
    before = resident_mib(made.pid)
    for _ in range(3):
        run(made, pictures.bomb(4032, 3000), 4032, 3000)
    # Its pixels alone are 35 MiB. The child lets go of them after its answer, when it has its turn.
    until = time.monotonic() + 10
    while resident_mib(made.pid) - before >= 20:
        assert time.monotonic() < until
        time.sleep(0.01)
