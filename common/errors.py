"""Refusals the product can give, and the one table that says them on each transport."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Kind(Enum):
    """What sort of refusal it is; a transport needs nothing more to pick its status."""

    INVALID = "invalid"
    UNPROCESSABLE = "unprocessable"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    NOT_ALLOWED = "not_allowed"
    CONFLICT = "conflict"
    GONE = "gone"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    LIMITED = "limited"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Wire:
    """One kind on each transport: HTTP status, gRPC status name, WebSocket close code."""

    http: int
    grpc: str
    websocket: int


WIRE: Mapping[Kind, Wire] = {
    Kind.INVALID: Wire(400, "INVALID_ARGUMENT", 4503),
    Kind.UNPROCESSABLE: Wire(422, "INVALID_ARGUMENT", 4503),
    Kind.UNAUTHENTICATED: Wire(401, "UNAUTHENTICATED", 4501),
    Kind.FORBIDDEN: Wire(403, "PERMISSION_DENIED", 4503),
    Kind.NOT_FOUND: Wire(404, "NOT_FOUND", 4503),
    Kind.NOT_ALLOWED: Wire(405, "UNIMPLEMENTED", 4503),
    Kind.CONFLICT: Wire(409, "FAILED_PRECONDITION", 4503),
    Kind.GONE: Wire(410, "FAILED_PRECONDITION", 4010),
    Kind.TOO_LARGE: Wire(413, "RESOURCE_EXHAUSTED", 1009),
    Kind.UNSUPPORTED: Wire(415, "INVALID_ARGUMENT", 1003),
    Kind.LIMITED: Wire(429, "RESOURCE_EXHAUSTED", 4504),
    Kind.UNAVAILABLE: Wire(503, "UNAVAILABLE", 1013),
    Kind.INTERNAL: Wire(500, "INTERNAL", 1011),
}


class DomainError(Exception):
    """A refusal with a stable machine code.

    ``message`` is shown to people and never carries another program's text. ``field`` names the
    input at fault, ``retry_after`` is in seconds, ``extra`` joins the answer as it is.
    """

    def __init__(
        self,
        kind: Kind,
        code: str,
        message: str,
        *,
        field: str | None = None,
        retry_after: float | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.code = code
        self.message = message
        self.field = field
        self.retry_after = retry_after
        self.extra: Mapping[str, Any] = extra or {}


def invalid(
    message: str, *, field: str | None = None, code: str = "invalid_request"
) -> DomainError:
    """Input that is malformed, missing or of the wrong type."""
    return DomainError(Kind.INVALID, code, message, field=field)


def unauthenticated(code: str = "unauthenticated") -> DomainError:
    """No proof of identity, or one that does not hold: one answer whatever the reason."""
    return DomainError(Kind.UNAUTHENTICATED, code, "Sign in to continue.")


def forbidden(message: str = "You may not do this.", *, code: str = "forbidden") -> DomainError:
    """The caller is known and may not."""
    return DomainError(Kind.FORBIDDEN, code, message)


def not_found(message: str = "There is no such thing here.") -> DomainError:
    """It does not exist, or the caller may not know that it does."""
    return DomainError(Kind.NOT_FOUND, "not_found", message)


def conflict(code: str, message: str, **extra: Any) -> DomainError:
    """The state of the world does not allow it."""
    return DomainError(Kind.CONFLICT, code, message, extra=extra)


def limited(message: str, *, retry_after: float) -> DomainError:
    """Too much at once; ``retry_after`` seconds from now it may be tried again."""
    return DomainError(Kind.LIMITED, "rate_limited", message, retry_after=retry_after)


def unavailable(message: str, *, code: str = "unavailable", retry_after: float = 1) -> DomainError:
    """Something that is needed does not answer; nothing was promised."""
    return DomainError(Kind.UNAVAILABLE, code, message, retry_after=retry_after)


class ConnectionLost(DomainError):
    """The connection died while a statement ran: whether it took effect is not known."""

    def __init__(self) -> None:
        super().__init__(
            Kind.UNAVAILABLE, "unavailable", "The database does not answer.", retry_after=1
        )
