"""Reading requests from bytes as the server does, for the tests of its grammar."""

from __future__ import annotations

from typing import Any

from common.wsgi.limits import Limits
from common.wsgi.reader import Budget, Reader

LIMITS = Limits(request_line=256, head=1024, fields=10, body=4096)
HEAD = b"GET /a HTTP/1.1\r\nHost: x\r\n"


def reader(limits: Limits = LIMITS, budget: Budget | None = None) -> Reader:
    """A reader of one connection, with a budget of its own unless given one."""
    return Reader({"base": 1}, limits, budget or Budget(limits.bodies))


def read(data: bytes, limits: Limits = LIMITS) -> list[dict[str, Any]]:
    """All requests in ``data``, the body as bytes under ``body``."""
    return read_pieces([data], limits)


def read_pieces(pieces: list[bytes], limits: Limits = LIMITS) -> list[dict[str, Any]]:
    """All requests in ``pieces``, which come one after the other."""
    one, found = reader(limits), []
    for piece in pieces:
        one.feed(piece)
        while (request := one.next()) is not None:
            one.release()
            environ = dict(request.environ)
            environ["body"] = environ.pop("wsgi.input").read()
            found.append(environ | {"keep_alive": request.keep_alive})
    return found


def chunked(rest: bytes) -> bytes:
    """A chunked request whose body is ``rest``, as it goes over the wire."""
    return HEAD + b"Transfer-Encoding: Chunked\r\n\r\n" + rest
