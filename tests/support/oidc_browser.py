"""A browser on its way to an OpenID provider and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from tests.support.auth import PAGE, AuthServer
from tests.support.oidc import CALLBACK

START = "/api/v1/auth/oidc/oidc/start"
HOME = f"{PAGE}/index.html"


class Browser:
    """A browser as far as the journey needs one: cookies, and no following of redirects."""

    def __init__(self, auth: AuthServer) -> None:
        self.client = httpx.Client(base_url=auth.url, trust_env=False, timeout=10)

    def start(self, return_to: str | None = None) -> str:
        """Where the browser is sent."""
        query = {"return_to": return_to} if return_to else {}
        answer = self.client.get(START, params=query)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def back(self, where: str) -> httpx.Response:
        """The provider sends the browser to ``where``."""
        assert where.startswith(CALLBACK)
        answer = self.client.get(where.removeprefix("http://127.0.0.1:8001"))
        assert answer.status_code == 302, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        return answer

    def signed_in(self) -> dict[str, Any]:
        """What the page gets for its cookie."""
        answer = self.client.post("/api/v1/auth/refresh", headers={"Origin": PAGE})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


Browsing = Callable[[AuthServer], Browser]


def error(answer: httpx.Response) -> str:
    """What the page is told; nobody is signed in."""
    where = answer.headers["Location"]
    assert where.startswith(f"{HOME}#/signin?error="), where
    assert "hazir_refresh" not in str(answer.headers.get_list("Set-Cookie"))
    return where.rpartition("=")[2]
