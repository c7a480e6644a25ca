"""A Flask service's `Manual`."""

from __future__ import annotations

from functools import partial

from flask import Flask, Response

from common.httpkit.api import Api
from common.httpkit.manual import Manual
from common.httpkit.openapi import document


def install(app: Flask, api: Api, version: str) -> None:
    """Serve the manual of ``api``; call it when every route is added."""
    manual = Manual(document(api, version))
    for path in manual.paths:
        app.add_url_rule(path, endpoint=f"manual {path}", view_func=partial(_sheet, manual, path))


def _sheet(manual: Manual, path: str) -> Response:
    found = manual.get(path)
    assert found is not None
    return Response(found.body, found.status, dict(found.headers), content_type=found.media_type)
