"""``python -m local.probe http://…|host:port``: whether something answers there, for containers."""

from __future__ import annotations

import http.client
import socket
import sys
from urllib.parse import urlsplit


def answers(target: str, patience: float = 3.0) -> bool:
    """Whether an HTTP address answers 200, or a ``host:port`` takes a connection."""
    parts = urlsplit(target if "://" in target else f"tcp://{target}")
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    try:
        if parts.scheme == "tcp":
            socket.create_connection((host, port), patience).close()
            return True
        connection = http.client.HTTPConnection(host, port, timeout=patience)
        try:
            connection.request("GET", parts.path or "/")
            return connection.getresponse().status == 200
        finally:
            connection.close()
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if answers(sys.argv[1]) else 1)
