"""The description of this service's HTTP addresses (OpenAPI 3.1)."""

from __future__ import annotations

from typing import Any

VERSION = "1.0.0"
_FEED = """\
Opens the live feed over WebSocket. Send {"auth": token, "after": cursor, "scope": "own" or "all"}
first; the last two are optional. Frames are JSON with a `type`: `hello`, `record`, `heartbeat`,
`state`. With `?token=` in the address only record frames of accepted records come. No cookie is
read; an Origin that is not on the list is refused."""


def document() -> dict[str, Any]:
    """The document itself."""
    health = {"schema": {"$ref": "#/components/schemas/Health"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hazir live feed", "version": VERSION},
        "paths": {
            "/ws": {"get": _feed()},
            "/hook/new-record": {
                "post": {
                    "summary": "The predecessor's hook: gone, records come over gRPC.",
                    "responses": {"410": _problem("Always.")},
                }
            },
            "/health/live": _read("The process runs.", {"200": _answer("It does.", health)}),
            "/health/ready": _read(
                "Everything it needs answers; each dependency is named.",
                {"200": _answer("Ready.", health), "503": _answer("Not ready.", health)},
            ),
            "/metrics": _read(
                "Counts for Prometheus.",
                {"200": {"description": "Text format.", "content": {"text/plain": {}}}},
            ),
            "/openapi.json": _read(
                "This document.",
                {"200": _answer("The document.", {"schema": {"type": "object"}})},
            ),
        },
        "components": {"schemas": {"Health": _health(), "Problem": _problem_schema()}},
    }


def _feed() -> dict[str, Any]:
    return {
        "summary": "The live feed.",
        "description": _FEED,
        "parameters": [
            _query("token", "An access token, for command-line clients."),
            _query("after", "Resume after this cursor."),
            _query("scope", "Whose records.", ["own", "all"]),
        ],
        "responses": {
            "101": {"description": "The socket is open."},
            "400": _problem("Not a WebSocket handshake."),
            "403": _problem("The Origin is not on the list."),
            "405": _problem("Only GET opens a socket."),
            "426": _problem("A WebSocket client is needed."),
            "429": _problem("Too many connections from this address."),
            "503": {"description": "Too many clients that have not said who they are."},
        },
    }


def _query(name: str, description: str, words: list[str] | None = None) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if words:
        schema["enum"] = words
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _read(summary: str, responses: dict[str, Any]) -> dict[str, Any]:
    return {"get": {"summary": summary, "responses": responses}}


def _answer(description: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": content}}


def _problem(description: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": description, "content": content}


def _health() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["status"],
        "properties": {"status": {"enum": ["ok", "unavailable"]}},
        "additionalProperties": {"enum": ["up", "down"]},
    }


def _problem_schema() -> dict[str, Any]:
    texts = ("type", "title", "detail", "code", "request_id", "error")
    return {
        "type": "object",
        "required": [*texts, "status"],
        "properties": {
            **{name: {"type": "string"} for name in texts},
            "status": {"type": "integer"},
        },
    }
