"""Telling whoever started this process how it is: the systemd notification protocol."""

from __future__ import annotations

import socket
from collections.abc import Mapping


def notify(state: str, env: Mapping[str, str]) -> None:
    """Send ``state`` (such as ``READY=1``) to ``NOTIFY_SOCKET``; without one nobody asked."""
    address = env.get("NOTIFY_SOCKET")
    if not address:
        return
    path = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.sendto(state.encode(), path)
