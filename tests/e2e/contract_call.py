"""A request to the page's test double, and the two ways to answer one."""

from __future__ import annotations

import json
import secrets
from typing import Any
from urllib.parse import parse_qs

from contract_world import World


class Problem(Exception):
    """An answer that is not a success."""

    def __init__(self, status: int, code: str, **more: Any) -> None:
        super().__init__(code)
        self.status = status
        self.body = {
            "type": "about:blank", "title": code, "status": status, "detail": code,
            "code": code, "error": code, "request_id": f"req-{secrets.token_hex(4)}", **more,
        }  # fmt: skip


class Call:
    """One request with what the routes need of it."""

    def __init__(
        self, *, world: World, method: str, path: str, headers: Any, body: bytes, query: str
    ) -> None:
        self.world = world
        self.method = method
        self.path = path
        self.headers = headers
        self.raw = body
        self.query = {key: values[0] for key, values in parse_qs(query).items()}
        self.cookie: str | None = None

    def json(self) -> dict[str, Any]:
        """The body as an object; empty when there is none."""
        return json.loads(self.raw) if self.raw else {}

    def who(self) -> int:
        """The caller's employee id, or 401."""
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if token not in self.world.tokens:
            raise Problem(401, "unauthenticated")
        return self.world.tokens[token]


Answer = tuple[int, Any]


def sign_in(call: Call, number: int) -> dict[str, Any]:
    value = secrets.token_urlsafe(16)
    call.world.cookies[value] = number
    call.cookie = f"hazir_refresh={value}; HttpOnly; SameSite=Strict; Path=/api/v1/auth"
    return call.world.issue(number)
