"""Whether a service lives, and whether everything it needs answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from flask import Flask, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

Check = Callable[[], bool]


def install(app: Flask, checks: Mapping[str, Check], *, optional: frozenset[str]) -> None:
    """Serve ``/health/live``, ``/health/ready`` and ``/metrics``.

    ``checks`` names each dependency; one in ``optional`` may be down while the service is ready.
    """

    def live() -> Response:
        return _answer({"status": "ok"}, 200)

    def ready() -> Response:
        states = {name: "up" if _holds(check) else "down" for name, check in checks.items()}
        missing = [name for name, state in states.items() if state == "down"]
        good = not set(missing) - optional
        body = {"status": "ok" if good else "unavailable", **states}
        return _answer(body, 200 if good else 503)

    def metrics() -> Response:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    app.add_url_rule("/health/live", view_func=live)
    app.add_url_rule("/health/ready", view_func=ready)
    app.add_url_rule("/metrics", view_func=metrics)


def _holds(check: Check) -> bool:
    try:
        return check()
    except Exception:  # noqa: BLE001  whatever fails here means: this dependency is down
        return False


def _answer(body: Mapping[str, str], status: int) -> Response:
    return Response(json.dumps(dict(body)), status, mimetype="application/json")
