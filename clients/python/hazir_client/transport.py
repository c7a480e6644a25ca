"""One HTTP exchange, bounded in time and size, whoever is at the other end."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cache
from time import monotonic
from typing import Any, Protocol

import httpx

from .errors import Busy, Problem, Unreachable

LONGEST_ANSWER = 4 << 20
_JPEG = "image/jpeg"

#: Files of a multipart body: (field, content) pairs.
Files = Sequence[tuple[str, bytes]]


class TokenSource(Protocol):
    """Something that has a token at hand; ``common.service_token.ServiceToken`` fits too."""

    def get(self) -> str:
        """A token that still holds."""
        ...

    def forget(self) -> None:
        """It was refused: fetch another one next time."""
        ...


def _no_headers() -> Mapping[str, str]:
    return {}


class Seats:
    """How many threads may wait for a service at once, so that one that hangs cannot take them all.

    Who finds no seat for ``patience`` seconds is `Busy`. Shared by the transports that are given
    the same seats.
    """

    def __init__(self, count: int, *, patience: float) -> None:
        self._free = threading.Semaphore(count)
        self._patience = patience

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Sit down for one call; raises `Busy`."""
        if not self._free.acquire(timeout=self._patience):
            raise Busy("no seat is free")
        try:
            yield
        finally:
            self._free.release()


@dataclass(frozen=True)
class Transport:
    """Calls one service.

    ``deadline`` bounds a whole call in seconds, however slowly its answer comes, ``longest`` the
    answer in bytes, and ``seats`` how many threads call at once; ``headers`` makes further headers
    for each call, such as those of a trace. No redirect is followed and no proxy of the environment
    is used: a token goes to ``url`` and nowhere else.
    """

    url: str
    token: TokenSource | None = None
    deadline: float = 10.0
    headers: Callable[[], Mapping[str, str]] = field(default=_no_headers)
    longest: int = LONGEST_ANSWER
    seats: Seats | None = None

    def bearing(self, token: TokenSource) -> Transport:
        """The same way, on the same seats, with another token."""
        return replace(self, token=token)

    def get(self, path: str, **query: Any) -> Any:
        """The JSON answer to a GET; parameters that are ``None`` are left out."""
        return self.call("GET", path, query=query)

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        files: Files = (),
        idempotency_key: str | None = None,
    ) -> Any:
        """The JSON answer (``None`` when there is none); raises `Problem` or `Unreachable`."""
        sent: dict[str, Any] = {"params": _given(query or {}), "headers": {}}
        if idempotency_key is not None:
            sent["headers"]["Idempotency-Key"] = idempotency_key
        if files:
            sent["files"] = [(name, (f"{name}.jpg", raw, _JPEG)) for name, raw in files]
        if form is not None:
            sent["data"] = dict(form)
        elif body is not None:
            sent["json"] = body
        with self._seat():
            sent["headers"] |= self._headers()
            status, answer, retry_after = self._exchange(method, path, sent)
        if 200 <= status < 300:
            return answer
        if status == 401 and self.token is not None:
            self.token.forget()
        raise Problem(status, answer if isinstance(answer, dict) else {}, retry_after=retry_after)

    def _seat(self) -> AbstractContextManager[None]:
        return self.seats.taken() if self.seats is not None else nullcontext()

    def _headers(self) -> dict[str, str]:
        headers = dict(self.headers())
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token.get()}"
        return headers

    def _exchange(
        self, method: str, path: str, sent: dict[str, Any]
    ) -> tuple[int, Any, float | None]:
        until = monotonic() + self.deadline
        try:
            with (
                httpx.Client(verify=_trust(), timeout=self.deadline, trust_env=False) as client,
                client.stream(method, f"{self.url.rstrip('/')}{path}", **sent) as answer,
            ):
                text = self._read(answer, until)
                return answer.status_code, _value(text), _seconds(answer)
        except httpx.HTTPError as fault:
            raise Unreachable(type(fault).__name__) from fault
        except ValueError as fault:
            raise Unreachable("no readable answer") from fault

    def _read(self, answer: httpx.Response, until: float) -> bytes:
        text = b""
        for piece in answer.iter_bytes():
            text += piece
            if len(text) > self.longest or monotonic() > until:
                raise Unreachable("too long or too late")
        return text


@cache
def _trust() -> ssl.SSLContext:
    """Whom to trust, read once: it takes longer than the rest of a call."""
    return httpx.create_ssl_context(trust_env=False)


def _given(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None}


def _value(text: bytes) -> Any:
    return json.loads(text) if text else None


def _seconds(answer: httpx.Response) -> float | None:
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else None
