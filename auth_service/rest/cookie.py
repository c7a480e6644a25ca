"""The page's refresh token: in a cookie no script reads and no other site can use."""

from __future__ import annotations

from flask import Request
from werkzeug.http import dump_cookie

from common.errors import forbidden

NAME = "hazir_refresh"
PATH = "/api/v1/auth"


def check_origin(request: Request, allowed: frozenset[str]) -> None:
    """Raise ``forbidden`` unless one of our own pages sent the request."""
    if request.headers.get("Origin") not in allowed:
        raise forbidden("This page may not do that.", code="origin_not_allowed")


def keep(request: Request, token: str, seconds: int) -> dict[str, str]:
    """The header that keeps ``token`` for ``seconds``."""
    return {"Set-Cookie": _cookie(request, token, seconds)}


def clear(request: Request) -> dict[str, str]:
    """The header that removes the cookie."""
    return {"Set-Cookie": _cookie(request, "", 0)}


def dump(
    request: Request, name: str, value: str, seconds: int, *, path: str, same_site: str
) -> str:
    """A ``Set-Cookie`` that no script reads, over HTTPS alone when the request came over it."""
    return dump_cookie(
        name,
        value,
        max_age=seconds,
        path=path,
        httponly=True,
        samesite=same_site,
        secure=request.is_secure,
    )


def _cookie(request: Request, value: str, seconds: int) -> str:
    return dump(request, NAME, value, seconds, path=PATH, same_site="Strict")
