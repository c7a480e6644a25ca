"""Public-domain portraits of office holders: ``python -m tests.support.portraits``.

They are the test images of a published source distribution, pinned by its hash, and are kept
outside version control. Official portraits of the United States' government; never shipped.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from functools import cache
from pathlib import Path

from common.config import ROOT
from face_service.fetch_weights import pip_command

FOLDER = ROOT / "var" / "cache" / "portraits"
PIN = (
    "face_recognition==1.3.0 "
    "--hash=sha256:5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec\n"
)
SAME = ("obama.jpg", "obama2.jpg", "obama3.jpg")
"""Three photos of one person."""
OTHER = "biden.jpg"
"""A photo of another person."""
_INSIDE = "face_recognition-1.3.0/tests/test_images/"


def ensure() -> Path:
    """The folder with the portraits, fetched when they are not there yet."""
    if not all((FOLDER / name).is_file() for name in (*SAME, OTHER)):
        with tempfile.TemporaryDirectory() as name:
            _fetch(Path(name))
    return FOLDER


@cache
def portrait(name: str) -> bytes:
    """The JPEG called ``name``."""
    return (ensure() / name).read_bytes()


def _fetch(folder: Path) -> None:
    pins = folder / "pins.txt"
    pins.write_text(PIN)
    options = ["--no-deps", "--no-binary", ":all:", "--require-hashes", "--no-input", "-q"]
    command = [*pip_command(), "download", *options, "-r", str(pins), "-d", str(folder)]
    subprocess.run(command, check=True, timeout=300)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        for name in (*SAME, OTHER):
            member = archive.extractfile(_INSIDE + name)
            assert member is not None
            draft = FOLDER / f".{name}"
            draft.write_bytes(member.read())
            draft.replace(FOLDER / name)


if __name__ == "__main__":
    sys.stdout.write(f"portraits: {ensure()}\n")
