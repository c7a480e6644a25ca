"""What happens to every request before and after the service's own code: one WSGI layer.

Gives the request its id, answers preflights, adds the CORS and security headers, counts and logs.
It stands outside Flask so that refusals made anywhere carry the same headers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from prometheus_client import Counter, Histogram

from common import logs

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]

_REQUESTS = Counter("hazir_http_requests", "Requests answered.", ["method", "status"])
_SECONDS = Histogram(
    "hazir_http_seconds",
    "Seconds from a complete request to its answer.",
    ["method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
_ALWAYS = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
]
_PREFLIGHT = [
    ("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE"),
    ("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key"),
    ("Access-Control-Max-Age", "600"),
    ("Content-Length", "0"),
]
_QUIET = ("/health/", "/metrics")


class Edge:
    """Wraps a service's WSGI application."""

    def __init__(self, app: Wsgi, *, origins: frozenset[str]) -> None:
        self._app = app
        self._origins = origins
        self._counters: dict[tuple[str, str], Any] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        began = perf_counter()
        request_id = logs.enter_request(environ.get("HTTP_X_REQUEST_ID"))
        extra = [*_ALWAYS, ("X-Request-Id", request_id), *self._cors(environ)]
        method = environ["REQUEST_METHOD"]
        if method == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
            start_response("204 No Content", [*extra, *_PREFLIGHT])
            return []
        path = environ["PATH_INFO"]
        if len(path) > 1 and path.endswith("/"):
            environ["PATH_INFO"] = path.rstrip("/") or "/"

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            self._account(method, path, status[:3], perf_counter() - began)
            known = {name.lower() for name, _ in headers}
            added = [pair for pair in extra if pair[0].lower() not in known]
            return start_response(status, headers + added, *exc_info)

        return self._app(environ, start)

    def _cors(self, environ: Environ) -> list[tuple[str, str]]:
        origin = environ.get("HTTP_ORIGIN")
        if origin is None:
            return []
        if origin not in self._origins:
            return [("Vary", "Origin")]
        return [
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Allow-Credentials", "true"),
            ("Access-Control-Expose-Headers", "Link, Retry-After, X-Request-Id"),
            ("Vary", "Origin"),
        ]

    def _account(self, method: str, path: str, status: str, seconds: float) -> None:
        key = (method, status)
        counters = self._counters.get(key)
        if counters is None:
            counters = (_REQUESTS.labels(method, status), _SECONDS.labels(method))
            self._counters[key] = counters
        counters[0].inc()
        counters[1].observe(seconds)
        if not path.startswith(_QUIET):
            logs.access(method, path, int(status), seconds)
