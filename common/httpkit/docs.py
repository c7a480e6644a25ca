"""``/openapi.json`` and a documentation page whose assets are served from here."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

from flask import Flask, Response, redirect, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from common.httpkit.api import Api
from common.httpkit.openapi import document

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/docs/assets/css/swagger-ui.css"></head>
<body><div id="docs"></div>
<script src="/docs/assets/js/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script></body></html>"""
_START = 'SwaggerUIBundle({url: "/openapi.json", dom_id: "#docs", deepLinking: true});'
_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'none'"
)


def install(app: Flask, api: Api, version: str) -> None:
    """Serve the OpenAPI document of ``api`` and its page; call it when every route is added."""
    text = json.dumps(document(api, version))
    assets = _assets()

    def openapi() -> Response:
        return Response(text, mimetype="application/json")

    def page() -> Response:
        response = Response(_PAGE.format(title=api.title), mimetype="text/html")
        response.headers["Content-Security-Policy"] = _POLICY
        return response

    def start() -> Response:
        return Response(_START, mimetype="text/javascript")

    def asset(name: str) -> Response:
        return send_from_directory(assets, name)

    def elsewhere() -> AnyResponse:
        return redirect("/docs")

    app.add_url_rule("/openapi.json", view_func=openapi)
    app.add_url_rule("/docs", view_func=page)
    app.add_url_rule("/docs/start.js", view_func=start)
    app.add_url_rule("/docs/assets/<path:name>", view_func=asset)
    app.add_url_rule("/apidocs", endpoint="apidocs", view_func=elsewhere)
    app.add_url_rule("/redoc", endpoint="redoc", view_func=elsewhere)


def _assets() -> Path:
    """The folder of Swagger UI's files in the package that ships them; its code is not run."""
    spec = find_spec("flask_openapi3_swagger")
    if spec is None or spec.origin is None:
        raise RuntimeError("flask-openapi3-swagger, which ships the page's assets, is missing")
    return Path(spec.origin).parent / "templates" / "swagger"
