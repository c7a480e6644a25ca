"""One request through an application: what it may answer, and what becomes a 500."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from wsgiref.types import WSGIEnvironment

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.wsgi.door import Door
from common.wsgi.exchange import Exchange
from common.wsgi.house import House
from common.wsgi.limits import Limits
from common.wsgi.reader import Budget, Request
from common.wsgi.share import NOBODY, Share, Shares

App = Callable[..., Any]


class Answer:
    """Everything one exchange gave."""

    def __init__(
        self,
        app: App,
        *,
        method: str = "GET",
        protocol: str = "HTTP/1.1",
        draining: bool = False,
    ) -> None:
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": method,
            "SERVER_PROTOCOL": protocol,
            "wsgi.input": BytesIO(),
        }
        self.logged: list[str] = []
        house = House(
            app, Limits(), lambda event, /, **_: self.logged.append(event), lambda: 0.0, Budget(0)
        )
        house.draining = draining
        exchange = Exchange(house, Request(environ, protocol == "HTTP/1.1"))
        self.pieces = [exchange.pull()]
        while not exchange.complete:
            self.pieces.append(exchange.pull())
        exchange.close()
        self.aborted, self.keep_alive = exchange.aborted, exchange.keep_alive
        head, _, self.body = b"".join(self.pieces).partition(b"\r\n\r\n")
        self.status, *self.lines = head.decode("latin-1").split("\r\n")


def answering(
    *chunks: bytes,
    status: str = "200 OK",
    headers: list[tuple[str, str]] | None = None,
    stream: bool = False,
) -> App:
    def app(environ: WSGIEnvironment, start: Any) -> Any:
        start(status, headers or [])
        return iter(chunks) if stream else list(chunks)

    return app


def test_a_list_has_a_known_length() -> None:
    answer = Answer(answering(b"ab", b"", b"c", headers=[("X-A", "é")]))
    assert (answer.status, answer.lines) == ("HTTP/1.1 200 OK", ["X-A: é", "Content-Length: 3"])
    assert (answer.body, answer.keep_alive, len(answer.pieces)) == (b"abc", True, 1)


def test_a_stream_is_chunked_and_pulled_piece_by_piece() -> None:
    answer = Answer(answering(b"", b"ab", b"", b"c", stream=True))
    assert "Transfer-Encoding: chunked" in answer.lines
    assert answer.pieces[1:] == [b"1\r\nc\r\n", b"0\r\n\r\n"]
    assert answer.body == b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"


def test_an_old_client_gets_a_stream_until_the_end() -> None:
    answer = Answer(answering(b"ab", b"c", stream=True), protocol="HTTP/1.0")
    assert answer.lines == ["Connection: close"]
    assert (answer.body, answer.keep_alive, answer.aborted) == (b"abc", False, False)


def test_a_stream_with_a_length_is_sent_as_it_is_and_never_longer() -> None:
    declared = [("content-length", "3")]
    answer = Answer(answering(b"ab", b"cd", b"ef", stream=True, headers=declared))
    assert (answer.lines, answer.body) == (["content-length: 3"], b"abc")
    assert not answer.aborted
    assert Answer(answering(b"abcd", headers=declared)).body == b"abc"


@pytest.mark.parametrize("stream", [True, False])
def test_a_short_answer_is_broken_off(stream: bool) -> None:
    answer = Answer(answering(b"ab", headers=[("Content-Length", "3")], stream=stream))
    assert (answer.aborted, answer.keep_alive) == (True, False)
    assert answer.logged == ["answer_too_short"]


def test_an_empty_stream_has_no_body() -> None:
    answer = Answer(answering(stream=True))
    assert (answer.lines, answer.body) == (["Content-Length: 0"], b"")


@pytest.mark.parametrize("stream", [True, False])
def test_head_gets_no_body(stream: bool) -> None:
    app = answering(b"abc", headers=[("Content-Length", "3")], stream=stream)
    answer = Answer(app, method="HEAD")
    assert (answer.lines, answer.body, answer.aborted) == (["Content-Length: 3"], b"", False)


def test_some_statuses_have_no_body() -> None:
    gone = Answer(answering(b"x", status="204 No Content", headers=[("Content-Length", "1")]))
    assert (gone.lines, gone.body) == ([], b"")
    same = Answer(answering(b"x", status="304 Not Modified", headers=[("Content-Length", "9")]))
    assert (same.lines, same.body) == (["Content-Length: 9"], b"")


def test_written_bytes_come_first() -> None:
    def app(environ: WSGIEnvironment, start: Any) -> Any:
        write = start("200 OK", [])
        write(b"a")
        write(b"b")
        return iter([b"c"])

    answer = Answer(app)
    assert answer.body == b"3\r\nabc\r\n0\r\n\r\n"


def test_an_application_may_close_the_connection() -> None:
    answer = Answer(answering(b"", headers=[("Connection", "close")]))
    assert (answer.keep_alive, answer.lines[-1]) == (False, "Connection: close")
    assert answer.lines.count("Connection: close") == 1


def test_while_draining_every_answer_is_a_last_one() -> None:
    for app in (answering(b"a"), raising(ValueError())):
        answer = Answer(app, draining=True)
        assert (answer.keep_alive, answer.lines[-1]) == (False, "Connection: close")


def generator_app(environ: WSGIEnvironment, start: Any) -> Iterator[bytes]:
    start("202 Accepted", [])
    yield b"late"


def test_a_generator_may_start_late() -> None:
    assert Answer(generator_app).status == "HTTP/1.1 202 Accepted"


def test_an_application_may_think_again_before_the_head_is_out() -> None:
    def app(environ: WSGIEnvironment, start: Any) -> Any:
        start("200 OK", [])
        try:
            raise ValueError("text")
        except ValueError as fault:
            start("400 Bad Request", [], (ValueError, fault, fault.__traceback__))
        return [b"no"]

    assert Answer(app).status == "HTTP/1.1 400 Bad Request"


def test_nothing_can_be_taken_back_once_it_is_out() -> None:
    def app(environ: WSGIEnvironment, start: Any) -> Iterator[bytes]:
        start("200 OK", [])
        yield b"a"
        fault = ValueError("text")
        start("500 Oh", [], (ValueError, fault, None))

    answer = Answer(app)
    assert (answer.aborted, answer.keep_alive, answer.logged) == (True, False, ["app_failed"])
    assert not answer.body.endswith(b"0\r\n\r\n")


def raising(fault: BaseException) -> App:
    def app(environ: WSGIEnvironment, start: Any) -> Any:
        raise fault

    return app


def starting_twice(environ: WSGIEnvironment, start: Any) -> Any:
    start("200 OK", [])
    start("200 OK", [])
    return []


@pytest.mark.parametrize(
    "app",
    [
        raising(ValueError("secret")),
        raising(SystemExit(3)),
        raising(KeyboardInterrupt()),
        lambda environ, start: [b"not started"],
        lambda environ, start: None,
        starting_twice,
        answering(b"a", headers=[("X-A", "b\r\nSet-Cookie: c")]),
        answering(b"a", headers=[("X-A", "b\nc")]),
        answering(b"a", headers=[("X-A", "b\r")]),
        answering(b"a", headers=[("X-A", "b\0")]),
        answering(b"a", headers=[("X-A", "\u0100")]),
        answering(b"a", headers=[("X A", "b")]),
        answering(b"a", headers=[("", "b")]),
        answering(b"a", headers=[("X-A\r\nB: c", "b")]),
        answering(b"a", headers=[("X-A", 1)]),  # type: ignore[list-item]
        answering(b"a", headers=[(b"X-A", "b")]),  # type: ignore[list-item]
        answering(b"a", headers=[("Content-Length", "-1")]),
        answering(b"a", headers=[("Content-Length", "1"), ("Content-Length", "1")]),
        answering(b"a", headers=[("Transfer-Encoding", "chunked")]),
        answering(b"a", headers=[("Connection", "keep-alive")]),
        answering(b"a", status="200 OK\r\nX: y"),
        answering(b"a", status="100 Continue"),
        answering(b"a", status="600 What"),
        answering(b"a", status="200"),
        answering("text", stream=True),  # type: ignore[arg-type]
    ],
)
def test_what_http_cannot_carry_is_a_plain_500(app: App) -> None:
    answer = Answer(app)
    assert answer.status == "HTTP/1.1 500 Internal Server Error"
    told = json.loads(answer.body)
    assert told.pop("request_id")
    assert told == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "Something went wrong on our side.",
        "code": "internal",
        "error": "Something went wrong on our side.",
    }
    assert "Content-Type: application/problem+json" in answer.lines
    assert answer.logged == ["app_failed"]
    assert answer.keep_alive
    assert Answer(app, method="HEAD").body == b""


class Closing:
    """An iterable that counts how often it was closed, and may fail in it."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.closed = 0
        self.fault = fault

    def __call__(self, environ: WSGIEnvironment, start: Any) -> Closing:
        start("200 OK", [])
        return self

    def __iter__(self) -> Iterator[bytes]:
        yield b"a"

    def close(self) -> None:
        self.closed += 1
        if self.fault:
            raise self.fault


def test_the_iterable_is_closed_once() -> None:
    app = Closing()
    Answer(app)
    assert app.closed == 1
    failing = Closing(ValueError("late"))
    assert Answer(failing).logged == ["app_failed"]


@given(st.text(st.characters(max_codepoint=300), max_size=20))
def test_no_value_makes_a_second_field(value: str) -> None:
    answer = Answer(answering(b"", headers=[("X-A", value)]))
    if answer.status.endswith("200 OK"):
        assert answer.lines == [f"X-A: {value}", "Content-Length: 0"]


def test_a_door_counts_everybody_and_each() -> None:
    door = Door(3, 2, Share(Shares(1), 0))
    assert [door.enter(peer) for peer in "aaab"] == [True, True, False, True]
    assert door.full
    assert not door.enter("c")
    door.leave("a")
    assert (door.full, door.inside) == (False, 2)
    assert door.enter("a")
    assert not door.others_first


def test_whoever_has_more_lets_others_first() -> None:
    shares = Shares(3)
    one, two = Door(9, None, Share(shares, 0)), Door(9, None, Share(shares, 1))
    assert one.enter("a")
    assert (one.others_first, two.others_first) == (True, False)
    assert two.enter("a")
    assert not one.others_first
    assert one.enter("a")
    assert one.others_first
    shares.write(1, NOBODY)
    assert not one.others_first
