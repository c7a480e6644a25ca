"""``make bench-faces`` on a folder that nobody has seen before, with the real models."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from common.config import ROOT
from tests.support import frames, pictures
from tests.support.face import models
from tests.support.portraits import OTHER, SAME, portrait


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    models()
    command = [sys.executable, "-m", "bench.faces", str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (*SAME, OTHER):
        whole = cv2.imdecode(np.frombuffer(portrait(name), np.uint8), cv2.IMREAD_COLOR)
        scale = 300 / whole.shape[1]
        small = cv2.resize(whole, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        person = tmp_path / "people" / ("one" if name in SAME else "two")
        person.mkdir(parents=True, exist_ok=True)
        (person / name).write_bytes(pictures.encoded(small))
    (tmp_path / "people" / "two" / "broken.jpg").write_bytes(b"no photo at all")
    (tmp_path / "people" / "two" / "empty.png").write_bytes(pictures.photo(200, 200, ".png"))
    (tmp_path / "mine.csv").write_text(
        "first;second;genuine\n"
        f"one/{SAME[0]};one/{SAME[1]};yes\n"
        f"one/{SAME[0]};two/{OTHER};no\n"
        f"one/{SAME[2]};two/broken.jpg;no\n"
        f"one/{SAME[2]};gone.jpg;yes\n"
    )
    return tmp_path


def test_it_reports_what_can_be_said_and_what_is_missing(folder: Path) -> None:
    done = run(folder)
    assert done.returncode == 0, done.stderr
    for line in (
        "| photos | 6 |",
        "| people | 2 |",
        "| pairs whose files are there | 3 |",
        "| files named and missing | 1 |",
        "| photos without an embedding: not_an_image | 1 |",
        "| photos without an embedding: no_face | 1 |",
        "| pairs | 2 (1 of one person) |",
        "| pairs not compared: a photo without an embedding | 1 |",
        "| accuracy | too few pairs of a kind for folds |",
        "| **0.41** accept | 0 of 1: ",
        "## All against all, 2 enrolled photos",
        "## Enrolment: photos made worse",
    ):
        assert line in done.stdout, done.stdout
    assert "gone.jpg" in done.stderr
    assert "gone.jpg" not in done.stdout
    assert SAME[0] not in done.stdout


def test_presentations_are_judged_as_they_are_and_saved_anew(tmp_path: Path) -> None:
    for name, photos in {"real": frames.still()[:2], "spoof/screen": frames.of_a_picture()}.items():
        kind = tmp_path / "presentation" / name
        kind.mkdir(parents=True)
        for number, photo in enumerate(photos):
            (kind / f"{number}.jpg").write_bytes(photo)
    (tmp_path / "presentation" / "real" / "broken.jpg").write_bytes(b"no photo at all")
    hidden = tmp_path / "presentation" / "real" / "hidden.jpg"
    hidden.symlink_to(tmp_path / "presentation" / "real" / "0.jpg")
    done = run(tmp_path)
    assert done.returncode == 0, done.stderr
    for line in (
        "Nothing says who is who: only presentations were judged.",
        "| live, 4 | 3 | 3 | 0 | 0 | BPCER 0 of 3: ",
        "| … not accepted because | not_an_image 1 |",
        "## Presentations: what surrounds the face",
        "| live | 2.7 and more | 3 of 3 ",
        "| 0.85 | 0 of 3 ",
        "## Images shown before",
        "| saved anew, JPEG quality 85 | ",
    ):
        assert line in done.stdout, done.stdout


def test_a_folder_without_photos_is_said(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert (done.returncode, done.stdout) == (66, "")
    assert "neither a list of pairs nor a folder for each person" in done.stderr
