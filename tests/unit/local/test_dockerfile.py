"""What an image is built from is enough to build it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_weights_are_fetched_with_the_files_that_the_stage_copies(tmp_path: Path) -> None:
    """A module that one of them begins to import has to be copied as well."""
    stage = re.split(r"^FROM .* AS ", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    [lines] = [part for part in stage if part.startswith("models\n")]
    copied = re.findall(r"^COPY (.+) (\S+)$", lines, re.MULTILINE)
    assert copied
    for sources, target in copied:
        (tmp_path / target).mkdir(parents=True, exist_ok=True)
        for source in sources.split():
            shutil.copy(ROOT / source, tmp_path / target)
    # Without the environment's packages (-S), as in the stage; importing it fetches nothing.
    done = subprocess.run(
        [sys.executable, "-S", "-c", "import face_service.fetch_weights"],
        cwd=tmp_path,
        env={"PYTHONPATH": "."},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_what_the_images_copy_reaches_the_engine() -> None:
    """`.dockerignore` keeps everything back that it does not name."""
    named = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line]
    assert "*" in named
    copied = re.findall(
        r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE
    )
    sources = {source.rstrip("/") for line in copied for source in line.split()}
    assert len(sources) > 5
    kept = {source for source in sources if f"!{source.split('/')[0]}" in named}
    assert sources - kept == set()
    assert all((ROOT / source).exists() for source in sources)
