"""Puts an HTTP service together: Flask, routes, problems, health, docs and the edge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter

from common.config import CommonSettings
from common.db import Database
from common.httpkit import docs, health, problems
from common.httpkit.api import Api
from common.httpkit.edge import Edge, Wsgi
from common.httpkit.lean import LeanFlask
from common.httpkit.limits import RateLimit
from common.identity import Subject
from common.traces import traced

VERSION = "1.0.0"


class NumberInPath(BaseConverter):
    """``<id:name>``: ASCII digits, handed over as text for the path's model to check."""

    regex = "[0-9]{1,20}"


@dataclass(frozen=True, slots=True)
class Kit:
    """What a service's composition root needs to add its routes and finish."""

    flask: LeanFlask
    api: Api
    settings: CommonSettings
    per_address: RateLimit

    def finish(
        self, checks: Mapping[str, health.Check], *, optional: frozenset[str] = frozenset()
    ) -> Wsgi:
        """The WSGI application, once every route is added to `api`."""
        health.install(self.flask, checks, optional=optional)
        docs.install(self.flask, self.api, VERSION)
        wsgi: Wsgi = self.flask.wsgi_app
        if self.settings.trusted_proxies:
            wsgi = ProxyFix(wsgi, x_for=self.settings.trusted_proxies, x_proto=1, x_host=0)

        @self.flask.before_request
        def spend() -> None:
            if not request.path.startswith("/health/"):
                self.per_address.spend(request.remote_addr)

        wsgi = traced(wsgi, self.flask.name.removesuffix("_service"), self.settings.otel_endpoint)
        return Edge(wsgi, origins=self.settings.allowed_origins())


def kit(
    settings: CommonSettings,
    *,
    name: str,
    title: str,
    identify: Callable[[str], Subject],
    strict_paths: tuple[str, ...] = (),
    most_bytes: int = 1 << 20,
) -> Kit:
    """A Flask application with the shared edge, ready for routes."""
    flask = LeanFlask(name, static_folder=None)
    flask.config["MAX_CONTENT_LENGTH"] = most_bytes
    flask.config["MAX_FORM_MEMORY_SIZE"] = most_bytes
    flask.config["MAX_FORM_PARTS"] = 32
    flask.url_map.converters["id"] = NumberInPath
    flask.url_map.merge_slashes = False
    flask.url_map.redirect_defaults = False
    problems.install(flask)
    per_address = RateLimit(settings.requests_per_second_address)
    api = Api(
        flask,
        title=title,
        identify=identify,
        per_person=RateLimit(settings.requests_per_second),
        per_address=per_address,
        strict_paths=strict_paths,
    )
    return Kit(flask, api, settings, per_address)


def answers(db: Database) -> health.Check:
    """A health check that holds when ``db`` answers a query."""
    return lambda: db.one("SELECT 1 AS up") is not None
