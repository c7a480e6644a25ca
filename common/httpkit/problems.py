"""Refusals as ``application/problem+json`` (RFC 9457), with ``error`` for the older clients."""

from __future__ import annotations

import json
import math
from http import HTTPStatus
from typing import Any

from flask import Flask, Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from common import logs
from common.errors import WIRE, DomainError, Kind

_KIND_OF_STATUS = {wire.http: kind for kind, wire in WIRE.items()}


def problem(error: DomainError) -> Response:
    """The answer that says ``error``."""
    status = WIRE[error.kind].http
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": error.message,
        "code": error.code,
        "request_id": logs.request_id(),
        "error": error.message,
    }
    if error.field:
        body["field"] = error.field
    body |= error.extra
    response = Response(json.dumps(body), status, mimetype="application/problem+json")
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if error.kind is Kind.UNAUTHENTICATED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="hazir"'
    return response


def answer_to(fault: Exception) -> Response:
    """The answer to a request that failed with ``fault``, whatever it is."""
    if isinstance(fault, DomainError):
        return problem(fault)
    if isinstance(fault, HTTPException):
        return _from_werkzeug(fault)
    logs.log().error("unexpected", exc_info=fault)
    return problem(DomainError(Kind.INTERNAL, "internal", "Something went wrong on our side."))


def install(app: Flask) -> None:
    """Make every way of failing in ``app`` answer with a problem."""
    app.register_error_handler(Exception, answer_to)


def _from_werkzeug(fault: HTTPException) -> Response:
    kind = _KIND_OF_STATUS.get(fault.code or 500, Kind.INVALID)
    codes = {Kind.INVALID: "invalid_request", Kind.NOT_ALLOWED: "method_not_allowed"}
    code = codes.get(kind, kind.value)
    message = "There is no such address." if kind is Kind.NOT_FOUND else fault.description
    response = problem(DomainError(kind, code, message or "The request cannot be understood."))
    if isinstance(fault, MethodNotAllowed) and fault.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(fault.valid_methods))
    return response
