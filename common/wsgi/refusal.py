"""What the server itself answers: a problem (RFC 9457) with a code and nothing else."""

from __future__ import annotations

import json
from http import HTTPStatus

_CODES = {
    400: "invalid_request",
    408: "request_timeout",
    413: "too_large",
    414: "target_too_long",
    417: "expectation_failed",
    431: "headers_too_large",
    500: "internal",
    501: "not_implemented",
    503: "unavailable",
    505: "version_not_supported",
}


class Refused(Exception):
    """The request is answered with ``status`` and the connection ends: its framing is in doubt."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _answer(status: int) -> tuple[bytes, bytes]:
    title = HTTPStatus(status).phrase
    problem = {"type": "about:blank", "title": title, "status": status, "code": _CODES[status]}
    body = json.dumps(problem).encode()
    retry = "Retry-After: 1\r\n" if status == HTTPStatus.SERVICE_UNAVAILABLE else ""
    head = (
        f"HTTP/1.1 {status} {title}\r\nContent-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\n{retry}"
    )
    return head.encode(), body


_ANSWERS = {status: _answer(status) for status in _CODES}


def refusal(status: int, *, keep_alive: bool = False, head_only: bool = False) -> bytes:
    """The whole answer for ``status``, one of the statuses this server gives by itself."""
    head, body = _ANSWERS[status]
    ending = b"\r\n" if keep_alive else b"Connection: close\r\n\r\n"
    return head + ending + (b"" if head_only else body)
