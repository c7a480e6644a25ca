"""The head of a request (RFC 9112): one strict grammar, and the WSGI environ it stands for.

Whatever the grammar does not say is refused, never repaired: a server that guesses differently from
the proxy in front of it lets requests be smuggled. Bare CR or LF, folded lines, space before the
colon, empty lines before the request, a repeated length or host: all are 400.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from common.wsgi.limits import Limits
from common.wsgi.refusal import Refused

TCHAR: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]"
FIELD: Final = TCHAR + r"++:[\t -~\x80-\xff]*+\r\n"
CHUNKED: Final = -1

# Possessive quantifiers: the time is linear in the length, whatever is sent.
_REQUEST = re.compile(rf"({TCHAR}{{1,32}}+) ([!-\"$-~]++) HTTP/([0-9]\.[0-9])")
_NAME = re.compile(f"{TCHAR}++")
_TEXT = bytes([0x09, *range(0x20, 0x7F), *range(0x80, 0x100)])
_ABSOLUTE = re.compile(r"https?://([^/?]+)(.*)", re.IGNORECASE)
_HOST = re.compile(r"(?:[\w.~!$&'()*+,;=%-]++|\[[0-9A-Fa-f:.]++\])(?::[0-9]{1,5})?", re.ASCII)
_LENGTH = re.compile(r"[0-9]{1,15}")

_USUAL = (
    *("Host", "User-Agent", "Accept", "Accept-Language", "Accept-Encoding", "Authorization"),
    *("Cookie", "Origin", "Referer", "Connection", "Content-Type", "Content-Length", "Expect"),
    *("Cache-Control", "Idempotency-Key", "If-None-Match", "Transfer-Encoding", "X-Request-Id"),
    *("X-Forwarded-For", "X-Forwarded-Proto", "Traceparent", "Priority", "Sec-Fetch-Mode"),
    *("Sec-Fetch-Site", "Sec-Fetch-Dest", "Sec-Ch-Ua", "Sec-Ch-Ua-Mobile", "Sec-Ch-Ua-Platform"),
)
_ONLY_ONCE = frozenset(
    {"HTTP_HOST", "CONTENT_LENGTH", "CONTENT_TYPE", "HTTP_AUTHORIZATION", "HTTP_EXPECT"}
    | {"HTTP_TRANSFER_ENCODING", "HTTP_ORIGIN"}
)


def _key_of(name: str) -> str:
    """The environ's key for a field; empty for one that could pass for another (``_``, Proxy)."""
    if not _NAME.fullmatch(name):
        raise Refused(400)
    if "_" in name or name.lower() == "proxy":
        return ""
    key = name.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else "HTTP_" + key


# Fixed, so that nobody can fill it with names of his own.
_KEYS = {form: _key_of(form) for name in _USUAL for form in (name, name.lower())}


class Framing(NamedTuple):
    """Where the request ends and what becomes of the connection.

    ``length`` is that of the body in bytes, or `CHUNKED`; ``most`` is the largest one allowed.
    """

    length: int
    most: int
    keep_alive: bool
    expects: bool


def read_head(head: bytes, environ: dict[str, Any], limits: Limits) -> Framing:
    """Add a complete head, with the empty line that ends it, to ``environ``; raises `Refused`."""
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    if head.translate(None, _TEXT) != b"\r\n" * (len(lines) + 2):
        raise Refused(400)
    match = _REQUEST.fullmatch(first)
    if match is None:
        raise Refused(400)
    method, target, version = match.groups()
    if version not in {"1.1", "1.0"}:
        raise Refused(505)
    if len(lines) > limits.fields:
        raise Refused(431)
    for line in lines:
        name, colon, value = line.partition(":")
        key = _KEYS.get(name) or _key_of(name)
        if not colon:
            raise Refused(400)
        if key in environ:
            _repeat(environ, key, value.strip(" \t"))
        elif key:
            environ[key] = value.strip(" \t")
    environ["REQUEST_METHOD"] = method
    environ["SERVER_PROTOCOL"] = "HTTP/" + version
    _read_target(environ, method, target)
    modern = version == "1.1"
    host = environ.get("HTTP_HOST")
    if (host is None and modern) or (host is not None and not _HOST.fullmatch(host)):
        raise Refused(400)
    return _framing(environ, limits, modern=modern)


def _repeat(environ: dict[str, Any], key: str, value: str) -> None:
    if key in _ONLY_ONCE:
        raise Refused(400)
    environ[key] += ("; " if key == "HTTP_COOKIE" else ",") + value


def _read_target(environ: dict[str, Any], method: str, target: str) -> None:
    environ["REQUEST_URI"] = target
    if target[0] != "/" and not (target == "*" and method == "OPTIONS"):
        absolute = _ABSOLUTE.fullmatch(target)
        if absolute is None:
            raise Refused(400)
        # RFC 9112 3.2.2: the target's authority replaces the Host field.
        environ["HTTP_HOST"], target = absolute.groups()
    path, _, environ["QUERY_STRING"] = target.partition("?")
    environ["PATH_INFO"] = unquote(path, "latin-1") if "%" in path else path


def _framing(environ: dict[str, Any], limits: Limits, *, modern: bool) -> Framing:
    length = _length(environ, modern=modern)
    most = limits.body_at(environ["PATH_INFO"]) if length else 0
    if length > most:
        raise Refused(413)
    keep_alive = modern
    connection = environ.get("HTTP_CONNECTION")
    if connection and "close" in [word.strip(" \t") for word in connection.lower().split(",")]:
        keep_alive = False
    expect = environ.get("HTTP_EXPECT")
    if expect is not None and expect.lower() != "100-continue":
        raise Refused(417)
    return Framing(length, most, keep_alive, expect is not None and modern)


def _length(environ: dict[str, Any], *, modern: bool) -> int:
    declared = environ.get("CONTENT_LENGTH")
    coding = environ.pop("HTTP_TRANSFER_ENCODING", None)
    if coding is None:
        if declared is None:
            return 0
        if not _LENGTH.fullmatch(declared):
            raise Refused(400)
        return int(declared)
    if declared is not None or not modern:
        raise Refused(400)
    if coding.lower() != "chunked":
        raise Refused(501)
    return CHUNKED
