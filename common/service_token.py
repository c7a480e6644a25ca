"""The token with which one service calls another: fetched from auth_service, renewed in time."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from clients.python.hazir_client import ClientCredentials, HazirError
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
        self._token = ClientCredentials(
            auth_url,
            client_id,
            client_secret,
            now=now,
            deadline=_PATIENCE,
            renew_before=_RENEW_BEFORE,
        )

    def get(self) -> str:
        """A token with at least a minute to live; raises ``unavailable``."""
        try:
            return self._token.get()
        except HazirError as fault:
            raise unavailable("The sign-in service does not answer.") from fault

    def forget(self) -> None:
        """The token was refused: fetch another one at the next call."""
        self._token.forget()
