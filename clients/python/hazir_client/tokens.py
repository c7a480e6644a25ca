"""Access tokens: fetched with a password or with a service's credentials, renewed in time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from .errors import Unreachable
from .transport import Transport

#: Seconds before its end from which on a token is not used any more, and for fetching one.
_RENEW_BEFORE, _DEADLINE = 30.0, 10.0


@dataclass(frozen=True)
class Token:
    """A token that somebody else has fetched."""

    value: str = field(repr=False)

    def get(self) -> str:
        """The token."""
        return self.value

    def forget(self) -> None:
        """There is no other one."""


class _Fetched:
    """A token from ``POST /api/v1/auth/token`` (RFC 6749, 4.3 and 4.4); safe for threads."""

    def __init__(
        self,
        auth_url: str,
        form: Mapping[str, str],
        now: Callable[[], float],
        *,
        deadline: float = _DEADLINE,
        renew_before: float = _RENEW_BEFORE,
    ) -> None:
        self._transport = Transport(auth_url, deadline=deadline)
        self._form = dict(form)
        self._now = now
        self._renew_before = renew_before
        self._lock = threading.Lock()
        self._token = ""
        self._until = 0.0

    def get(self) -> str:
        """A token that lives for a while yet; raises `Problem` or `Unreachable`."""
        with self._lock:
            if self._now() >= self._until:
                self._fetch()
            return self._token

    def forget(self) -> None:
        """Fetch another one next time."""
        with self._lock:
            self._until = 0.0

    def _fetch(self) -> None:
        asked = self._now()
        answer: Any = self._transport.call("POST", "/api/v1/auth/token", form=self._form)
        try:
            self._token = str(answer["access_token"])
            self._until = asked + float(answer["expires_in"]) - self._renew_before
        except (KeyError, TypeError, ValueError) as fault:
            raise Unreachable("no token in the answer") from fault


class Password(_Fetched):
    """The token of a person, by name and password."""

    def __init__(
        self, auth_url: str, username: str, password: str, *, now: Callable[[], float] = monotonic
    ) -> None:
        form = {"grant_type": "password", "username": username, "password": password}
        super().__init__(auth_url, form, now)


class ClientCredentials(_Fetched):
    """The token of a service, by its id and secret.

    It is used until ``renew_before`` seconds before its end; fetching one takes ``deadline``.
    """

    def __init__(
        self,
        auth_url: str,
        client_id: str,
        secret: str,
        *,
        now: Callable[[], float] = monotonic,
        deadline: float = _DEADLINE,
        renew_before: float = _RENEW_BEFORE,
    ) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": secret,
        }
        super().__init__(auth_url, form, now, deadline=deadline, renew_before=renew_before)
