"""Sockets that listen, or one sentence that says why they cannot."""

from __future__ import annotations

import errno
import os
import resource
import socket
from collections.abc import Iterable

_BACKLOG = 1024
_SEND_BUFFER = 256 * 1024
_OTHER_DESCRIPTORS = 512


class CannotListen(Exception):
    """An address cannot be listened on; the message names it and is fit for an operator."""


def listen(binds: Iterable[tuple[str, int]]) -> list[socket.socket]:
    """Listen on every (host, port); raises `CannotListen` and then listens on none."""
    listeners: list[socket.socket] = []
    try:
        for host, port in binds:
            listeners.append(_one(host, port))
    except BaseException:
        for listener in listeners:
            listener.close()
        raise
    return listeners


def allow_descriptors(connections: int) -> None:
    """Raise this process's limit of open files for so many connections, as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _OTHER_DESCRIPTORS
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _one(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            raise CannotListen(f"port {port} on {host} is in use by another program") from fault
        reason = os.strerror(fault.errno) if fault.errno else str(fault)
        raise CannotListen(f"cannot listen on port {port} of {host}: {reason}") from fault
    listener.setblocking(False)
    # Accepted sockets inherit both. The bounded buffer bounds the kernel's memory for readers that
    # do not read, and makes the socket writable again after a modest part of it went out.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
    return listener
