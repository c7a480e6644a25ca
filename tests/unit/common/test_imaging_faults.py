"""Children that hang, crash, vanish or lie, and what becomes of the picture they had."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import Any

import pytest

from common.errors import DomainError, Kind
from common.imaging import child
from common.imaging.process import Child
from common.imaging.reader import ImageReader
from tests.support import pictures


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
