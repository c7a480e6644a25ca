"""Ports: one that is free, and who holds one that is not."""

from __future__ import annotations

import errno
import secrets
import socket
from collections.abc import Iterable
from pathlib import Path


def free_port() -> int:
    """A loopback port that nobody listens on at this moment.

    It lies below the range from which the kernel takes the ports of outgoing connections: one of
    those could be in the way at the next start, however free the port is now.
    """
    low, high = 20_000, min(32_000, _first_outgoing())
    for _ in range(200):
        port = low + secrets.randbelow(high - low)
        if is_free(port):
            return port
    raise OSError(errno.EADDRINUSE, f"no free port between {low} and {high}")


def _first_outgoing() -> int:
    """Where the kernel's range for outgoing connections begins (Linux; its default elsewhere)."""
    try:
        text = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii")
    except OSError:
        return 32_768
    return max(21_000, int(text.split()[0]))


def is_free(port: int, hosts: Iterable[str] = ("127.0.0.1", "::1")) -> bool:
    """Whether every one of ``hosts`` this machine has can be listened on at ``port``."""
    return not any(_busy(host, port) for host in hosts)


def _busy(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen(1)
    except OSError as fault:
        return fault.errno in {errno.EADDRINUSE, errno.EACCES}
    return False


def holder(port: int) -> str:
    """The program that listens on ``port`` as ``name (pid N)``, or an empty text (Linux only)."""
    sockets = set(_listening_inodes(port))
    if not sockets:
        return ""
    for process in Path("/proc").glob("[0-9]*"):
        if sockets & _open_sockets(process):
            try:
                return f"{(process / 'comm').read_text().strip()} (pid {process.name})"
            except OSError:
                continue
    return ""


def _listening_inodes(port: int) -> Iterable[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            words = line.split()
            if words[3] == "0A" and int(words[1].rpartition(":")[2], 16) == port:
                yield f"socket:[{words[9]}]"


def _open_sockets(process: Path) -> set[str]:
    found = set()
    try:
        for handle in (process / "fd").iterdir():
            found.add(str(handle.readlink()))
    except OSError:
        return found
    return found
