"""What a worker tells of itself over HTTP: whether it lives, whether it works, and its counts."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

Check = Callable[[], bool]


class Watch:
    """Serves ``/health/live``, ``/health/ready`` and ``/metrics`` until `close`."""

    def __init__(self, hosts: Sequence[str], port: int, checks: Mapping[str, Check]) -> None:
        self._servers = [_server(host, port, checks) for host in hosts]
        for one in self._servers:
            threading.Thread(target=one.serve_forever, name="watch", daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        for one in self._servers:
            one.shutdown()
            one.server_close()


def _server(host: str, port: int, checks: Mapping[str, Check]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            if self.path == "/health/live":
                self._say(200, "application/json", b'{"status": "ok"}')
            elif self.path == "/health/ready":
                states = {name: "up" if _holds(one) else "down" for name, one in checks.items()}
                good = "down" not in states.values()
                body = {"status": "ok" if good else "unavailable", **states}
                self._say(200 if good else 503, "application/json", json.dumps(body).encode())
            elif self.path == "/metrics":
                registry = CollectorRegistry()
                MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
                self._say(200, CONTENT_TYPE_LATEST, generate_latest(registry))
            else:
                self._say(404, "application/json", b'{"status": "not found"}')

        def _say(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing: these calls come every few seconds."""

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        daemon_threads = True

    return Server((host, port), Handler)


def _holds(check: Check) -> bool:
    try:
        return check()
    except Exception:  # noqa: BLE001  whatever fails here means: this dependency is down
        return False
