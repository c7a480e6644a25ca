"""Pages of servers of others: of no host but the named ones, no long answer, no endless one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from auth_service.directories.outside import Line
from auth_service.service.proving import directory_unavailable
from common import logs

_MOST_REDIRECTS = 5
_SEE_OTHER = frozenset({301, 302, 303})


@dataclass(frozen=True, slots=True)
class Page:
    """An answer; its status is 200 unless another was asked for."""

    url: str
    content: bytes
    charset: str
    status: int = httpx.codes.OK

    @property
    def text(self) -> str:
        """The content as text, what cannot be read replaced."""
        try:
            return self.content.decode(self.charset, "replace")
        except LookupError:
            return self.content.decode("utf-8", "replace")


class Visit:
    """Requests to the servers of ``addresses`` alone, with cookies of their own, within ``line``.

    A redirect leads to those servers or nowhere, and never takes a form along.

    Whatever is not a plain answer of at most ``longest`` bytes raises ``directory_unavailable``.
    """

    def __init__(
        self,
        line: Line[Any],
        *addresses: str,
        longest: int,
        cookies: httpx.Cookies | None = None,
    ) -> None:
        self._line = line
        self._origins = {origin_of(address) for address in addresses}
        self._longest = longest
        # No proxy and no certificate of the environment's, and nothing compressed: what is short
        # on the wire is short here.
        self._client = httpx.Client(
            trust_env=False,
            follow_redirects=False,
            cookies=cookies,
            headers={"User-Agent": "Hazir", "Accept-Encoding": "identity"},
        )
        line.cut = self._client.close

    def __enter__(self) -> Visit:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        with suppress(RuntimeError, OSError):
            self._client.close()

    @property
    def cookies(self) -> httpx.Cookies:
        """What the server has set so far."""
        return self._client.cookies

    def get(self, url: str, **headers: str) -> Page:
        """The page at ``url``."""
        return self._follow("GET", url, None, headers, frozenset())

    def post(
        self,
        url: str,
        form: Mapping[str, str] | None = None,
        *,
        refusals: frozenset[int] = frozenset(),
        **headers: str,
    ) -> Page:
        """What ``form`` sent to ``url`` leads to; it is sent to no other address.

        ``refusals`` are statuses besides 200 that the caller understands.
        """
        return self._follow("POST", url, form or {}, headers, refusals)

    def json(self, page: Page) -> Any:
        """The JSON value of a page."""
        try:
            return json.loads(page.content)
        except (ValueError, RecursionError) as fault:
            raise self._unclear("no JSON") from fault

    def _follow(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None,
        headers: Mapping[str, str],
        refusals: frozenset[int],
    ) -> Page:
        for _ in range(_MOST_REDIRECTS):
            if origin_of(url) not in self._origins:
                raise self._unclear("another host")
            try:
                answer, content = self._once(method, url, form, headers)
            except (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError, ValueError) as fault:
                raise self._unclear(type(fault).__name__) from None
            status = answer.status_code
            if status == httpx.codes.OK or status in refusals:
                return Page(url, content, answer.charset_encoding or "utf-8", status)
            if status not in _SEE_OTHER or "Location" not in answer.headers:
                raise self._unclear(f"status {status}")
            url = urljoin(url, answer.headers["Location"])
            method, form = "GET", None
        raise self._unclear("too many redirects")

    def _once(
        self, method: str, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> tuple[httpx.Response, bytes]:
        content = bytearray()
        with self._client.stream(
            method, url, data=form, headers=dict(headers), timeout=self._line.left()
        ) as answer:
            if answer.headers.get("Content-Encoding", "identity") != "identity":
                raise ValueError("compressed")
            for piece in answer.iter_raw():
                content += piece
                if len(content) > self._longest:
                    raise ValueError("too long")
                self._line.left()
        return answer, bytes(content)

    def _unclear(self, reason: str) -> Exception:
        hosts = sorted(origin[1] for origin in self._origins)
        logs.log().warning("directory answers unclearly", hosts=hosts, reason=reason)
        return directory_unavailable()


def origin_of(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address, all of which a request keeps to."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return "", "", 0
    if parts.username or parts.password:
        return "", "", 0
    return parts.scheme, parts.hostname or "", port
