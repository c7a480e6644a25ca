"""The token with which one service calls another: fetched from auth_service, renewed in time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

import httpx

from common.errors import unavailable

_RENEW_BEFORE = 60.0
_PATIENCE = 2.0


class ServiceToken:
    """Client credentials (RFC 6749, 4.4) of one service; thread-safe."""

    def __init__(
        self,
        auth_url: str,
        client_id: str,
        client_secret: str,
        *,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._url = f"{auth_url.rstrip('/')}/api/v1/auth/token"
        self._form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
        }
        self._now = now
        self._lock = threading.Lock()
        self._token = ""
        self._until = 0.0

    def get(self) -> str:
        """A token with at least a minute to live; raises ``unavailable``."""
        with self._lock:
            if self._now() >= self._until:
                self._fetch()
            return self._token

    def forget(self) -> None:
        """The token was refused: fetch another one at the next call."""
        with self._lock:
            self._until = 0.0

    def _fetch(self) -> None:
        asked = self._now()
        try:
            # Only ever the address from the configuration: no redirects, no proxy of anybody's.
            with httpx.Client(timeout=_PATIENCE, trust_env=False) as client:
                answer = client.post(self._url, data=self._form)
                answer.raise_for_status()
                body = answer.json()
            self._token = str(body["access_token"])
            self._until = asked + float(body["expires_in"]) - _RENEW_BEFORE
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as fault:
            raise unavailable("The sign-in service does not answer.") from fault
