"""JSON logs with a request id that crosses services; no token, photo or header ever enters."""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import structlog

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_access_service: str | None = None
_ACCEPTED_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*\.?[A-Za-z0-9_-]*")
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def configure(service: str, level: str = "info") -> None:
    """Send this process's logs to standard output, one JSON object a line."""
    global _access_service
    _access_service = service if _LEVELS[level] <= _LEVELS["info"] else None

    def stamp(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        identifier = _request_id.get()
        if identifier:
            event["request_id"] = identifier
        return event

    structlog.configure(
        processors=[
            stamp,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _scrub,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )
    # Libraries' own warnings join the stream; their chatter does not.
    logging.basicConfig(handlers=[_ToStructlog()], level=logging.WARNING, force=True)


def log() -> Any:
    """The logger of this process."""
    return structlog.get_logger()


def access(method: str, path: str, status: int, seconds: float) -> None:
    """The line of an answered request; on the hot path, so it goes round the processors.

    Only the path is told: a query may hold what nobody but its reader should see.
    """
    if _access_service is None:
        return
    # Only the path can hold what JSON has to escape.
    sys.stdout.write(
        f'{{"event": "request", "service": "{_access_service}",'
        f' "request_id": "{_request_id.get()}", "level": "info",'
        f' "timestamp": "{datetime.now(UTC).isoformat()}", "method": "{method}",'
        f' "path": {json.dumps(scrubbed(path))}, "status": {status}, "ms": {seconds * 1e3:.2f}}}\n'
    )


def request_id() -> str:
    """The id of the request being served, or an empty text."""
    return _request_id.get()


def enter_request(offered: str | None) -> str:
    """Take over a caller's request id when it is a plain one, or make a new one."""
    identifier = offered if offered and _ACCEPTED_ID.fullmatch(offered) else secrets.token_hex(8)
    _request_id.set(identifier)
    return identifier


def scrubbed(text: str) -> str:
    """``text`` without anything that looks like a token."""
    return _TOKEN.sub("[token]", text) if "eyJ" in text else text


def _scrub(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str) and "eyJ" in value:
            event[key] = scrubbed(value)
    return event


class _ToStructlog(logging.Handler):
    """Hands a library's record to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        log().warning("library", logger=record.name, message=record.getMessage())
