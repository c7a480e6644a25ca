"""Logs that are watched and kept small, and what children say of themselves."""

from __future__ import annotations

import io
import json
import os
import socket
from pathlib import Path

import pytest

from local.logfile import LogFile, is_error, readable
from local.notice import NoticeBoard, Notices
from local.screen import Screen


def _line(**entry: str) -> str:
    return json.dumps(entry) + "\n"


def test_errors_are_seen_once(tmp_path: Path) -> None:
    path = tmp_path / "auth.log"
    path.write_text(_line(event="of an earlier run", level="error"))
    log = LogFile(path)
    assert log.new_errors() == []
    with path.open("a") as file:
        file.write(_line(event="fine", level="info"))
        file.write(_line(event="broken", level="error", exception="Traceback\nValueError: no"))
    assert log.new_errors() == ["broken: ValueError: no"]
    assert log.new_errors() == []


def test_a_log_that_grows_too_large_starts_again_and_its_writer_goes_on(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "rest.log", largest=100)
    handle = log.open()
    os.write(handle, b"x" * 200 + b"\n")
    log.new_errors()
    assert (tmp_path / "rest.log.1").stat().st_size == 201
    os.write(handle, b"after\n")
    os.close(handle)
    assert log.path.read_text() == "after\n"


def test_the_last_lines_as_a_person_reads_them(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "x.log")
    log.path.write_text("one\n\ntwo\n" + _line(event="three", error="why"))
    assert log.tail(2) == ["two", "three: why"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"event": "x", "level": "critical"}', True),
        ('{"event": "x", "level": "warning"}', False),
        ("2026-11-21 [1] FATAL:  password authentication failed", True),
        ("2026-11-21 [1] FATAL:  the database system is starting up", False),
        ("2026-11-21 [1] LOG:  checkpoint", False),
    ],
)
def test_what_counts_as_an_error(line: str, expected: bool) -> None:
    assert is_error(line) is expected


def test_a_line_that_only_looks_like_json_is_shown_as_it_is() -> None:
    assert readable("{not json") == "{not json"


def test_the_latest_word_for_each_name_counts(tmp_path: Path) -> None:
    notices = Notices(tmp_path, "auth")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as child:
        for text in (b"STATUS=starting", b"READY=1\nSTATUS=leading"):
            child.sendto(text, str(notices.path))
    assert notices.read() == {"READY": "1", "STATUS": "leading"}
    assert notices.read() == {}
    notices.close()
    assert not notices.path.exists()


def test_a_deep_folder_gets_a_short_one_that_goes_away(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 90)
    board = NoticeBoard(deep)
    assert len(str(board.folder)) < 80
    Notices(board.folder, "x").socket.close()
    board.close()
    assert not board.folder.exists()


def test_a_usual_folder_stays(tmp_path: Path) -> None:
    short = Path(os.path.relpath(tmp_path))
    board = NoticeBoard(short if len(str(short)) < 70 else Path("/tmp"))
    board.close()
    assert board.folder.exists()


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colour_only_where_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for stream, coloured in ((_Terminal(), True), (io.StringIO(), False)):
        Screen(stream).trouble("auth", "ended")
        assert ("\033[31m" in stream.getvalue()) is coloured
    monkeypatch.setenv("NO_COLOR", "1")
    plain = _Terminal()
    Screen(plain).trouble("auth", "ended")
    assert plain.getvalue() == "auth         ended\n"
