"""The set-up: which steps it takes, and what it says when one cannot be taken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from common.config import ROOT
from local import packages, setup
from local.setup_error import SetupFailed


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the whole PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def _tool(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def _choose(path: str) -> subprocess.CompletedProcess[str]:
    script = ROOT / "local" / "choose-python.sh"
    return subprocess.run(
        ["/bin/sh", str(script)], env={"PATH": path}, capture_output=True, text=True
    )


def test_the_newest_python_is_chosen(tools: Path) -> None:
    real = f'exec {sys.executable} "$@"'
    _tool(tools, "python3.13", real)
    _tool(tools, "python3.11", real)
    assert _choose(str(tools)).stdout == "python3.13\n"


def test_one_without_venv_only_when_there_is_no_other(tools: Path) -> None:
    bare = 'case "$2" in *ensurepip*) exit 1 ;; esac\n' + f'exec {sys.executable} "$@"'
    _tool(tools, "python3.13", bare)
    assert _choose(str(tools)).stdout == "python3.13\n"
    _tool(tools, "python3", f'exec {sys.executable} "$@"')
    assert _choose(str(tools)).stdout == "python3\n"


def test_no_python_is_one_clear_sentence(tools: Path) -> None:
    _tool(tools, "python3", "exit 1")
    done = _choose(str(tools))
    assert done.returncode == 1
    assert done.stderr == "Hazir needs Python 3.11 or newer; install it and try again.\n"


def test_a_missing_package_is_named_to_those_who_are_not_root(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SetupFailed, match="please install chromium"):
        packages.install_browser(ROOT, Path(sys.executable))


def test_root_gets_it_installed(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    asked = tmp_path / "asked"
    _tool(tools, "apt-get", f'echo "$@" >>{asked}')
    _tool(tools, "npm", "exit 0")
    _tool(tools, "node", "echo v22.1.0")
    root = tmp_path / "checkout"
    (root / "tests" / "e2e" / "node_modules").mkdir(parents=True)
    (root / "tests" / "e2e" / "package-lock.json").write_text("{}")
    packages.install_browser(root, Path(sys.executable))
    assert asked.read_text().split()[-1] == "chromium"
    marker = root / "tests" / "e2e" / "node_modules" / ".package-lock.json"
    assert marker.exists()


def test_the_ldap_server_is_named_or_installed_without_a_directory_of_its_own(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages.shutil, "which", _only_in(tools))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SetupFailed, match="please install slapd ldap-utils"):
        packages.install_ldap_server()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    asked = tmp_path / "asked"
    _tool(tools, "apt-get", f'echo "$@" >>{asked}')
    _tool(tools, "debconf-set-selections", f'read line; echo "$line" >>{asked}')
    packages.install_ldap_server()
    told = asked.read_text()
    assert "slapd slapd/no_configuration boolean true" in told
    assert told.split()[-2:] == ["slapd", "ldap-utils"]
    _tool(tools, "slapd", "exit 0")
    _tool(tools, "ldapmodify", "exit 0")
    packages.install_ldap_server()
    assert asked.read_text() == told


def _only_in(folder: Path) -> Callable[..., str | None]:
    """`shutil.which` on a machine that has no other folder of programs."""
    real = shutil.which
    return lambda name, **_: real(name, path=str(folder))


@pytest.mark.parametrize(("version", "enough"), [("v18.19.0", False), ("v20.11.0", True)])
def test_an_old_node_is_not_enough(tools: Path, version: str, enough: bool) -> None:
    _tool(tools, "npm", "exit 0")
    _tool(tools, "node", f"echo {version}")
    assert packages.has_node() is enough


def test_no_node_is_not_enough(tools: Path) -> None:
    assert not packages.has_node()
    _tool(tools, "npm", "exit 0")
    assert not packages.has_node()


def test_pip_takes_over_where_uv_cannot(
    tools: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log"
    _tool(tools, "python", f'echo "pip $@" >>{log}')
    _tool(tools, "uv", "exit 1")
    lock = tmp_path / "x.lock"
    lock.write_text("one==1 \\\n    --hash=sha256:00\n")
    packages.install(tools / "python", tmp_path / "setup.lock", lock)
    assert "installing 1 locked packages" in capsys.readouterr().err
    last = log.read_text().splitlines()[-1]
    assert "--require-hashes" in last
    assert last.endswith(str(lock))


def test_a_site_s_own_index_serves_uv_too(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    seen = tmp_path / "seen"
    listing = "global.index-url='https://mirror.example/simple'\nglobal.cert='/etc/ca.pem'"
    _tool(tools, "python", f'case "$*" in *"config list") printf "%s" "{listing}" ;; esac')
    _tool(tools, "uv", f'echo "$UV_DEFAULT_INDEX $SSL_CERT_FILE $*" >{seen}')
    lock = tmp_path / "x.lock"
    lock.write_text("one==1\n")
    packages.install(tools / "python", tmp_path / "setup.lock", lock)
    assert seen.read_text().startswith("https://mirror.example/simple /etc/ca.pem pip install")
    assert "--compile-bytecode" in seen.read_text()


def test_without_a_network_it_says_so(tools: Path, tmp_path: Path) -> None:
    _tool(tools, "python", "exit 1")
    (tmp_path / "x.lock").write_text("")
    with pytest.raises(SetupFailed, match="network"):
        packages.install(tools / "python", tmp_path / "s.lock", tmp_path / "x.lock")


class Checkout:
    """A checkout whose set-up steps are noted instead of taken."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.steps: list[str] = []
        self.env = {"HAZIR_DATA": str(folder / "data")}
        self.lock = folder / "requirements-local.lock"
        self.lock.write_text("one==1\n")
        (folder / "requirements-dev.lock").write_text("two==2\n")
        (folder / "data" / "models").mkdir(parents=True)
        (folder / "face_service").mkdir()
        self.weights = folder / "face_service" / "weights.py"
        self.weights.write_text("ALL = ()\n")
        venv = folder / ".venv"
        (venv / "bin").mkdir(parents=True)
        _tool(venv / "bin", "python", "exit ${WEIGHTS:-0}")
        monkeypatch.setattr(setup, "ROOT", folder)
        monkeypatch.setattr(setup, "VENV", venv)
        monkeypatch.setattr(setup, "PYTHON", venv / "bin" / "python")
        for name in ("make_environment", "install", "install_browser", "install_ldap_server"):
            monkeypatch.setattr(packages, name, lambda *_, name=name: self.steps.append(name))

    def set_up(self, purpose: str = "run") -> list[str]:
        """The steps that this set-up takes."""
        self.steps.clear()
        setup.set_up(purpose, self.env)
        return list(self.steps)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    return Checkout(tmp_path, monkeypatch)


def test_a_second_set_up_does_nothing(checkout: Checkout) -> None:
    assert checkout.set_up() == ["make_environment", "install"]
    assert checkout.set_up() == []


def test_a_changed_lock_is_installed(checkout: Checkout) -> None:
    checkout.set_up()
    checkout.lock.write_text("one==2\n")
    assert checkout.set_up() == ["make_environment", "install"]


def test_tests_get_their_programs_each_time_they_may_be_missing(checkout: Checkout) -> None:
    assert checkout.set_up("test")[-2:] == ["install_browser", "install_ldap_server"]
    assert checkout.set_up("test") == ["install_browser", "install_ldap_server"]


def test_weights_that_could_not_be_fetched_are_tried_again(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stamp = Path(checkout.env["HAZIR_DATA"]) / "models" / ".complete"
    monkeypatch.setenv("WEIGHTS", "1")
    checkout.set_up()
    assert "face checks stay off" in capsys.readouterr().err
    assert not stamp.exists()
    monkeypatch.delenv("WEIGHTS")
    assert checkout.set_up() == []
    assert stamp.exists()


def test_an_update_that_wants_other_weights_fetches_them(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.set_up()
    monkeypatch.setenv("WEIGHTS", "1")
    checkout.set_up()
    assert "face checks stay off" not in capsys.readouterr().err
    checkout.weights.write_text("ALL = (SPOOF,)\n")
    checkout.set_up()
    assert "face checks stay off" in capsys.readouterr().err


def test_the_command_line(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    assert setup.main([]) == 64

    def fail(*_: object) -> None:
        raise SetupFailed("no room")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packages, "install", fail)
        assert setup.main(["run"]) == 1
    assert "set-up: no room" in capsys.readouterr().err
