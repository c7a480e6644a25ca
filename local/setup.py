"""The set-up: a virtual environment with the locked dependencies, and the models' weights.

``python -m local.setup run|test`` does what is missing; when nothing is, it needs no network. It
runs before anything is installed, so it uses the standard library alone.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from common.config import ROOT, environment
from local import packages
from local.account import unprivileged
from local.place import find_place
from local.setup_error import SetupFailed

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"run": "requirements-local.lock", "test": "requirements-dev.lock"}


def set_up(purpose: str, env: Mapping[str, str]) -> None:
    """Bring the checkout into the state that ``purpose`` needs; raises `SetupFailed`."""
    stamp = VENV / f".hazir-{purpose}"
    lock = ROOT / LOCKS[purpose]
    digest = _digest(lock)
    if not (stamp.is_file() and stamp.read_text() == digest and _runs(PYTHON)):
        began = time.monotonic()
        packages.make_environment(VENV, PYTHON)
        with _fetching_weights(env):
            packages.install(PYTHON, ROOT / "requirements-setup.lock", lock)
        stamp.write_text(digest)
        say(f"set-up: dependencies installed in {time.monotonic() - began:.0f} s")
    else:
        with _fetching_weights(env):
            pass
    if purpose == "test":
        packages.install_browser(ROOT, PYTHON)
        packages.install_ldap_server()


def say(text: str) -> None:
    """One line of progress, on standard error."""
    print(text, file=sys.stderr, flush=True)


def _digest(lock: Path) -> str:
    """Of the lock and of the interpreter: another minor version needs another environment."""
    text = f"{sys.version_info[:2]}".encode() + lock.read_bytes()
    return hashlib.sha256(text).hexdigest()


def _runs(python: Path) -> bool:
    """Whether the environment's interpreter still works; the system's may have been replaced."""
    if Path(sys.executable) == python:
        return True
    return python.exists() and subprocess.run([python, "-c", ""]).returncode == 0


def _models(env: Mapping[str, str]) -> Path:
    if env.get("MODEL_DIR"):
        return Path(env["MODEL_DIR"])
    return find_place(env, ROOT, unprivileged()).models


def _wanted_weights() -> str:
    """A digest of which files are wanted: an update of ours may want another one."""
    return hashlib.sha256((ROOT / "face_service" / "weights.py").read_bytes()).hexdigest()


@contextmanager
def _fetching_weights(env: Mapping[str, str]) -> Iterator[None]:
    """Fetch the face models, unless they are there, beside what the block does."""
    stamp = _models(env) / ".complete"
    wanted = _wanted_weights()
    if stamp.is_file() and stamp.read_text() == wanted:
        yield
        return
    environment = {**os.environ, "MODEL_DIR": str(_models(env))}
    command = [str(PYTHON), "-m", "face_service.fetch_weights"]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as fetching:
        try:
            yield
        except BaseException:
            fetching.terminate()
            raise
    if fetching.returncode == 0:
        stamp.write_text(wanted)
        return
    say(
        "set-up: the face models could not be fetched; face checks stay off until a later start can"
    )


def main(arguments: list[str]) -> int:
    """The command line."""
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        print(__doc__, file=sys.stderr)
        return 64
    try:
        set_up(arguments[0], environment())
    except SetupFailed as fault:
        say(f"set-up: {fault}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
