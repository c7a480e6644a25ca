"""What the server answers: HTTP and WSGI as they are written, refusals, faults and noise."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from typing import Any
from wsgiref.types import WSGIEnvironment
from wsgiref.validate import validator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.wsgi import Limits, running
from tests.support.wsgi_client import (
    GET,
    asked,
    closing,
    connected,
    echo,
    one_answer,
    status_of,
    until_end,
)

MIB = 1024 * 1024


def test_an_answer_and_nothing_about_the_server() -> None:
    with running(echo) as address:
        answer = asked(address, closing())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"HTTP/1.1 200 OK",
        b"Content-Type: text/plain",
        b"Content-Length: 6",
        b"Connection: close",
    ]
    assert body == b"GET / "


def test_the_environ_says_who_asks_and_where() -> None:
    seen: list[WSGIEnvironment] = []

    def app(environ: WSGIEnvironment, start: Any) -> list[bytes]:
        seen.append(environ)
        return echo(environ, start)

    with running(app, host="::1") as address, connected(address) as sock:
        one_answer(sock)
        own = sock.getsockname()
    [environ] = seen
    assert (environ["REMOTE_ADDR"], environ["REMOTE_PORT"]) == ("::1", str(own[1]))
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("::1", str(address[1]))
    assert environ["wsgi.input_terminated"] is True


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "DELETE"])
def test_wsgi_is_kept_to(method: str) -> None:
    def app(environ: WSGIEnvironment, start: Any) -> list[bytes]:
        environ["wsgi.input"].read(10)
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"fine"]

    faults: list[Any] = []
    with running(validator(app), log=lambda *a, **fields: faults.append(fields)) as address:
        for _ in range(2):
            client = http.client.HTTPConnection(*address, timeout=20)
            client.request(method, "/a?b", body=b"x" * 20 if method == "POST" else None)
            answer = client.getresponse()
            assert (answer.status, answer.read()) == (200, b"" if method == "HEAD" else b"fine")
            client.close()
    assert faults == []


def test_a_connection_serves_many_requests() -> None:
    with running(echo) as address, connected(address) as sock:
        for number in range(50):
            assert one_answer(sock, b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % number) == (
                b"GET /%d " % number
            )


def test_pipelined_requests_are_answered_in_order() -> None:
    wire = b"".join(
        b"PUT /%d HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nb" % n for n in range(300)
    )
    with running(echo, threads=4) as address:
        answer = asked(address, wire + closing())
    positions = [answer.index(b"PUT /%d b" % number) for number in range(300)]
    assert positions == sorted(positions)
    assert answer.endswith(b"GET / ")


def test_nothing_is_read_after_a_close() -> None:
    with running(echo) as address:
        assert asked(address, closing() + GET).count(b"HTTP/1.1") == 1


def test_a_refusal_reaches_the_client_and_ends_the_connection() -> None:
    with running(echo) as address:
        answer = asked(address, GET[:-2] + b"Bad Field: y\r\n\r\n" + b"x" * 3 * MIB)
    assert status_of(answer) == 400
    assert b"application/problem+json" in answer
    assert b"Connection: close" in answer


def test_a_body_too_large_is_refused_before_it_is_sent() -> None:
    calls: list[str] = []

    def app(environ: WSGIEnvironment, start: Any) -> list[bytes]:
        calls.append(environ["PATH_INFO"])
        return echo(environ, start)

    limits = Limits(limit_for=lambda path: 26 * MIB if path == "/photos" else 1000)
    head = b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    with running(app, limits=limits) as address:
        assert status_of(asked(address, b"PUT /x" + head % 1001)) == 413
        assert status_of(asked(address, b"PUT /x" + head % 1001 + b"y" * 1001)) == 413
        assert status_of(asked(address, b"PUT /photos" + head % (26 * MIB + 1))) == 413
        body = b"z" * 26 * MIB
        assert asked(address, b"PUT /photos" + head % len(body) + body).endswith(body)
    assert calls == ["/photos"]


def test_continue_is_said_only_to_a_body_that_is_accepted() -> None:
    head = b"PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n"
    with running(echo, limits=Limits(body=10)) as address:
        with connected(address) as sock:
            sock.sendall(head + b"Content-Length: 2\r\n\r\n")
            assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
            sock.sendall(b"ab")
            assert until_end(sock).endswith(b"PUT / ab")
        assert status_of(asked(address, head + b"Content-Length: 11\r\n\r\n")) == 413
        answer = asked(address, head + b"Content-Length: 2\r\n\r\nab")
        assert status_of(answer) == 200


def test_an_app_that_fails_is_a_500_and_is_logged_without_the_client_learning_why() -> None:
    logged: list[tuple[str, Any]] = []

    def app(environ: WSGIEnvironment, start: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/bad":
            raise ValueError("the reason")
        return echo(environ, start)

    log = lambda event, **fields: logged.append((event, fields["exc_info"]))  # noqa: E731
    with running(app, log=log) as address, connected(address) as sock:
        assert b"the reason" not in one_answer(sock, GET.replace(b"/ ", b"/bad ", 1))
        assert one_answer(sock) == b"GET / "
    assert [(event, str(fault)) for event, fault in logged] == [("app_failed", "the reason")]


@pytest.fixture(scope="module")
def noisy_server() -> Iterator[tuple[tuple[str, int], list[str]]]:
    logged: list[str] = []
    with running(echo, log=lambda event, **_: logged.append(event)) as address:
        yield address, logged


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=200), max_size=4), st.booleans())
def test_random_bytes_never_harm_a_worker(
    noisy_server: tuple[tuple[str, int], list[str]], noise: list[bytes], begin: bool
) -> None:
    address, logged = noisy_server
    with connected(address) as sock:
        try:
            sock.sendall(b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" * begin)
            for piece in noise:
                sock.sendall(piece)
            sock.shutdown(socket.SHUT_WR)
            answer = until_end(sock)
        except (ConnectionError, OSError):
            answer = b""
    assert not answer or answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 4", b"HTTP/1.1 5"))
    assert asked(address, closing()).endswith(b"GET / ")
    assert logged == []
