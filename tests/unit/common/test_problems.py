"""Refusals over HTTP: one shape, whatever went wrong, and nothing of the inside."""

from __future__ import annotations

import json
from typing import Any

import grpc
import pytest
from flask import Flask
from werkzeug.exceptions import abort

from common import logs
from common.errors import WIRE, ConnectionLost, DomainError, Kind, conflict, invalid, limited
from common.httpkit import problems


@pytest.fixture
def app() -> Flask:
    made = Flask("sample")
    problems.install(made)

    @made.get("/domain")
    def domain() -> str:
        raise conflict("already_in", "You are in.", record={"id": 7})

    @made.get("/field")
    def field() -> str:
        raise invalid("Wrong.", field="action")

    @made.get("/slow")
    def slow() -> str:
        raise limited("Slow down.", retry_after=1.2)

    @made.get("/lost")
    def lost() -> str:
        raise ConnectionLost

    @made.get("/bug")
    def bug() -> str:
        raise RuntimeError("postgresql://hazir:secret@host")

    @made.get("/teapot/<int:status>")
    def teapot(status: int) -> str:
        abort(status)

    return made


def ask(app: Flask, path: str, method: str = "GET") -> tuple[int, dict[str, Any], Any]:
    answer = app.test_client().open(path, method=method)
    assert answer.mimetype == "application/problem+json"
    return answer.status_code, answer.get_json(), answer.headers


def test_the_table_is_complete() -> None:
    assert set(WIRE) == set(Kind)
    for wire in WIRE.values():
        assert 400 <= wire.http < 600
        assert hasattr(grpc.StatusCode, wire.grpc)
        assert wire.websocket in {1003, 1009, 1011, 1013} or 4000 <= wire.websocket < 5000
    assert len({wire.http for wire in WIRE.values()}) == len(WIRE)


def test_a_refusal_says_what_it_is(app: Flask) -> None:
    logs.enter_request("request-1")
    status, body, _ = ask(app, "/domain")
    assert status == 409
    assert body == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "You are in.",
        "code": "already_in",
        "request_id": "request-1",
        "error": "You are in.",
        "record": {"id": 7},
    }
    assert ask(app, "/field")[1]["field"] == "action"


def test_waits_are_whole_seconds(app: Flask) -> None:
    status, body, headers = ask(app, "/slow")
    assert (status, body["code"], headers["Retry-After"]) == (429, "rate_limited", "2")
    status, body, headers = ask(app, "/lost")
    assert (status, body["code"], headers["Retry-After"]) == (503, "unavailable", "1")


def test_a_bug_shows_nothing(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    status, body, _ = ask(app, "/bug")
    assert (status, body["code"]) == (500, "internal")
    assert "secret" not in json.dumps(body)
    capsys.readouterr()


@pytest.mark.parametrize(
    ("path", "method", "status", "code"),
    [
        ("/nowhere", "GET", 404, "not_found"),
        ("/domain", "POST", 405, "method_not_allowed"),
        ("/teapot/400", "GET", 400, "invalid_request"),
        ("/teapot/413", "GET", 413, "too_large"),
        ("/teapot/415", "GET", 415, "unsupported"),
        ("/teapot/418", "GET", 400, "invalid_request"),
    ],
)
def test_the_frameworks_own_refusals(
    app: Flask, path: str, method: str, status: int, code: str
) -> None:
    found, body, headers = ask(app, path, method)
    assert (found, body["status"], body["code"]) == (status, status, code)
    assert ("Allow" in headers) is (status == 405)


def test_401_names_the_scheme(app: Flask) -> None:
    error = DomainError(Kind.UNAUTHENTICATED, "unauthenticated", "Sign in.")
    with app.app_context():
        assert problems.problem(error).headers["WWW-Authenticate"] == 'Bearer realm="hazir"'
