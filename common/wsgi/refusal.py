"""What the server itself answers: a problem (RFC 9457) of the same shape as the services' own."""

from __future__ import annotations

import json
import secrets
from http import HTTPStatus

_CODES = {
    400: ("invalid_request", "The request is not well-formed HTTP."),
    408: ("request_timeout", "The request did not arrive in time."),
    413: ("too_large", "The body is larger than is taken here."),
    414: ("target_too_long", "The address is too long."),
    417: ("expectation_failed", "The expectation cannot be met."),
    431: ("headers_too_large", "The header fields are too large."),
    500: ("internal", "Something went wrong on our side."),
    501: ("not_implemented", "This way of sending a body is not known here."),
    503: ("unavailable", "Too much is being sent at once."),
    505: ("version_not_supported", "Only HTTP/1.0 and HTTP/1.1 are spoken here."),
}


class Refused(Exception):
    """The request is answered with ``status`` and the connection ends: its framing is in doubt."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def refusal(status: int, *, keep_alive: bool = False, head_only: bool = False) -> bytes:
    """The whole answer for ``status``, one of the statuses this server gives by itself."""
    title = HTTPStatus(status).phrase
    code, detail = _CODES[status]
    problem = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": secrets.token_hex(8),
        "error": detail,
    }
    body = json.dumps(problem).encode()
    retry = "Retry-After: 1\r\n" if status == HTTPStatus.SERVICE_UNAVAILABLE else ""
    head = (
        f"HTTP/1.1 {status} {title}\r\nContent-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\n{retry}"
        f"X-Request-Id: {problem['request_id']}\r\n"
    )
    ending = "\r\n" if keep_alive else "Connection: close\r\n\r\n"
    return (head + ending).encode() + (b"" if head_only else body)
