"""What a started process says over the systemd notification protocol."""

from __future__ import annotations

import socket
from pathlib import Path


class Notified:
    """The far end of ``NOTIFY_SOCKET`` at ``path``: whether a process has said that it is ready."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)

    def __call__(self) -> bool:
        """Whether it has said so since it was asked last."""
        try:
            return b"READY=1" in self._socket.recv(256)
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Remove the socket."""
        self._socket.close()
        self.path.unlink()
