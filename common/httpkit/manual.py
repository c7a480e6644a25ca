"""``/openapi.json`` and the page that shows it, whatever the HTTP server that serves them."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/docs/assets/css/swagger-ui.css"></head>
<body><div id="docs"></div>
<script src="/docs/assets/js/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script></body></html>"""
_START = b'SwaggerUIBundle({url: "/openapi.json", dom_id: "#docs", deepLinking: true});'
_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'none'"
)
_HTML = "text/html; charset=utf-8"
_SCRIPT = "text/javascript; charset=utf-8"
_ASSETS = "/docs/assets/"
# Not the machine's own table: what it says of scripts differs from one to the next.
_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_AN_HOUR = {"Cache-Control": "max-age=3600"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One answer."""

    body: bytes
    media_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Manual:
    """Everything that a service says about its own interface, by path."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        title = html.escape(document["info"]["title"])
        elsewhere = Sheet(b"", _HTML, 302, {"Location": "/docs"})
        policy = {"Content-Security-Policy": _POLICY}
        self._sheets = {
            "/openapi.json": Sheet(json.dumps(document).encode(), "application/json"),
            "/docs": Sheet(_PAGE.format(title=title).encode(), _HTML, headers=policy),
            "/docs/start.js": Sheet(_START, _SCRIPT),
            "/apidocs": elsewhere,
            "/redoc": elsewhere,
        }
        # A table of what there is: no path of a request is ever put together with a folder.
        folder = _assets()
        self._files = {
            _ASSETS + file.relative_to(folder).as_posix(): file
            for file in folder.rglob("*")
            if file.is_file()
        }

    @property
    def paths(self) -> list[str]:
        """Every address there is."""
        return [*self._sheets, *self._files]

    def get(self, path: str) -> Sheet | None:
        """The answer at ``path``; ``None`` when there is no such address here."""
        file = self._files.get(path)
        if file is None:
            return self._sheets.get(path)
        media_type = _MEDIA_TYPES.get(file.suffix, "application/octet-stream")
        return Sheet(file.read_bytes(), media_type, headers=_AN_HOUR)


def _assets() -> Path:
    """The folder of Swagger UI's files in the package that ships them; its code is not run."""
    spec = find_spec("flask_openapi3_swagger")
    if spec is None or spec.origin is None:
        raise RuntimeError("flask-openapi3-swagger, which ships the page's assets, is missing")
    return Path(spec.origin).parent / "templates" / "swagger"
