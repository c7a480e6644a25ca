"""Hearing from a child how it is: the systemd notification protocol (``sd_notify(3)``)."""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path

# sun_path holds 108 bytes on Linux and 104 elsewhere.
_LONGEST = 100


class NoticeBoard:
    """Where the children's sockets are: in ``folder``, or a short private one when it is deep."""

    def __init__(self, folder: Path) -> None:
        self._temporary = len(str(folder)) > _LONGEST - 24
        self.folder = Path(tempfile.mkdtemp(prefix="hazir-")) if self._temporary else folder

    def close(self) -> None:
        """Remove the folder when it was a temporary one."""
        if self._temporary and self.folder.is_dir():
            for path in self.folder.iterdir():
                path.unlink()
            self.folder.rmdir()


class Notices:
    """One child's datagram socket."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / f"{name}.sock"
        self.path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self.socket.setblocking(False)
        self.socket.bind(str(self.path))
        self.path.chmod(0o600)

    def read(self) -> dict[str, str]:
        """Everything said since the last look, the latest word for each name."""
        said: dict[str, str] = {}
        while True:
            try:
                message = self.socket.recv(4096)
            except BlockingIOError:
                return said
            for line in message.decode("utf-8", errors="replace").splitlines():
                name, _, value = line.partition("=")
                said[name] = value

    def close(self) -> None:
        """Close the socket and remove its file."""
        self.socket.close()
        self.path.unlink(missing_ok=True)
