"""Flask without what this product never uses: sessions, hosts, coroutines in views.

Each of these costs little; together they were a fifth of a check-in's time. Only hooks that Flask
and Werkzeug document for overriding are used. A request to an address without a variable in it
knows its view by that address alone, and needs no context either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import IO, Any, TypeVar, cast

from flask import Flask, Request, Response
from flask.sessions import NullSession, SessionInterface
from werkzeug.routing import MapAdapter
from werkzeug.utils import cached_property

_View = TypeVar("_View", bound=Callable[..., Any])


class _NoSessions(SessionInterface):
    """The caller is known by a token; no request carries state of its own."""

    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:  # noqa: ARG002
        """The same nothing for everybody."""
        return self._none


class LeanResponse(Response):
    """An answer that is there as a whole, in bytes, goes out as it is."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer; what has to be adapted to the request is left to Werkzeug."""
        body = self.response
        plain = type(body) is list and self.status_code >= 200 and not self._on_close
        bodyless = environ["REQUEST_METHOD"] == "HEAD" or self.status_code in {204, 304}
        if not plain or bodyless or "Location" in self.headers:
            return super().__call__(environ, start_response)
        start_response(self.status, self.headers.to_wsgi_list())
        return cast("list[bytes]", body)  # Werkzeug encodes a text when it gets it


class LeanRequest(Request):
    """A request whose body is there as a whole, within its limit: `common.wsgi` sees to both."""

    @cached_property
    def stream(self) -> IO[bytes]:
        """The body."""
        body: IO[bytes] = self.environ["wsgi.input"]
        return body


class LeanFlask(Flask):
    """A Flask application whose views are plain functions and know no host and no session.

    ``direct`` holds the views of fixed addresses, by method and path. They take the request, answer
    every fault themselves, and must not use Flask's context.
    """

    session_interface = _NoSessions()
    request_class = LeanRequest
    response_class = LeanResponse

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.direct: dict[tuple[str, str], Callable[[Request], Response]] = {}

    def wsgi_app(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer, by the shortest way that there is."""
        view = self.direct.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        if view is None:
            return super().wsgi_app(environ, start_response)
        request, limits = self.request_class(environ), self.config
        request.max_content_length = limits["MAX_CONTENT_LENGTH"]
        request.max_form_memory_size = limits["MAX_FORM_MEMORY_SIZE"]
        request.max_form_parts = limits["MAX_FORM_PARTS"]
        try:
            return view(request)(environ, start_response)
        finally:
            request.close()

    def ensure_sync(self, func: _View) -> _View:
        """Every view is a plain function."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """The way to match ``request``; the host is of no account."""
        if request is None:
            return None
        return self.url_map.bind("", path_info=request.path, default_method=request.method)
