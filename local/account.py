"""Who the embedded servers run as: PostgreSQL refuses root, so root lends them a lesser account."""

from __future__ import annotations

import os
import pwd
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

_TETHER = Path(__file__).with_name("tether.py")


@dataclass(frozen=True, slots=True)
class Account:
    """A user and group by number."""

    uid: int
    gid: int
    name: str


def unprivileged() -> Account | None:
    """The account to drop to, or ``None`` when this process is not root and stays what it is."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)


def tethered(
    argv: list[str], account: Account | None = None, death: signal.Signals = signal.SIGTERM
) -> list[str]:
    """``argv`` run as ``account`` and sent ``death`` when this process ends, however it ends.

    It must be started from this process's main thread: the kernel means the starting thread.
    """
    uid, gid = (account.uid, account.gid) if account else (-1, -1)
    numbers = [str(number) for number in (int(death), os.getpid(), uid, gid)]
    return [sys.executable, "-I", "-S", str(_TETHER), *numbers, *argv]


def reachable(path: Path, account: Account | None) -> bool:
    """Whether ``account`` may enter every folder above ``path``; not being root, we may."""
    if account is None:
        return True
    return all(_may_enter(folder, account) for folder in path.resolve().parents)


def _may_enter(folder: Path, account: Account) -> bool:
    if not folder.exists():
        return True  # to be made by us, open enough
    found = folder.stat()
    if found.st_uid == account.uid:
        return bool(found.st_mode & 0o100)
    return bool(found.st_mode & (0o010 if found.st_gid == account.gid else 0o001))


def own_folder(path: Path, account: Account | None) -> Path:
    """Make ``path`` a private folder (mode 700) of ``account``."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    if account:
        os.chown(path, account.uid, account.gid)
    return path
