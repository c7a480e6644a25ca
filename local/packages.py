"""Getting packages: into the virtual environment, and the tests' browser. Standard library only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.setup_error import SetupFailed

# pip's settings that uv has under another name, so that a site's own mirror serves both.
_UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "proxy": "HTTPS_PROXY",
    "trusted-host": "UV_INSECURE_HOST",
}
_NODE = 20


def make_environment(venv: Path, python: Path) -> None:
    """Make the virtual environment ``venv``, unless we run in it or it works already."""
    if Path(sys.executable) == python:
        return
    same = _version(python) == f"{sys.version_info[0]}.{sys.version_info[1]}"
    if same and _quiet([str(python), "-m", "pip", "--version"]):
        return
    _say(f"set-up: virtual environment with Python {sys.version.split()[0]}")
    shutil.rmtree(venv, ignore_errors=True)
    command = [sys.executable, "-m", "venv", str(venv)]
    if _quiet(command):
        return
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    _system_packages([package], why="Python's venv module is incomplete")
    if not _quiet(command):
        raise SetupFailed(f"{' '.join(command)} failed; run it to see why")


def install(python: Path, installer: Path, lock: Path) -> None:
    """Install ``lock`` by hash: with uv, itself installed by hash from ``installer``, else pip."""
    count = sum(1 for line in lock.read_text().splitlines() if "==" in line)
    _say(f"set-up: installing {count} locked packages")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    locked = ["--require-hashes", "--only-binary", ":all:", "-r"]
    uv = python.with_name("uv")
    if _quiet([*pip, "install", "-q", *locked, str(installer)]):
        # Compiled here once, in parallel; else every service compiles the same modules by itself.
        options = ["-q", "--compile-bytecode", "--python", str(python)]
        command = [str(uv), "pip", "install", *options, *locked, str(lock)]
        if _quiet(command, env={**os.environ, **_uv_environment(pip)}):
            return
        _say("set-up: uv could not install them; trying with pip, which takes longer")
    done = subprocess.run([*pip, "install", "-q", *locked, str(lock)])
    if done.returncode != 0:
        raise SetupFailed("the packages could not be installed; is there a network?")


def install_browser(root: Path, python: Path) -> None:
    """What the tests of the page need: Chromium, Node.js and the npm packages of tests/e2e."""
    if not shutil.which("chromium"):
        _system_packages(["chromium"], why="the tests of the page need a browser")
    if not has_node():
        _say("set-up: Node.js into the virtual environment")
        install(python, root / "requirements-setup.lock", root / "requirements-node.lock")
    folder = root / "tests" / "e2e"
    lock = folder / "package-lock.json"
    marker = folder / "node_modules" / ".package-lock.json"
    if lock.is_file() and not (marker.is_file() and marker.stat().st_mtime >= lock.stat().st_mtime):
        _say("set-up: npm packages of the page's tests")
        path = f"{python.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        command = ["npm", "ci", "--silent", "--ignore-scripts"]
        npm = shutil.which(command[0], path=path) or command[0]
        environment = {**os.environ, "PATH": path}
        if subprocess.run([npm, *command[1:]], cwd=folder, env=environment).returncode != 0:
            raise SetupFailed("npm ci failed in tests/e2e; is there a network?")
        marker.touch()


def install_ldap_server() -> None:
    """What the tests of sign-in need: OpenLDAP's server and its tools, unconfigured."""
    places = f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin"
    if shutil.which("slapd", path=places) and shutil.which("ldapmodify", path=places):
        return
    # Debian's package else makes a directory of its own and serves it from then on.
    answer = "slapd slapd/no_configuration boolean true"
    why = "the tests of sign-in need an LDAP server"
    _system_packages(["slapd", "ldap-utils"], why=why, answer=answer)


def has_node() -> bool:
    """Whether npm and a Node.js with what the tests use (20 or later) are on the PATH."""
    if not shutil.which("npm"):
        return False
    try:
        done = subprocess.run(["node", "--version"], capture_output=True, text=True)
    except OSError:
        return False
    return int(done.stdout.strip().lstrip("v").partition(".")[0] or 0) >= _NODE


def _system_packages(names: Sequence[str], *, why: str, answer: str = "") -> None:
    """Install Debian packages when root; otherwise say which are missing.

    ``answer`` is what debconf is told before.
    """
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetupFailed(f"{why}: please install {' '.join(names)} (apt-get install on Debian)")
    _say(f"set-up: apt-get install {' '.join(names)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    if answer and shutil.which("debconf-set-selections"):
        subprocess.run(["debconf-set-selections"], input=answer, text=True, capture_output=True)
    if not _quiet(command, env=environment):
        _quiet(["apt-get", "update", "-qq"], env=environment)
        if not _quiet(command, env=environment):
            raise SetupFailed(f"apt-get could not install {' '.join(names)}")


def _uv_environment(pip: Sequence[str]) -> dict[str, str]:
    """pip's own configuration in uv's words; with hashes, any index may serve any package."""
    environment = {"UV_SYSTEM_CERTS": "1", "UV_INDEX_STRATEGY": "unsafe-best-match"}
    done = subprocess.run([*pip, "config", "list"], capture_output=True, text=True)
    for line in done.stdout.splitlines():
        name, _, value = line.partition("=")
        known = _UV_NAMES.get(name.rpartition(".")[2])
        if known and known not in os.environ:
            environment[known] = " ".join(value.strip("'\"").replace("\\n", " ").split())
    return environment


def _version(python: Path) -> str:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([str(python), "-c", code], capture_output=True, text=True)
    except OSError:
        return ""
    return done.stdout.strip()


def _quiet(command: Sequence[str], env: Mapping[str, str] | None = None) -> bool:
    done = subprocess.run(command, capture_output=True, env=env)
    return done.returncode == 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
