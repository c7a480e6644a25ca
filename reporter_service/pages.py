"""The few HTTP addresses beside the socket: health, metrics, the manual.

Answers are made for websockets' handshake, which is the only HTTP server of this process.
"""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable, Mapping
from email.utils import formatdate
from http import HTTPStatus
from typing import Any

from websockets.datastructures import Headers
from websockets.http11 import Response

from common import logs
from common.errors import WIRE, DomainError, Kind, not_found
from common.httpkit.manual import Manual
from reporter_service.openapi import document

Check = Callable[[], Awaitable[bool]]
JSON = "application/json"
PROBLEM = "application/problem+json"
METRICS = "text/plain; version=1.0.0; charset=utf-8"
OPTIONAL = frozenset({"redis"})


def answer(status: int, body: bytes, kind: str, extra: Mapping[str, str] | None = None) -> Response:
    """A complete HTTP response that ends its connection."""
    headers = Headers(
        {
            "Date": formatdate(usegmt=True),
            "Connection": "close",
            "Content-Length": str(len(body)),
            "Content-Type": kind,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
            "X-Request-Id": logs.request_id(),
            **(extra or {}),
        }
    )
    return Response(status, HTTPStatus(status).phrase, headers, body)


def problem(error: DomainError) -> Response:
    """The answer that says ``error`` (RFC 9457), with ``error`` for the older clients."""
    wait = {"Retry-After": str(math.ceil(error.retry_after))} if error.retry_after else {}
    return refusal(WIRE[error.kind].http, error.code, error.message, wait)


def refusal(
    status: int, code: str, message: str, extra: Mapping[str, str] | None = None
) -> Response:
    """A problem with a status of its own."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
        "code": code,
        "request_id": logs.request_id(),
        "error": message,
    }
    return answer(status, _json(body), PROBLEM, extra)


class Pages:
    """Answers plain HTTP requests.

    ``checks`` names each dependency; ``metrics`` gives Prometheus's text.
    """

    def __init__(self, checks: Mapping[str, Check], metrics: Callable[[], bytes]) -> None:
        self._checks = checks
        self._metrics = metrics
        self._manual = Manual(document())

    async def get(self, method: str, path: str) -> Response:
        """The answer to ``method path``; a HEAD is answered as its GET, without the body."""
        if path == "/hook/new-record":
            # Records come over gRPC: an event told by a lost HTTP call was lost for ever.
            return problem(DomainError(Kind.GONE, "gone", "Records reach the feed over gRPC now."))
        page = await self._page(path)
        if page is None:
            return problem(not_found("There is no such address."))
        if method not in {"GET", "HEAD"}:
            return refusal(405, "not_allowed", "This address is only read.", {"Allow": "GET, HEAD"})
        if method == "HEAD":
            page.body = b""
        return page

    async def _page(self, path: str) -> Response | None:
        match path:
            case "/health/live":
                return answer(200, _json({"status": "ok"}), JSON)
            case "/health/ready":
                return await self._ready()
            case "/metrics":
                return answer(200, self._metrics(), METRICS)
            case _:
                return self._in_manual(path)

    def _in_manual(self, path: str) -> Response | None:
        sheet = self._manual.get(path)
        if sheet is None:
            return None
        return answer(sheet.status, sheet.body, sheet.media_type, sheet.headers)

    async def _ready(self) -> Response:
        states = {name: "up" if await check() else "down" for name, check in self._checks.items()}
        missing = {name for name, state in states.items() if state == "down"} - OPTIONAL
        body = {"status": "unavailable" if missing else "ok", **states}
        return answer(503 if missing else 200, _json(body), JSON)


def _json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body).encode()
