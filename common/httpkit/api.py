"""Routes with typed input and output, from which the OpenAPI document is made.

A handler gets a `Call` whose body, query and path are already checked, and returns plain data. It
raises `DomainError`; it never builds a refusal itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import Request, Response, request
from pydantic import BaseModel
from pydantic_core import to_json

from common.errors import DomainError, Kind, unauthenticated
from common.httpkit import parse
from common.httpkit.lean import LeanFlask, LeanResponse
from common.httpkit.limits import RateLimit
from common.httpkit.problems import answer_to
from common.identity import Subject

Handler = Callable[["Call"], Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation of the API, under its path and the older paths that lead to it.

    ``body``, ``query``, ``path`` and ``form`` are the models of the input; ``files`` names the
    multipart fields that carry images, with how many of each, ``needed`` those that must be there;
    ``raw`` lists media types of a body that the handler reads as it came, whatever ``body`` says;
    ``answers`` maps a status to the model, list of models or media type of its body.
    ``body_optional`` lets a request come without one.
    """

    method: str
    paths: Sequence[str]
    handler: Handler
    answers: Mapping[int, Any]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    path: type[BaseModel] | None = None
    form: type[BaseModel] | None = None
    files: Mapping[str, int] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    raw: tuple[str, ...] = ()
    idempotent: bool = False
    body_optional: bool = False
    signed_in: bool = True
    tag: str = ""

    @property
    def summary(self) -> str:
        """The first line of the handler's docstring."""
        return (self.handler.__doc__ or "").strip().split("\n")[0]


class Call:
    """One request, checked."""

    __slots__ = ("body", "form", "idempotency_key", "path", "query", "request", "subject")

    def __init__(self, request: Request) -> None:
        self.request = request
        self.subject: Subject = None  # type: ignore[assignment]  # set before a signed-in handler
        self.body: Any = None
        self.query: Any = None
        self.path: Any = None
        self.form: Any = None
        self.idempotency_key: str | None = None

    @property
    def address(self) -> str:
        """The caller's network address, as far as the trusted proxies vouch for it."""
        return self.request.remote_addr or ""

    def uploads(self, name: str) -> list[bytes]:
        """The files sent under ``name``."""
        return [item.read() for item in self.request.files.getlist(name)]


@dataclass(frozen=True, slots=True)
class Answer:
    """A body with another status than the endpoint's first, or with headers."""

    body: Any
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)


class Api:
    """The endpoints of one service on a Flask application.

    ``identify`` turns the bearer token into the caller. ``per_person`` and ``per_address`` limit
    how often each may ask; what Flask routes was counted by address before it comes here. Input
    faults under ``strict_paths`` (and everywhere, when it is ``("/",)``) are 422 instead of 400.
    """

    def __init__(
        self,
        app: LeanFlask,
        *,
        title: str,
        identify: Callable[[str], Subject],
        per_person: RateLimit,
        per_address: RateLimit,
        strict_paths: tuple[str, ...] = (),
    ) -> None:
        self.app = app
        self.title = title
        self.endpoints: list[Endpoint] = []
        self._identify = identify
        self._per_person = per_person
        self._per_address = per_address
        self._strict_paths = strict_paths

    def add(self, endpoint: Endpoint) -> None:
        """Serve ``endpoint`` under each of its paths."""
        self.endpoints.append(endpoint)
        for path in endpoint.paths:
            kind = (
                Kind.UNPROCESSABLE
                if any(path.startswith(prefix) for prefix in self._strict_paths)
                else Kind.INVALID
            )
            self._route(path, endpoint, kind)

    def _route(self, path: str, endpoint: Endpoint, kind: Kind) -> None:
        first_status = min(endpoint.answers)

        def answer(sent: Request, path_values: Mapping[str, str]) -> Response:
            call = Call(sent)
            if endpoint.signed_in:
                call.subject = self._identify(bearer(sent))
                self._per_person.spend(call.subject.employee_id)
            _fill(call, endpoint, kind, path_values)
            return present(endpoint.handler(call), first_status)

        def view(**path_values: str) -> Response:
            # The request itself, not Flask's proxy, which would look for it each time.
            return answer(request._get_current_object(), path_values)  # type: ignore[attr-defined]

        def direct(sent: Request) -> Response:
            try:
                self._per_address.spend(sent.remote_addr)
                return answer(sent, {})
            except Exception as fault:  # noqa: BLE001  as Flask would
                return answer_to(fault)

        name = f"{endpoint.method} {path}"
        self.app.add_url_rule(path, endpoint=name, view_func=view, methods=[endpoint.method])
        if "<" not in path:
            self.app.direct[endpoint.method, path] = direct


def bearer(request: Request) -> str:
    """The token in the ``Authorization`` header; raises ``unauthenticated`` without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthenticated()
    return token.strip()


def _fill(call: Call, endpoint: Endpoint, kind: Kind, path_values: Mapping[str, str]) -> None:
    try:
        if endpoint.idempotent:
            call.idempotency_key = parse.idempotency_key(
                call.request.headers.get("Idempotency-Key")
            )
        if endpoint.path:
            call.path = parse.checked(endpoint.path, path_values, kind)
        if endpoint.query:
            call.query = parse.checked(endpoint.query, _flat(call.request.args), kind)
        if endpoint.raw and call.request.mimetype in endpoint.raw:
            pass
        elif endpoint.form or endpoint.files:
            _fill_form(call, endpoint, kind)
        elif endpoint.body and not (endpoint.body_optional and not call.request.get_data()):
            call.body = parse.checked(endpoint.body, _json(call.request), kind)
    except parse.Malformed as fault:
        raise DomainError(kind, "invalid_request", str(fault), field=fault.field) from fault


def _fill_form(call: Call, endpoint: Endpoint, kind: Kind) -> None:
    """A multipart or urlencoded body, or JSON where the endpoint takes both."""
    if endpoint.body and call.request.mimetype != "multipart/form-data":
        call.body = parse.checked(endpoint.body, _json(call.request), kind)
        return
    _only(call.request, "multipart/form-data", *_form_types(endpoint))
    fields = _flat(call.request.form)
    if endpoint.form:
        call.form = parse.checked(endpoint.form, fields, kind)
    elif endpoint.body:
        call.body = parse.checked(endpoint.body, fields, kind)
    for name, most in endpoint.files.items():
        sent = len(call.request.files.getlist(name))
        if sent > most:
            raise parse.Malformed(f"{name}: at most {most} files are taken", name)
        if not sent and name in endpoint.needed:
            raise parse.Malformed(f"{name} is missing.", name)


def _form_types(endpoint: Endpoint) -> tuple[str, ...]:
    form = () if endpoint.files else ("application/x-www-form-urlencoded",)
    return form + endpoint.raw


def _json(request: Request) -> Any:
    if request.mimetype != "application/json" and not request.mimetype.endswith("+json"):
        _only(request, "application/json")
    return parse.strict_json(request.get_data())


def _only(request: Request, *types: str) -> None:
    if request.mimetype not in types:
        raise DomainError(
            Kind.UNSUPPORTED,
            "unsupported_media_type",
            f"Send the body as {' or '.join(types)}.",
        )


def _flat(values: Any) -> dict[str, str]:
    """Each name once; a name given twice is malformed."""
    found: dict[str, str] = {}
    for name, many in values.lists():
        if name is None:
            raise parse.Malformed("A part of the form has no name.")
        if len(many) > 1:
            raise parse.Malformed(f"{name} is given twice.", name)
        if "\0" in many[0] or "\0" in name:
            raise parse.Malformed("The text holds a NUL character.", name)
        found[name] = many[0]
    return found


def present(result: Any, status: int) -> Response:
    """What a handler returned, as the response."""
    if isinstance(result, Response):
        return result
    headers: Mapping[str, str] = {}
    if isinstance(result, Answer):
        result, status, headers = result.body, result.status, result.headers
    elif result is None:
        status = HTTPStatus.NO_CONTENT
    if result is None:
        response = LeanResponse(status=status)
    else:
        response = LeanResponse(to_json(result), status, mimetype="application/json")
    if headers:
        response.headers.extend(headers)
    return response
